"""People as they are in truth, before any system writes them down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cdp_lake.synthetic.chance import Ints, Rng, below, one_of, weighted
from cdp_lake.synthetic.households import Household
from cdp_lake.synthetic.names import FullName, chinese_name, english_name, family_name
from cdp_lake.synthetic.phones import PhoneBook
from cdp_lake.synthetic.shopdata import DAY, YEAR_START
from cdp_lake.synthetic.words import EMAIL_WORDS

DOMAINS = {
    "en": {"gmail.com": 0.5, "outlook.com": 0.16, "yahoo.com": 0.2, "icloud.com": 0.14},
    "zh": {
        "qq.com": 0.34,
        "163.com": 0.24,
        "126.com": 0.12,
        "gmail.com": 0.14,
        "outlook.com": 0.1,
        "icloud.com": 0.06,
    },
}
ANY_AREA = ("212", "646", "614", "513", "216", "412", "617")


@dataclass(frozen=True)
class Habits:
    """How common each circumstance of a person is."""

    same_family_name: float = 0.85
    has_email: float = 0.95
    has_second_email: float = 0.12
    keeps_home_number: float = 0.35  # of Chinese people living in the US: a +86 mobile
    changes_phone: float = 0.05
    changes_email: float = 0.04
    has_card: float = 0.76
    has_account: float = 0.62  # of those with an email
    in_crm: float = 0.93
    unrelated_address: float = 0.2  # an email address that says nothing about the name


@dataclass(frozen=True)
class Person:
    """One living person; `changed_at` (UTC seconds): when an old email or phone gave way to the present."""

    number: int
    household: Household
    is_main: bool
    gender: str
    name: FullName
    birth_date: date
    email: str
    second_email: str
    old_email: str
    phone: str
    old_phone: str
    changed_at: int
    loyalty_no: str
    user_id: str
    in_crm: bool

    @property
    def person_id(self) -> str:
        """The person's name in truth."""
        return f"p{self.number + 1:06d}"

    @property
    def wechat_openid(self) -> str:
        """The one app-scoped WeChat id of the person."""
        return f"oHL{self.number * 7_919 + 104_729:012x}"

    @property
    def wechat_unionid(self) -> str:
        """The WeChat id that all apps of the shop share."""
        return f"uHL{self.number * 6_101 + 611_953:012x}"

    def email_at(self, when: int) -> str:
        """The main email address in use at that time; empty when there is none."""
        return self.old_email if self.old_email and when < self.changed_at else self.email

    def phone_at(self, when: int) -> str:
        """The mobile number in use at that time."""
        return self.old_phone if self.old_phone and when < self.changed_at else self.phone

    @property
    def account_email(self) -> str:
        """The address given to the web account: for some people their second one."""
        return self.second_email if self.second_email and self.number % 2 else self.email


class _Registry:
    """Addresses already taken, and the numbers still free."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.book = PhoneBook(rng)
        self._taken: set[str] = set()

    def email(self, name: FullName, born: date, language: str, habits: Habits) -> str:
        domain = weighted(self.rng, DOMAINS[language], 1)[0]
        local = self._local(name, born, domain, habits)
        while f"{local}@{domain}" in self._taken:
            local += str(below(self.rng, 10))
        self._taken.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    def _local(self, name: FullName, born: date, domain: str, habits: Habits) -> str:
        rng = self.rng
        if domain == "qq.com":
            return str(10_000_000 + below(rng, 2_900_000_000))
        given, family = (_letters(part) for part in name[:2])
        if rng.random() < habits.unrelated_address:
            return f"{one_of(rng, EMAIL_WORDS)}{one_of(rng, EMAIL_WORDS)}{below(rng, 1000)}"
        return one_of(
            rng,
            (
                f"{given}{family}",
                f"{given[0]}{family}{born:%y}",
                f"{family}{given}{born:%y}",
                f"{given}{born:%Y}",
            ),
        )


def populate(rng: Rng, households: list[Household], sizes: Ints, habits: Habits) -> list[Person]:
    """Everybody, household by household; the first of a household is its main shopper."""
    registry = _Registry(rng)
    people: list[Person] = []
    for home, size in zip(households, sizes.tolist(), strict=True):
        family = family_name(rng, home.language)
        for place in range(size):
            people.append(_person(registry, home, (len(people), place), family, habits))
    return people


def _person(registry: _Registry, home: Household, position: tuple[int, int], family: str, habits: Habits) -> Person:
    rng, (number, place) = registry.rng, position
    main, gender = place == 0, "FM"[below(rng, 2)]
    own = family if main or rng.random() < habits.same_family_name else family_name(rng, home.language)
    name = chinese_name(rng, gender, own) if home.language == "zh" else english_name(rng, gender, own)
    born = _born(rng, grown_up=place < 2)  # noqa: PLR2004  # the first two of a household are its adults
    chances = rng.random(7).tolist()
    abroad = home.language == "zh" and home.country == "US" and chances[0] < habits.keeps_home_number
    country = "CN" if abroad else home.country
    phones = [
        registry.book.draw(country, home.area_codes or ANY_AREA) for _ in range(1 + (chances[1] < habits.changes_phone))
    ]
    wanted = (
        main or chances[2] < habits.has_email,
        chances[3] < habits.has_second_email,
        chances[4] < habits.changes_email,
    )
    emails = [registry.email(name, born, home.language, habits) if wanted[0] and want else "" for want in wanted]
    return Person(
        number, home, main, gender, name, born,
        email=emails[0], second_email=emails[1], old_email=emails[2],
        phone=phones[0], old_phone=phones[1] if phones[1:] else "",
        changed_at=YEAR_START + (182 + below(rng, 90)) * DAY,
        loyalty_no=f"6{number * 37 + 10_000_019:011d}" if main or chances[5] < habits.has_card else "",
        user_id=f"u{number + 1:06d}" if emails[0] and rng.random() < habits.has_account else "",
        in_crm=main or chances[6] < habits.in_crm,
    )  # fmt: skip


def _born(rng: Rng, *, grown_up: bool) -> date:
    first, span = (date(1938, 1, 1), 58 * 365) if grown_up else (date(1996, 1, 1), 6 * 365)
    return first + timedelta(days=below(rng, span))


def _letters(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha()) or "x"


def mains_of(people: Iterable[Person]) -> dict[int, Person]:
    """The main shopper of each household, by household number."""
    return {p.household.number: p for p in people if p.is_main}
