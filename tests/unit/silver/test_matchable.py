"""Records of any table in comparable parts: one Spark job over all rows, each row a story of its own."""

import pytest

from cdp_lake.silver.matchable import ORGANISATION, PERSON, matchable

MAIN_ST = {"house_number": "123", "street": "main st", "city": "springfield", "region": "il", "postcode": "62704"}
NANSHAN = {"house_number": "8", "street": "科技路", "city": "深圳", "region": "guangdong"}
PHONE = {"phone": "+8613812345678"}
BOB = {"given": "bob", "formal": "robert", "family": "smith", "given_sound": "b", "family_sound": "smt"}
WEI = {
    "given": "wei",
    "given_kind": "pinyin",
    "formal": "wei",
    "family": "zhang",
    "given_sound": "w",
    "family_sound": "sng",
}
IN_CHARACTERS = {"native_given": "伟", "native_family": "张"}

# what the row is about | raw parts | comparable parts
CASES = [
    ("parts of a name", {"given": "BOB", "family": "Smith"}, BOB),
    ("a full name", {"full": "Smith, Bob Q. Jr."}, {**BOB, "middle": "q", "generation": "2"}),
    ("characters", {"native": "张伟"}, {**WEI, **IN_CHARACTERS}),
    ("characters as full name", {"full": "张 伟"}, {**WEI, **IN_CHARACTERS}),
    ("pinyin", {"full": "ZHANG Wei"}, WEI),
    ("phone, plain", {"phone": "13812345678"}, PHONE),
    ("phone with +86", {"phone": "+86 138-1234-5678"}, PHONE),
    ("phone with 0086", {"phone": "0086 138 1234 5678"}, PHONE),
    ("phone with 86", {"phone": "86 13812345678"}, PHONE),
    ("phone, full width", {"phone": "１３８１２３４５６７８"}, PHONE),
    ("phone of its country", {"phone": "(212) 555-0123", "country": "USA"}, {"phone": "+12125550123", "country": "US"}),
    ("masked phone", {"phone": "138****5678"}, {}),
    ("id", {"national_id": " 123-45-6789 "}, {"national_id": "123456789"}),
    ("id with a letter", {"national_id": "11010119800503123x"}, {"national_id": "11010119800503123X"}),
    ("masked id", {"national_id": "110101********1234"}, {}),
    ("id masked with dots", {"national_id": "•••-••-6789"}, {}),
    ("id masked with letters", {"national_id": "xxx-xx-6789"}, {}),
    ("id of zeros", {"national_id": "000-00-0000"}, {}),
    ("date", {"birth_date": "3/5/1980"}, {"birth_date": "1980-05-03"}),
    (
        "date in three columns",
        {"birth_year": "1980", "birth_month": "5", "birth_day": "3"},
        {"birth_date": "1980-05-03", "birth_year": "1980"},
    ),
    (
        "date in three decimal columns",
        {"birth_year": "1980.0", "birth_month": "5.0", "birth_day": "3.0"},
        {"birth_date": "1980-05-03", "birth_year": "1980"},
    ),
    (
        "date with a month by name",
        {"birth_year": "1980", "birth_month": "May", "birth_day": "3"},
        {"birth_date": "1980-05-03", "birth_year": "1980"},
    ),
    ("year and month", {"birth_year": "1980", "birth_month": "5"}, {"birth_year": "1980"}),
    ("no month", {"birth_year": "1980", "birth_month": "?", "birth_day": "3"}, {"birth_year": "1980"}),
    ("no such day", {"birth_year": "1980", "birth_month": "2", "birth_day": "31"}, {"birth_year": "1980"}),
    ("full address", {"full_address": "123 Main Street, Springfield, Illinois 62704"}, MAIN_ST),
    ("full address with country", {"full_address": "123 Main St., Springfield, IL 62704-1234, USA"}, MAIN_ST),
    (
        "address in columns",
        {"street": "Main Street", "house_number": "123", "city": "SPRINGFIELD", "region": "IL", "postcode": "62704"},
        MAIN_ST,
    ),
    (
        "number in the street",
        {"street": "123 Main St.", "city": "Springfield", "region": "Illinois", "postcode": "627041234"},
        MAIN_ST,
    ),
    ("Chinese full address", {"full_address": "广东省深圳市南山区科技路8号"}, NANSHAN),
    ("Chinese address in columns", {"street": "科技路 8号", "city": "深圳", "region": "广东"}, NANSHAN),
    ("mailbox", {"email": "Ana.Lopez+shop@Gmail.com"}, {"email": "analopez@gmail.com"}),
    ("mailbox of a role", {"email": "Info@acme.com"}, {}),
    ("no mailbox", {"email": "a***@gmail.com"}, {}),
    ("organisation", {"organisation": "The Acme Co., Ltd."}, {"kind": ORGANISATION, "organisation": "acme"}),
    (
        "person of an organisation",
        {"given": "Bob", "family": "Smith", "organisation": "Acme"},
        {**BOB, "organisation": "acme"},
    ),
    ("woman", {"gender": "Female"}, {"gender": "f"}),
    ("man", {"gender": "男"}, {"gender": "m"}),
    ("gender not told", {"gender": "unknown"}, {}),
    ("text", {"text": "  Heavy-Metal  Fan's "}, {"text": "heavy metal fans"}),
    ("second street", {"street_2": "5 Oak Avenue"}, {"street_2": "5 oak ave"}),
    ("second code", {"code_2": "ab-007"}, {"code_2": "AB007"}),
    ("second date", {"date_2": "3/5/1980"}, {"date_2": "1980-03-05"}),
    ("occupation", {"occupation": "Nurse (R.N.)"}, {"occupation": "nurse rn"}),
    ("nothing", {}, {}),
]


@pytest.fixture(scope="module")
def matched(spark):
    """The comparable parts of every case that are not null, by what the case is about."""
    names = sorted({name for _, raw, _ in CASES for name in raw})
    rows = [(number, *map(raw.get, names)) for number, (_, raw, _) in enumerate(CASES)]
    schema = ", ".join(["record BIGINT", *(f"raw_{name} STRING" for name in names)])
    found = matchable(spark.createDataFrame(rows, schema), {"birth_date": "day first"}, "CN").collect()
    told = {row["record"]: {name: value for name, value in row.asDict().items() if value is not None} for row in found}
    return {about: told[number] for number, (about, _, _) in enumerate(CASES)}


@pytest.mark.parametrize(("about", "expected"), [pytest.param(a, expected, id=a) for a, _, expected in CASES])
def test_a_record_is_told_in_comparable_parts(matched, about, expected):
    told = {name: value for name, value in matched[about].items() if name != "record"}
    assert told == {"kind": PERSON, **expected}


def test_parts_a_table_lacks_are_null(spark):
    [row] = matchable(spark.createDataFrame([(7, "Bob")], "record BIGINT, raw_full STRING"), {}, "US").collect()
    assert {name for name, value in row.asDict().items() if value is not None} == {
        "record", "kind", "given", "formal", "given_sound",
    }  # fmt: skip
