"""The benchmark's files: records, truth, traps, a map for `cdp-lake identity resolve`, and the datasheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from faker import VERSION as FAKER

from cdp_lake.synthetic.benchmark.crowd import NOISE, Crowd, LifeRates, benchmark_size, gather
from cdp_lake.synthetic.benchmark.datasheet import Facts, datasheet
from cdp_lake.synthetic.benchmark.forms import FIELDS, Record, written_records
from cdp_lake.synthetic.chance import stream
from cdp_lake.synthetic.floor import Floor, measure
from cdp_lake.synthetic.landing import csv_field
from cdp_lake.synthetic.ledger import Ledger, person_name
from cdp_lake.synthetic.traps import Trap

_FIELD_TYPES = {
    "first_name": "given_name",
    "last_name": "family_name",
    "full_name": "full_name",
    "native_name": "native_name",
    "birth_date": "birth_date",
    "gender": "gender",
    "email": "email",
    "phone": "phone",
    "street": "street_address",
    "city": "city",
    "region": "region",
    "postcode": "postcode",
    "country": "country",
    "loyalty_no": "code",
    "login_id": "code",
}
_ALONE = ("placeholder_phone", "test_email")


@dataclass(frozen=True)
class Published:
    """What was published."""

    records: int
    people: int
    traps: dict[str, int]
    floor: Floor


def publish(size: str, seed: int, out: Path) -> Published:
    """Writes OUT/records.csv, truth.csv, traps.csv, map.yml and DATASHEET.md."""
    crowd = gather(benchmark_size(size), seed)
    records = _numbered(written_records(crowd, stream(seed, "benchmark forms")), seed)
    floor = measure(crowd.people, _ledger(records))
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "records.csv", ("record_id", "source", *FIELDS), map(_row, records))
    truth = ((name, record.source, person_name(record.person)) for name, record in records)
    _write(out / "truth.csv", ("record_id", "source", "entity_id"), truth)
    traps = list(_trap_rows(crowd, records))
    _write(out / "traps.csv", ("trap_kind", "trap_id", "person_id", "source", "source_pk"), traps)
    lines = ("record_id: record_id", "source: source", "fields:", *(f"  {c}: {t}" for c, t in _FIELD_TYPES.items()))
    (out / "map.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    planted = dict(sorted(Counter(kind for kind, _ in {row[:2] for row in traps}).items()))
    text = datasheet(_facts(size, seed, crowd, records), planted, floor)
    (out / "DATASHEET.md").write_text(text, encoding="utf-8")
    return Published(len(records), len({record.person for _, record in records}), planted, floor)


def _numbered(records: list[Record], seed: int) -> list[tuple[str, Record]]:
    """The records in an order that says nothing, numbered in it."""
    order = stream(seed, "benchmark order").permutation(len(records)).tolist()
    return [(f"r{place:06d}", records[number]) for place, number in enumerate(order, 1)]


def _ledger(records: Iterable[tuple[str, Record]]) -> Ledger:
    ledger = Ledger()
    for name, record in records:
        ledger.note((record.source, name), record.person, record.clues, record.shown)
    return ledger


def _row(numbered: tuple[str, Record]) -> tuple[str, ...]:
    name, record = numbered
    return (name, record.source, *(record.fields.get(field, "") for field in FIELDS))


def _trap_rows(crowd: Crowd, records: Sequence[tuple[str, Record]]) -> Iterable[tuple[str, ...]]:
    """The records in each trap; one that only one person's records are left of has misled nobody and is no trap."""
    of_person: dict[int, list[tuple[str, Record]]] = {}
    for name, record in records:
        of_person.setdefault(record.person, []).append((name, record))
    for trap in crowd.traps.listed:
        rows = [
            (trap.kind, trap.trap_id, person_name(person), record.source, name)
            for person in trap.people
            for name, record in of_person.get(person, ())
            if _is_in(trap, record)
        ]
        if len({row[2] for row in rows}) > (trap.kind not in _ALONE):
            yield from rows


def _is_in(trap: Trap, record: Record) -> bool:
    """Whether the record shows what misleads: the value, the shared street, or the shared name and birthday."""
    if trap.namespace != "crm":
        return f"{trap.namespace}:{trap.value}" in record.clues
    return trap.kind == "same_name_birth" or record.home == trap.value


def _facts(size: str, seed: int, crowd: Crowd, records: Sequence[tuple[str, Record]]) -> Facts:
    by_person = Counter(record.person for _, record in records)
    placeable = by_person - Counter(record.person for record in _unplaceable(records))
    return Facts(
        size=size,
        seed=seed,
        faker=FAKER,
        by_source=Counter(record.source for _, record in records),
        people=len(by_person),
        households=len({crowd.people[number].household.number for number in by_person}),
        true_pairs=_pairs(by_person),
        findable_pairs=_pairs(placeable),
        unplaceable=by_person.total() - placeable.total(),
        most_records=max(by_person.values()),
        rates={**asdict(NOISE), **asdict(LifeRates())},
    )


def _pairs(by_person: Counter[int]) -> int:
    return sum(count * (count - 1) // 2 for count in by_person.values())


def _unplaceable(records: Iterable[tuple[str, Record]]) -> list[Record]:
    """Records that state no name and nothing that another record of their person states: nobody can place them."""
    stated: dict[int, Counter[str]] = {}
    for _, record in records:
        stated.setdefault(record.person, Counter()).update(set(record.clues))
    return [
        record
        for _, record in records
        if not record.shown and all(stated[record.person][clue] == 1 for clue in record.clues)
    ]


def _write(path: Path, header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        target.writelines(",".join(map(csv_field, row)) + "\n" for row in (header, *rows))
