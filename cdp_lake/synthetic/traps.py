"""Planted traps: values that look like one person and are not, each listed so that no fall can hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cdp_lake.synthetic.chance import Rng, uuids
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.phones import PLACEHOLDER
from cdp_lake.synthetic.shopdata import DAY, LARGEST_HOUSEHOLD, YEAR_START
from cdp_lake.synthetic.sizes import Size

TEST_EMAIL = "test@test.com"
RECYCLED_FROM = YEAR_START + 185 * DAY
Case = tuple[tuple[int, ...], str]  # the people of one trap, and the value


@dataclass(frozen=True)
class Trap:
    """One trap: its people and the value that misleads; namespace `crm` means their customer records."""

    kind: str
    trap_id: str
    people: tuple[int, ...]
    namespace: str
    value: str


@dataclass(frozen=True)
class Traps:
    """All traps, and by person the roles that the writers must play."""

    listed: tuple[Trap, ...]
    placeholder_phone: frozenset[int]
    test_email: frozenset[int]
    phone_holders: frozenset[int]  # people in a trap about a phone: they never leave it out
    card_borrowed_from: dict[int, int]  # borrower -> owner of the card
    kiosks: tuple[tuple[str, tuple[int, ...]], ...]  # anonymousId, people who log in there


def lay_traps(rng: Rng, people: list[Person], size: Size) -> tuple[list[Person], Traps]:
    """The people with misleading values planted in them, and the list of what was planted."""
    people = list(people)
    listed = [
        *_numbered("recycled_phone", "phone", _recycled_phones(rng, people, size.traps)),
        *_numbered("shared_family_phone", "phone", _shared_family_phones(rng, people, size.traps)),
        *_numbered("shared_address", "crm", _shared_addresses(rng, people, size.traps)),
        *_numbered("same_name_birth", "crm", _same_name_and_birth(rng, people, size.traps)),
    ]
    holders = frozenset(number for trap in listed if trap.namespace == "phone" for number in trap.people)
    others = [p.number for p in people if p.in_crm and not p.is_main and p.number not in holders]
    careless = _some(rng, others, 2 * size.traps)
    placeholder, tested = careless[0::2], careless[1::2]
    lent = _lent_cards(rng, people, size.traps)
    kiosks = _kiosks(rng, people, size)
    listed += _numbered("placeholder_phone", "phone", [((p,), PLACEHOLDER) for p in placeholder])
    listed += _numbered("test_email", "email", [((p,), TEST_EMAIL) for p in tested])
    cards = [((owner, guest), people[owner].loyalty_no) for guest, owner in lent.items()]
    listed += _numbered("lent_loyalty_card", "loyalty_id", cards)
    listed += _numbered("kiosk_device", "anonymous_id", [(users, kiosk) for kiosk, users in kiosks])
    return people, Traps(tuple(listed), frozenset(placeholder), frozenset(tested), holders, lent, kiosks)


def _numbered(kind: str, namespace: str, cases: Sequence[Case]) -> list[Trap]:
    """The traps of one kind: the people and the value of each case."""
    return [Trap(kind, f"{kind}-{n}", people, namespace, value) for n, (people, value) in enumerate(cases, 1)]


def _some(rng: Rng, candidates: list[int], count: int) -> list[int]:
    """Up to `count` of the candidates, in random order."""
    chosen: list[int] = rng.permutation(candidates).tolist()[:count]
    return chosen


def _shared_family_phones(rng: Rng, people: list[Person], count: int) -> list[Case]:
    """A parent and a child or partner who give the same mobile number everywhere."""
    second = [p.number for p in people if not p.is_main and people[p.number - 1].is_main and p.in_crm]
    cases: list[Case] = []
    for number in _some(rng, second, count):
        parent, child = people[number - 1], people[number]
        since = parent.changed_at
        people[number] = replace(child, phone=parent.phone, old_phone=parent.old_phone, changed_at=since)
        cases.append(((parent.number, number), parent.phone))
    return cases


def _recycled_phones(rng: Rng, people: list[Person], count: int) -> list[Case]:
    """A number one person gave up in summer and a stranger was given after."""
    free = [p.number for p in people if p.in_crm and not p.old_phone and p.is_main]
    chosen = _some(rng, free, 2 * count)
    cases: list[Case] = []
    for giver, taker in zip(chosen[0::2], chosen[1::2], strict=False):
        before, after = people[giver], people[taker]
        number, fresh = before.phone, _unused(people, giver)
        people[giver] = replace(before, old_phone=number, phone=fresh, changed_at=RECYCLED_FROM)
        people[taker] = replace(after, old_phone=after.phone, phone=number, changed_at=RECYCLED_FROM + 30 * DAY)
        cases.append(((giver, taker), number))
    return cases


def _unused(people: list[Person], owner: int) -> str:
    """A valid number near the owner's own that nobody has."""
    taken = {number for p in people for number in (p.phone, p.old_phone)}
    base, step = people[owner].phone, 1
    while (number := f"{base[:-4]}{(int(base[-4:]) + step) % 10_000:04d}") in taken:
        step += 1
    return number


def _same_name_and_birth(rng: Rng, people: list[Person], count: int) -> list[Case]:
    """Two strangers in different towns with one name and one birthday."""
    used: set[int] = set()
    cases: list[Case] = []
    for one, other in pairwise(_some(rng, [p.number for p in people if p.in_crm], len(people))):
        a, b = people[one], people[other]
        strangers = a.household.postcode != b.household.postcode and not used & {one, other}
        if len(cases) == count or not strangers or a.household.language != b.household.language:
            continue
        used |= {one, other}
        people[other] = replace(b, name=a.name, birth_date=a.birth_date, gender=a.gender)
        cases.append(((one, other), f"{a.name.given} {a.name.family} {a.birth_date}"))
    return cases


def _shared_addresses(rng: Rng, people: list[Person], count: int) -> list[Case]:
    """Two families behind one street address: a house divided, or a flat handed on."""
    moved: set[int] = set()
    cases: list[Case] = []
    mains = [p.number for p in people if p.is_main]
    for one, other in pairwise(_some(rng, mains, len(mains))):
        a, b = people[one].household, people[other].household
        if len(cases) == count or a.country != b.country or moved & {one, other}:
            continue
        moved |= {one, other}
        home = replace(a, number=b.number, language=b.language)
        members = [p.number for p in people[other : other + LARGEST_HOUSEHOLD] if p.household.number == b.number]
        for number in members:
            people[number] = replace(people[number], household=home)
        cases.append(((one, *members), home.street))
    return cases


def _lent_cards(rng: Rng, people: list[Person], count: int) -> dict[int, int]:
    """Borrower and owner of a card, in different households."""
    chosen = _some(rng, [p.number for p in people if p.is_main], 2 * count)
    return dict(zip(chosen[0::2], chosen[1::2], strict=False))


def _kiosks(rng: Rng, people: list[Person], size: Size) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Store kiosks whose one browser many account holders use."""
    accounts = [p.number for p in people if p.user_id]
    return tuple((name, tuple(sorted(_some(rng, accounts, size.kiosk_people)))) for name in uuids(rng, size.kiosks))
