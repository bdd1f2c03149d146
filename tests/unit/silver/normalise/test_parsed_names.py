"""Names: the parts a person is shown, and the keys that are equal for one person's spellings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.silver.normalise.name_columns import with_parsed_names
from cdp_lake.silver.normalise.name_parts import RawName
from cdp_lake.silver.normalise.names import parsed_name
from cdp_lake.silver.normalise.nicknames import FORMAL_NAMES
from cdp_lake.silver.normalise.pinyin import is_pinyin, reading, surname_reading


def full(text):
    return parsed_name(None, None, text, None)


def parts(given_name, family_name):
    return parsed_name(given_name, family_name, None, None)


def native(text):
    return parsed_name(None, None, None, text)


def keys(name):
    return name.given_key, name.family_key


@pytest.mark.parametrize(
    ("text", "given_name", "family_name"),
    [
        ("Bob Smith", "Bob", "Smith"),
        ("SMITH, Robert", "Robert", "Smith"),
        ("smith, robert james", "Robert James", "Smith"),
        ("John Smith, Jr.", "John", "Smith"),
        ("Dr. Ana Lopez", "Ana", "Lopez"),
        ("SMITH John", "John", "Smith"),
        ("ZHANG Wei", "Wei", "Zhang"),
        ("LI Na", "Na", "Li"),
        ("TJ Miller", "Tj", "Miller"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Vincent van der Berg", "Vincent", "van der Berg"),
        ("Zhang Xiao Ming", "Xiao Ming", "Zhang"),
        ("Xiao Ming Zhang", "Xiao Ming", "Zhang"),
        ("Wei Zhang", "Wei", "Zhang"),
        ("Zhang Wei", "Wei", "Zhang"),
        ("Madonna", "Madonna", None),
        ("o'brien", "O'Brien", None),
        ("张伟", "伟", "张"),
        ("欧阳小明", "小明", "欧阳"),
        ("諸葛亮", "亮", "諸葛"),
        ("张先生", None, "张"),
        ("张 伟", "伟", "张"),
        ("张伟 (David)", "伟", "张"),
        ("约翰·史密斯", "约翰", "史密斯"),
        ("-", None, None),
    ],
)
def test_a_full_name_is_told_apart(text, given_name, family_name):
    name = full(text)
    assert (name.given_name, name.family_name) == (given_name, family_name)


@pytest.mark.parametrize(
    "name",
    [
        native("张伟"),
        native("張偉"),
        full("张伟"),
        full("ZHANG Wei"),
        full("Wei Zhang"),
        parts("Wei", "Zhang"),
        parts("WEI", "zhang"),
        parts("伟", "张"),
        parsed_name("David", "Zhang", None, "张伟"),
        parsed_name("Wei", None, None, "张"),
    ],
)
def test_one_chinese_name_has_one_key_in_every_script_and_order(name):
    assert keys(name) == ("wei", "zhang")
    assert name.name_key == "wei zhang"


@pytest.mark.parametrize("given_name", ["Xiao Ming", "Xiaoming", "xiao-ming", "XIAO MING", "小明"])
def test_a_given_name_of_two_syllables_is_run_together(given_name):
    assert parts(given_name, "Ouyang").given_key == "xiaoming"


@pytest.mark.parametrize(
    ("hanzi", "pinyin"),
    [
        ("单", "shan"), ("單", "shan"), ("曾", "zeng"), ("解", "xie"), ("仇", "qiu"), ("区", "ou"), ("查", "zha"),
        ("任", "ren"), ("盖", "ge"), ("朴", "piao"), ("翟", "zhai"), ("覃", "qin"), ("吕", "lu"), ("呂", "lu"),
        ("尉迟", "yuchi"), ("万俟", "moqi"), ("令狐", "linghu"), ("长孙", "zhangsun"), ("歐陽", "ouyang"),
    ],
)  # fmt: skip
def test_surnames_have_readings_of_their_own(hanzi, pinyin):
    assert surname_reading(hanzi) == pinyin
    assert keys(native(hanzi + "明")) == ("ming", pinyin)


def test_traditional_and_simplified_characters_read_alike():
    pairs = (
        "華华長长樂乐偉伟國国麗丽強强軍军傑杰靜静濤涛鵬鹏賢贤曉晓慶庆寶宝鳳凤蘭兰雲云陽阳東东龍龙飛飞輝辉紅红義义榮荣"
    )
    assert [reading(char) for char in pairs[::2]] == [reading(char) for char in pairs[1::2]]


@pytest.mark.parametrize("spelling", ["Lü", "Lu", "Lv", "Lyu", "LÜ", "吕"])
def test_the_umlaut_surname_has_one_key(spelling):
    assert parts("Bu", spelling).family_key == "lu"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "Robert"),
        ("Bill", "William"),
        ("Liz", "Elizabeth"),
        ("Kathy", "Catherine"),
        ("Steve", "Stephen"),
        # However it ends, it is the same short form.
        ("Peggie", "Margaret"),
        ("Debby", "Deborah"),
        ("Tommie", "Thomas"),
        ("Howie", "Howard"),
    ],
)
def test_a_nickname_and_its_formal_name_have_one_key(one, other):
    assert parts(one, "Smith").given_key == parts(other, "Smith").given_key


def test_dan_is_daniel_among_smiths_but_not_among_lis():
    assert parts("Dan", "Smith").given_key == "daniel"
    assert keys(parts("Dan", "Li")) == keys(native("李丹")) == ("dan", "li")


def test_no_nickname_stands_for_a_name_that_is_a_nickname_itself():
    assert not set(FORMAL_NAMES) & set(FORMAL_NAMES.values())


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [
        ("José", "Núñez", ("jose", "nunez")),
        ("Søren", "Ørsted", ("soren", "orsted")),
        ("Jean-Luc", "O'Brien", ("jeanluc", "obrien")),
        ("Łukasz", "Strauß", ("lukasz", "strauss")),
        ("Mary Ann", "Smith-Jones", ("mary", "smithjones")),
        ("Ｊｏｈｎ", "Ｄｏｅ", ("john", "doe")),
        ("Иван", "Петров", ("иван", "петров")),
        (None, "Smith", (None, "smith")),
        ("  ", "", (None, None)),
    ],
)
def test_accents_case_width_and_punctuation_do_not_reach_the_keys(given_name, family_name, expected):
    assert keys(parts(given_name, family_name)) == expected


def test_a_whole_name_in_the_family_column_is_told_apart():
    assert keys(parts(None, "Smith, Bob")) == ("robert", "smith")


def test_declared_columns_win_and_the_full_name_fills_the_gap():
    name = parsed_name("Bob", None, "Robert Smith", None)
    assert (name.given_name, name.family_name) == ("Bob", "Smith")


def test_a_name_with_kana_or_hangul_is_not_read_in_chinese():
    assert full("山田はなこ").name_key == "山田はなこ"
    assert native("김철수").native_name == "김철수"


@pytest.mark.parametrize(("word", "expected"), [("xiaoming", True), ("zhang", True), ("maria", False), ("jane", False)])
def test_pinyin_is_told_from_other_words(word, expected):
    assert is_pinyin(word) is expected


WORDS = ["Bob", "Wei", "Zhang", "Smith", "Xiao Ming", "van der Berg", "O'Brien", "José", "Dan", "Li", "Lv", "Mary Ann"]


@settings(deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_swapped_columns_keep_the_name_key(one, other):
    assert parts(one, other).name_key == parts(other, one).name_key


@settings(deadline=None)
@given(*[st.none() | st.text("aZ éß,.-'张伟欧阳·\u3000はJr", max_size=12)] * 4)
def test_any_text_at_all_gives_a_name_and_the_same_one_twice(given_name, family_name, text, characters):
    name = parsed_name(given_name, family_name, text, characters)
    parsed_name.cache_clear()
    assert parsed_name(given_name, family_name, text, characters) == name
    assert "" not in name


@pytest.mark.spark
def test_the_names_of_a_table_are_parsed_together(spark):
    table = spark.createDataFrame(
        [(1, "Bob", "Smith", None), (2, None, None, "张伟"), (3, None, None, None)],
        "id INT, first STRING, last STRING, native STRING",
    )

    named = with_parsed_names(table, RawName("first", "last", None, "native"))

    assert named.columns[4:] == ["given_name", "family_name", "native_name", "given_key", "family_key", "name_key"]
    assert {row["id"]: tuple(row[4:]) for row in named.collect()} == {
        1: ("Bob", "Smith", None, "robert", "smith", "robert smith"),
        2: ("伟", "张", "张伟", "wei", "zhang", "wei zhang"),
        3: (None,) * 6,
    }
