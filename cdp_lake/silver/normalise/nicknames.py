"""Nicknames that stand for one formal name; each line is the formal name, then what people are called.

Left out on purpose: short forms of several names (Alex, Chris, Sam, Pat, Kim, Lee): a prefix comparison finds them
where a wrong guess here would hide a true match.
"""

_NICKNAMES = """
abigail abby abbie
albert bert al
alexandra sandra sasha
andrew andy drew
anthony tony
arthur artie
barbara barb barbie babs
benjamin ben benny benji
bradley brad
calvin cal
caroline carrie caro
catherine katherine kathryn catharine kathleen cathy kathy kate katie kitty kat
charles charlie chuck chas
christina tina
cynthia cindy
daniel dan danny
david dave davey
deborah debra deb debbie
donald don donny
dorothy dot dottie
douglas doug
edward ed eddie ted teddy ned
eleanor ellie nell nellie
elizabeth elisabeth liz lizzie beth betty betsy eliza libby lisbeth
emily em
eugene gene
florence flo
franklin frank
frederick fred freddie freddy
gabriel gabe
gerald gerry jerry
gregory greg gregg
harold hal
howard howie
henry hank harry
isabella bella izzy
jacob jake
james jim jimmy jamie
janet jan
jeffrey geoffrey jeff geoff
jennifer jen jenny jenn
jessica jess jessie
john jack johnny jonny
joseph joe joey
joshua josh
judith judy
kenneth ken kenny
kimberly kimmy
lawrence laurence larry
leonard len lenny
lillian lily lil
louis lou louie
margaret peggy maggie meg marge margie greta daisy
martin marty
mary molly polly
matthew matt matty
maxwell max
megan meggie
michael mike mikey mick micky
nancy nan
natalie nat
nathaniel nathan nate
nicholas nick nicky
pamela pam
patricia trish tricia patsy
patrick paddy
peter pete
philip phillip phil
rachel rach
raymond ray
rebecca becky becca
reginald reggie
richard rick ricky dick rich richie
robert bob bobby rob robbie robby bert
ronald ron ronnie
russell russ
samantha sammie
solomon sol
stanley stan
stephen steven steve stevie
susan sue susie suzie suzanne susanna
theodore theo
theresa teresa terri tess tessa
thomas tom tommy
timothy tim timmy
tobias toby
valerie val
veronica ronni
victoria vicky vickie tori
vincent vince vinny
virginia ginny
walter walt wally
wilfred wilf
william bill billy will willie willy liam
zachary zach zack
"""


def _formal_names(lines: str) -> dict[str, str]:
    claimed: dict[str, set[str]] = {}
    for line in lines.strip().splitlines():
        formal, *called = line.split()
        for name in called:
            claimed.setdefault(name, set()).add(formal)
    # A nickname two names claim (Bert) stands for neither.
    return {name: next(iter(formals)) for name, formals in claimed.items() if len(formals) == 1}


FORMAL_NAMES = _formal_names(_NICKNAMES)


def formal_name(name: str) -> str:
    """The formal name of a lower-case given name, or the name itself. Peggie is Peggy, and Robby is Robbie."""
    other_ending = name[:-2] + "y" if name.endswith("ie") else name[:-1] + "ie" if name.endswith("y") else name
    return FORMAL_NAMES.get(name) or FORMAL_NAMES.get(other_ending, name)
