"""Nicknames that stand for one formal name; each line is the formal name, then what people are called.

Left out on purpose: short forms of several names (Alex, Chris, Sam, Pat, Kim, Lee): a prefix comparison finds them
where a wrong guess here would hide a true match.
"""

_NICKNAMES = """
abigail abby abbie
abraham abe
albert bert al
alexandra sandra sasha
andrew andy drew
angela angie
anthony tony
arnold arnie
arthur artie
barbara barb barbie babs
benjamin ben benny benji
bernard bernie
bradley brad
calvin cal
cameron cam
caroline carrie caro
cassandra cassie
catherine katherine kathryn catharine kathleen cathy kathy kate katie kitty kat
charles charlie chuck chas
christina tina
clifford cliff
clinton clint
constance connie
curtis curt
cynthia cindy
daniel dan danny
danielle dani
david dave davey
deborah debra deb debbie
dennis denny
dominic dom
donald don donny
dorothy dot dottie
douglas doug
dustin dusty
edward ed eddie ted teddy ned
eleanor ellie nell nellie
elijah eli
elizabeth elisabeth liz lizzie beth betty betsy eliza libby lisbeth
emily em
ernest ernie
eugene gene
florence flo
franklin frank
frederick fred freddie freddy
gabriel gabe
gabrielle gabby
gerald gerry jerry
gilbert gil
gordon gordy
gregory greg gregg
gwendolyn gwen
harold hal
henry hank harry
howard howie
isaac ike
isabella bella izzy
jacob jake
jacqueline jackie jacqui
james jim jimmy jamie
janet jan
jeffrey geoffrey jeff geoff
jennifer jen jenny jenn
jessica jess jessie
john jack johnny jonny
joseph joe joey
josephine josie
joshua josh
judith judy
kenneth ken kenny
kevin kev
kimberly kimmy
lawrence laurence larry
leonard len lenny
lillian lily lil
louis lou louie
madeline maddie
marcus marc
margaret peggy maggie meg marge margie greta daisy
martin marty
marvin marv
mary molly polly
matthew matt matty
maxwell max
megan meggie
melissa missy lissa
michael mike mikey mick micky
mitchell mitch
nancy nan
natalie nat
natasha tasha
nathaniel nathan nate
nicholas nick nicky
nicole nikki nicki
norman norm
oliver ollie
olivia liv livvy
pamela pam
patricia trish tricia patsy
patrick paddy
penelope penny
peter pete
philip phillip phil
rachel rach
randall randolph randy
raymond ray
rebecca becky becca
reginald reggie
richard rick ricky dick rich richie
robert bob bobby rob robbie robby bert
roberta bobbie
rodney rod
ronald ron ronnie
rosemary rosie
russell russ
samantha sammie
samuel sam sammy
sarah sally sadie
scott scotty
sebastian seb
sidney sid
solomon sol
stanley stan
stephanie steph steffi stephie
stephen steven steve stevie
susan sue susie suzie suzanne susanna
tamara tammy
theodore theo
theresa teresa terri tess tessa
thomas tom tommy
tiffany tiff
timothy tim timmy
tobias toby
tyler ty
valerie val
vanessa nessa
vernon vern
veronica ronni
victoria vicky vickie tori
vincent vince vinny
virginia ginny
walter walt wally
wesley wes
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


# Names that a nickname stands for as well: of use where both are asked, and a wrong guess only weighs.
_ALSO = """
alfred al fred
amanda mandy
barbara bobbie
benjamin jamin
christine chris tina christie
christopher chris
edwin ed eddie
eric rick ricky
francis frank fran
frances fran
frederick rick fritz
herbert herb bert
jerome jerry
jonathan jon jonny johnny
laura laurie
lawrence laurie
manuel manny
martha marty mattie
melanie mel
melvin mel
michelle shelly shelley micky
miranda mandy
nicole nicky
raymond rayray
ronald roni
rosemary rose
russell rusty
samantha sam sammy
terence terry terri
theodore ted teddy
veronica ronnie
wallace wally
"""


def _further_names(lines: str) -> dict[str, str]:
    """The first further name of each nickname."""
    found: dict[str, str] = {}
    for line in lines.strip().splitlines():
        formal, *called = line.split()
        for name in called:
            found.setdefault(name, formal)
    return found


FORMAL_NAMES = _formal_names(_NICKNAMES)
FURTHER_NAMES = _further_names(_ALSO)


def formal_name(name: str) -> str:
    """The formal name of a lower-case given name, or the name itself. Peggie is Peggy, and Robby is Robbie."""
    other_ending = name[:-2] + "y" if name.endswith("ie") else name[:-1] + "ie" if name.endswith("y") else name
    return FORMAL_NAMES.get(name) or FORMAL_NAMES.get(other_ending, name)
