"""True values written wrongly stay recognisable in the ways the truth relies on."""

from datetime import date

import phonenumbers
import pytest

from cdp_lake.synthetic.chance import stream
from cdp_lake.synthetic.names import FullName, chinese_name, latin, surname_latin, traditional
from cdp_lake.synthetic.noise import (
    NoiseRates,
    canonical_email,
    typo,
    written_birth_date,
    written_email,
    written_name,
)
from cdp_lake.synthetic.phones import PLACEHOLDER, PhoneBook, spelled

RATES = NoiseRates()


@pytest.mark.parametrize(("country", "areas"), [("US", ("614", "212", "917")), ("CN", ())])
def test_every_number_handed_out_is_valid_and_handed_out_once(country, areas):
    book = PhoneBook(stream(1, "phones"))
    numbers = [book.draw(country, areas) for _ in range(500)]
    assert len(set(numbers)) == 500
    assert PLACEHOLDER not in numbers
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


@pytest.mark.parametrize(
    ("number", "country", "count"),
    [("+8613812345678", "CN", 5), ("+8613812345678", "US", 3), ("+16145550123", "US", 5), ("+16145550123", "CN", 2)],
)
def test_a_number_is_spelled_in_several_ways_with_the_same_digits(number, country, count):
    rng = stream(2, "spelled")
    ways = {spelled(rng, number, country) for _ in range(200)}
    assert len(ways) == count
    national = number[3:] if number.startswith("+86") else number[2:]
    assert all("".join(c for c in way if c.isdigit()).endswith(national) for way in ways)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (" Ana.Lee+shop@Gmail.com ", "analee@gmail.com"),
        ("ana.lee+promo@outlook.com", "ana.lee@outlook.com"),
        ("ana+x@yahoo.com", "ana+x@yahoo.com"),
        ("12345678@QQ.COM", "12345678@qq.com"),
        ("", ""),
    ],
)
def test_an_address_has_one_canonical_form(written, canonical):
    assert canonical_email(written) == canonical


def test_tags_are_only_written_where_the_provider_allows_them():
    rng = stream(3, "email")
    written = [written_email(rng, f"ana@{domain}", RATES) for domain in ("gmail.com", "qq.com") for _ in range(500)]
    tagged = {address.partition("@")[2] for address in written if "+" in address}
    assert tagged == {"gmail.com"}
    same = sum(canonical_email(address) in {"ana@gmail.com", "ana@qq.com"} for address in written)
    assert same / len(written) > 0.97


def test_a_typo_changes_the_word_but_not_its_first_letter():
    rng = stream(4, "typo")
    words = {typo(rng, "Robertson") for _ in range(100)}
    assert "Robertson" not in words
    assert {word[0] for word in words} == {"R"}


def test_a_chinese_name_is_written_in_both_scripts_and_both_orders():
    rng = stream(5, "names")
    name = FullName("Xiaohua", "Zhang", "张小华", "Kevin", "张")
    full = {written_name(rng, name, RATES).full for _ in range(400)}
    assert {"张小华", "張小華", "Xiaohua Zhang", "Zhang Xiaohua", "Kevin Zhang"} <= full


def test_a_surname_is_read_as_a_surname():
    assert surname_latin("单") == "Shan"
    assert latin("小华") == "Xiaohua"
    assert traditional("张伟") == "張偉"


def test_a_two_character_surname_stays_together():
    name = chinese_name(stream(6, "ouyang"), "F", "欧阳")
    assert name.family == "Ouyang"
    assert name.native.startswith("欧阳")
    written = written_name(stream(7, "ouyang"), name, NoiseRates(hanzi=1.0, traditional=0.0))
    assert written.last == "欧阳"


def test_a_birth_date_is_swapped_only_into_a_real_date():
    rng = stream(8, "born")
    rates = NoiseRates(day_month_swap=1.0, missing_birth_date=0.0, slash_date=0.0)
    assert {written_birth_date(rng, date(1980, 5, 6), rates)[0] for _ in range(20)} == {"1980-06-05"}
    assert {written_birth_date(rng, date(1980, 5, 26), rates)[0] for _ in range(20)} == {"1980-05-26"}
