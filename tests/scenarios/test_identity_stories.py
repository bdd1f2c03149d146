"""Who is one person? Stories of shared, lent, recycled and made-up values."""

import pytest

from cdp_lake.stages.configuration import configured
from tests.scenarios.stories import Story, told, with_all_namespaces


def story(name: str, table: str, people: str, *refused: str) -> Story:
    return Story(name, table, people, frozenset(refused))


def _long_chain(length: int) -> Story:
    rows = [f"r{n} | o{n} o{n + 1}" for n in range(length)]
    return story("long chain", "record | order\n" + "\n".join(rows), " ".join(f"r{n}" for n in range(length)))


SHAPES = [
    story(
        "chain",
        """record | email
           a      | 1@x.com
           b      | 1@x.com 2@x.com
           c      | 2@x.com 3@x.com
           d      | 3@x.com""",
        "a b c d",
    ),
    story(
        "diamond",
        """record | email           | user | order
           a      | 1@x.com 2@x.com |      |
           b      | 1@x.com         |      | o1
           c      | 2@x.com         |      | o2
           d      |                 | u1   | o1 o2""",
        "a b c d",
    ),
    story(
        "fan in",
        """record | email                   | crm
           a      | 1@x.com                 |
           b      | 2@x.com                 |
           c      | 3@x.com                 |
           d      | 1@x.com 2@x.com 3@x.com | c1""",
        "a b c d",
    ),
    story(
        "fan out",
        """record | email
           a      | 1@x.com
           b      | 1@x.com
           c      | 1@x.com
           d      | 1@x.com
           e      | 1@x.com""",
        "a b c d e",
    ),
    story(
        "disjoint",
        """record | email
           a      | 1@x.com
           b      | 1@x.com
           c      | 2@x.com
           d      | 2@x.com""",
        "a b | c d",
    ),
    _long_chain(30),
    story(
        "self bridge",
        """record | email           | phone
           a      | 1@x.com 2@x.com | +4917000001 +4917000002""",
        "a",
    ),
    story(
        "late",
        """record | email
           a      | 1@x.com
           b      | 2@x.com
           c      | 1@x.com 2@x.com""",
        "a b c",
    ),
    story(
        "isolated vertex kept",
        """record | email   | name
           a      | 1@x.com | Ann Lee
           b      |         | Ann Lee
           c      |         |""",
        "a | b | c",
    ),
]

DEVICES = [
    story(
        "kiosk follows nobody",
        """record | user | device | email   | order | carrier
           ann    | u1   | kiosk  | a@x.com |       |
           bob    | u2   | kiosk  | b@x.com |       |
           kiosk  |      | kiosk  |         | o1 o2 | device
           order1 |      |        | a@x.com | o1    |
           order2 |      |        | c@x.com | o2    |""",
        "ann order1 | bob | kiosk | order2",
        "device_of_several_people",
        "blocked_carrier",
    ),
    story(
        "device of one",
        """record | user | device | carrier
           web    | u1   | phone  |
           app    | u1   | phone  |
           anon   |      | phone  | device""",
        "web app anon",
    ),
    story(
        "device of nobody joins its two visitors",
        """record | device | carrier
           web    | d1     | device
           app    | d1     | device""",
        "web app",
    ),
]

PHONES = [
    story(
        "family phone",
        """record | name      | email   | phone       | carrier
           john   | John Park | j@x.com | +4917000001 |
           mary   | Mary Park | m@x.com | +4917000001 |
           till   |           |         | +4917000001 | phone
           lead   |           |         | +4917000001 |""",
        "john | mary | till | lead",
        "given_names_disagree",
        "ambiguous_value",
        "blocked_carrier",
    ),
    story(
        "recycled phone of a shop account",
        """record | name       | user | order | phone       | carrier
           giver  | Ann Lee    | u1   | o1    | +4917000001 |
           taker  | Zed Bright | u2   | o2    | +4917000001 |
           orders | Zed Bright |      | o1 o2 | +4917000001 | phone""",
        "giver | taker | orders",
        "given_names_disagree",
        "blocked_carrier",
    ),
    story(
        "placeholder phone",
        """record | name    | phone
           a      | Ann Lee | +8613800000000
           b      | Ann Lee | +8613800000000""",
        "a | b",
        "blocked_value",
    ),
    story(
        "nickname agrees",
        """record | name         | phone
           a      | Robert Stone | +4917000001
           b      | Bob Stone    | +4917000001""",
        "a b",
    ),
    story(
        "pinyin agrees",
        """record | name          | phone
           a      | 王小明        | +4917000001
           b      | Xiaoming Wang | +4917000001""",
        "a b",
    ),
    story(
        "initial that fits two",
        """record | name       | phone
           james  | James Park | +4917000001
           john   | John Park  | +4917000001
           j      | J Park     | +4917000001""",
        "james | john | j",
        "given_names_disagree",
        "ambiguous_name",
    ),
    story(
        "nameless joins when names agree",
        """record | name         | phone       | carrier
           a      | Robert Stone | +4917000001 |
           b      | Bob Stone    | +4917000001 |
           till   |              | +4917000001 | phone""",
        "a b till",
    ),
    story(
        "nobody has a name",
        """record | phone       | card | carrier
           till   | +4917000001 |      | phone
           card   | +4917000001 | k1   | card""",
        "till card",
    ),
]

CARDS = [
    story(
        "lent card",
        """record    | name      | phone       | card | carrier
           owner     | Ann Lee   | +4917000001 | k1   |
           neighbour | Bob Stone | +4917000002 |      |
           card      |           | +4917000002 | k1   | card
           till      |           | +4917000002 |      | phone""",
        "owner | card | neighbour till",
        "ambiguous_record",
    ),
    story(
        "lent card, and a phone whose own names disagree",
        """record | name       | email   | phone       | card | carrier
           owner  | Ann Lee    |         |             | k1   |
           crm    | Scott Ito  | s@x.com | +4917000002 |      |
           shop   | Soctt Ito  | s@x.com | +4917000002 |      |
           card   |            |         | +4917000002 | k1   | card""",
        "owner | card | crm shop",
        "given_names_disagree",
        "ambiguous_value",
        "ambiguous_record",
    ),
    story(
        "card with the phone of a family",
        """record | name      | phone       | card | carrier
           ann    | Ann Lee   | +4917000001 | k1   |
           bob    | Bob Lee   | +4917000001 |      |
           card   |           | +4917000001 | k1   | card""",
        "ann card | bob",
        "given_names_disagree",
    ),
    story(
        "card and phone of one name",
        """record | name      | phone       | card | carrier
           ann    | Ann Lee   |             | k1   |
           shop   | Anne Lee  | +4917000001 |      |
           card   |           | +4917000001 | k1   | card""",
        "ann shop card",
    ),
    story(
        "two lent cards and a phone without a name",
        """record | name      | phone       | card | carrier
           ann    | Ann Lee   |             | k1   |
           bob    | Bob Stone |             | k2   |
           one    |           | +4917000001 | k1   | card
           two    |           | +4917000001 | k2   | card
           till   |           | +4917000001 |      | phone""",
        "ann one | bob two | till",
        "given_names_disagree",
        "ambiguous_value",
    ),
    story(
        "card of nobody with two phones",
        """record | name      | phone                   | card | carrier
           ann    | Ann Lee   | +4917000001             |      |
           bob    | Bob Stone | +4917000002             |      |
           card   |           | +4917000001 +4917000002 | k1   | card""",
        "ann | bob | card",
        "ambiguous_record",
    ),
    story(
        "nameless bridge of email and phone",
        """record | name      | email   | phone
           ann    | Ann Lee   | a@x.com |
           bob    | Bob Stone |         | +4917000001
           lead   |           | a@x.com | +4917000001""",
        "ann lead | bob",
        "given_names_disagree",
    ),
    story(
        "nameless device of one with the phone of another",
        """record | name      | user | device | phone
           ann    | Ann Lee   | u1   | d1     |
           bob    | Bob Stone |      |        | +4917000001
           anon   |           |      | d1     | +4917000001""",
        "ann anon | bob",
        "given_names_disagree",
    ),
    story(
        "a name travels two hops and no further",
        """record | name    | phone                   | card
           ann    | Ann Lee |                         | k1
           one    |         | +4917000001             | k1
           two    |         | +4917000001 +4917000002 |
           three  |         | +4917000002 +4917000003 |
           four   |         | +4917000003             |""",
        "ann one two | three four",
        "ambiguous_record",
    ),
    story(
        "card with more phones than one person has",
        """record | name    | phone                                        | card | carrier
           ann    | Ann Lee | +491                                         | k1   |
           bob    | Bob Ito | +492                                         |      |
           card   |         | +491 +492 +493 +494 +495 +496                | k1   | card""",
        "ann card | bob",
        "limit_on_one_record",
    ),
]

GUARDRAILS = [
    story(
        "blocked email",
        """record | name      | user | email         | order | phone       | carrier
           ann    | Ann Lee   | u1   | a@x.com       | o1    | +4917000001 |
           bob    | Bob Stone | u2   | test@test.com | o2    | +4917000002 |
           shop   | Eve Adams |      | test@test.com | o1 o2 | +4917000001 | email""",
        "ann | bob | shop",
        "blocked_value",
        "blocked_carrier",
    ),
    story(
        "blocked pattern",
        """record | email
           a      | noreply@shop.com
           b      | noreply@shop.com""",
        "a | b",
        "blocked_value",
    ),
    story(
        "email with more names than a family",
        """record | name      | email
           a      | Ann Lee   | office@x.com
           b      | Bob Stone | office@x.com
           c      | Cleo Park | office@x.com
           d      | Dora Wu   | office@x.com
           e      | Eve Adams | office@x.com
           f      | Fay Ito   | office@x.com""",
        "a | b | c | d | e | f",
        "too_many_names",
    ),
    story(
        "two user ids are never one person",
        """record | name    | user | email   | device | crm | carrier
           first  | Ann Lee | u1   | a@x.com | d1     |     |
           second | Ann Lee | u2   | a@x.com | d2     |     |
           crm    | Ann Lee |      | a@x.com |        | c1  |
           anon1  |         |      |         | d1     |     | device
           anon2  |         |      |         | d2     |     | device""",
        "first crm anon1 | second anon2",
        "limit_of_the_cluster",
    ),
    story(
        "more emails than one person has",
        """record | email           | order
           a      | 1@x.com 2@x.com | o1
           b      | 2@x.com 3@x.com |
           c      | 4@x.com 5@x.com | o1 o2
           d      | 6@x.com         | o2""",
        "a c d | b",
        "limit_of_the_cluster",
    ),
    story(
        "the weakest evidence goes first",
        """record | name    | user | email   | phone
           first  | Ann Lee | u1   | a@x.com |
           crm    | Ann Lee |      | a@x.com | +4917000001
           second | Ann Lee | u2   |         | +4917000001""",
        "first crm | second",
        "limit_of_the_cluster",
    ),
    story(
        "more new ids in a week than one person gets",
        """record | order | visitor | days_ago
           a      | o1    | v1      |
           b      | o1 o2 | v2      |
           c      | o2    | v3      |
           old    | o2    | v4      | 30
           older  |       | v3      | 20""",
        "a b old | c older",
        "limit_within_days",
    ),
    story(
        "an id is as old as the first who had it",
        """record | order | visitor | days_ago
           a      | o1    | v1      |
           b      | o1 o2 | v2      |
           c      | o2    | v3      |
           old    |       | v3      | 30""",
        "a b c old",
    ),
    story(
        "one record has more new ids than a week allows",
        """record | visitor
           a      | v1 v2 v3
           b      | v1
           c      | v1""",
        "a | b c",
        "limit_on_one_record",
    ),
]

COMPOSITES = [
    story(
        "composite rule joins",
        """record | name    | birth      | postcode
           crm    | Ann Lee | 1980-02-03 | 10115
           lead   | Lee Ann | 1980-02-03 | 10115""",
        "crm lead",
    ),
    story(
        "same name and birth date in another town",
        """record | name    | birth      | postcode
           a      | Ann Lee | 1980-02-03 | 10115
           b      | Ann Lee | 1980-02-03 | 80331
           c      | Ann Lee | 1980-02-03 |""",
        "a | b | c",
    ),
]

OWNED = [
    story(
        "device of its first owner",
        """record | user | tablet | email   | order    | carrier
           ann    | u1   | t1     |         | o1       |
           bob    | u2   | t1     |         | o2       |
           anon   |      | t1     |         | o1 o2 o3 | tablet
           quiet  |      | t1     |         |          |
           orders |      |        | o@x.com | o3       |""",
        "ann anon quiet | bob | orders",
        "device_of_first_owner",
        "blocked_carrier",
    ),
    story(
        "device of whoever signed in last",
        """record | user | till | order    | carrier
           bob    | u2   | t1   | o2       |
           ann    | u1   | t1   | o1       |
           anon   |      | t1   | o1 o2 o3 | till
           quiet  |      | t1   |          |""",
        "bob | ann anon quiet",
        "device_of_last_authenticated",
        "blocked_carrier",
    ),
    story(
        "the owner's own id on the device stays",
        """record | user | tablet | email           | carrier
           anon   |      | t1     | a@x.com b@x.com | tablet
           ann    |      |        | a@x.com         |
           bob    | u2   | t1     | b@x.com         |""",
        "anon ann | bob",
        "device_of_first_owner",
        "blocked_carrier",
    ),
    story(
        "whoever has a name or another id is not taken for the owner",
        """record | user | name    | tablet | order | birth      | postcode
           ann    | u1   |         | t1     |       |            |
           bob    | u2   | Bob Ito | t1     | o2    | 1980-02-03 | 10115
           named  |      | Bob Ito | t1     |       | 1980-02-03 | 10115
           order  |      |         | t1     | o2    |            |""",
        "ann | bob named order",
        "device_of_first_owner",
    ),
    story(
        "tablet of one person",
        """record | user | tablet | order | carrier
           ann    | u1   | t1     |       |
           anon   |      | t1     | o1    | tablet
           order  |      |        | o1    |""",
        "ann anon order",
    ),
    story(
        "device that follows nobody, though it is one person's",
        """record | user | badge | order | carrier
           ann    | u1   | b1    |       |
           anon   |      | b1    | o1    | badge
           order  |      |       | o1    |""",
        "ann | anon | order",
        "device_follows_nobody",
        "blocked_carrier",
    ),
    story(
        "a passport keeps its first owner",
        """record | user | passport
           ann    | u1   | p1
           again  | u1   | p1
           bob    | u2   | p1
           lead   |      | p1""",
        "ann again lead | bob",
        "not_reassignable",
    ),
]

MEANING = [
    story(
        "masked values",
        """record | crm          | order             | phone
           a      | 138****1234  | z***@mail.com     |
           b      | 138****1234  |                   |
           c      |              | z***@mail.com     |
           d      | 138xxxx1234  |                   | +4917••••001
           e      | 138xxxx1234  |                   |
           f      |              |                   | +4917••••001""",
        "a | b | c | d | e | f",
        "masked_value",
    ),
    story(
        "an x among letters hides nothing",
        """record | crm           | order
           a      | maxxxine      | XL-7
           b      | maxxxine      |
           c      |               | XL-7""",
        "a b c",
    ),
    story(
        "ids of two apps are never one",
        """record | openid_a | openid_b
           a      | o1       |
           b      | o1       |
           c      |          | o1""",
        "a b | c",
    ),
    story(
        "an allowed value may be as common as it is",
        """record | name      | title
           a      | Ann Lee   | team@known.com
           b      | Bob Stone | team@known.com
           c      | Cleo Park | team@known.com
           d      | Dora Wu   | team@known.com""",
        "a b c d",
    ),
    story(
        "the same without being allowed",
        """record | name      | title
           a      | Ann Lee   | team@other.com
           b      | Bob Stone | team@other.com
           c      | Cleo Park | team@other.com
           d      | Dora Wu   | team@other.com""",
        "a | b | c | d",
        "too_many_names",
    ),
    story(
        "an id that expired",
        """record | pending | days_ago
           old    | p1      | 100
           one    | p1      | 89
           other  | p1      |""",
        "old | one other",
        "expired",
    ),
]

STORIES = [*SHAPES, *DEVICES, *PHONES, *CARDS, *GUARDRAILS, *COMPOSITES, *OWNED, *MEANING]


@pytest.fixture(scope="module")
def endings(spark):
    return told(spark, STORIES, with_all_namespaces(configured().settings.identity))


@pytest.mark.spark
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_story_ends_as_told(endings, story):
    ending = endings[story.name]

    assert ending.people == story.expected
    assert ending.refused == story.refused


@pytest.mark.spark
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_order_of_records_changes_nothing(endings, story):
    assert endings[story.name].people_backwards == story.expected
