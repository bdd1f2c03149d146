"""The truth beside the landing folder: whose every record is, the people, the traps and the bad rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from cdp_lake.synthetic.landing import Landing, csv_field
from cdp_lake.synthetic.ledger import Ledger, Node, owner_of, person_name
from cdp_lake.synthetic.traps import Trap
from cdp_lake.synthetic.world import World


def write_truth(folder: Path, world: World, landing: Landing, ledger: Ledger) -> dict[str, int]:
    """All truth tables; returns the traps planted of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = sorted(ledger.nodes.items())
    owners = [(source, pk, owner_of(pk, node), node) for (source, pk), node in nodes]
    _write(
        folder / "records.csv",
        "source,source_pk,person_id",
        ((s, pk, "" if owner is None else person_name(owner)) for s, pk, owner, _ in owners),
    )
    unclear = (
        (s, pk, "|".join(person_name(p) for p in sorted(node.people))) for s, pk, owner, node in owners if owner is None
    )
    _write(folder / "ambiguous.csv", "source,source_pk,person_ids", unclear)
    _write(
        folder / "people.csv",
        "person_id,household_id,language,given_name,family_name,native_name,birth_date,email,phone",
        _people(world),
    )
    traps = list(_trap_rows(world.traps.listed, nodes))
    _write(folder / "traps.csv", "trap_kind,trap_id,person_id,source,source_pk", traps)
    _write(
        folder / "bad_rows.csv",
        "source,file,kind,record_no,note",
        (tuple(map(str, asdict(row).values())) for row in landing.bad_rows),
    )
    planted = {kind: len({row[1] for row in traps if row[0] == kind}) for kind in sorted({row[0] for row in traps})}
    return planted


def write_summary(folder: Path, summary: dict[str, object]) -> None:
    """The counts and the difficulty floor as JSON."""
    (folder / "summary.json").write_text(json.dumps(summary, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _people(world: World) -> Iterable[tuple[str, ...]]:
    for p in world.people:
        home = p.household
        yield (
            p.person_id,
            home.household_id,
            home.language,
            p.name.given,
            p.name.family,
            p.name.native,
            str(p.birth_date),
            p.email,
            p.phone,
        )


def _trap_rows(traps: Iterable[Trap], nodes: list[tuple[tuple[str, str], Node]]) -> Iterable[tuple[str, ...]]:
    """Every record of a trapped person that carries the misleading value; for `crm`, the customer records."""
    of_person: dict[int, list[tuple[str, str, Node]]] = {}
    for (source, pk), node in nodes:
        for person in node.people:
            of_person.setdefault(person, []).append((source, pk, node))
    for trap in traps:
        for person in trap.people:
            for source, pk, node in of_person.get(person, ()):
                if source == "crm" if trap.namespace == "crm" else f"{trap.namespace}:{trap.value}" in node.identifiers:
                    yield trap.kind, trap.trap_id, person_name(person), source, pk


def _write(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        target.write(f"{header}\n")
        target.writelines(",".join(map(csv_field, row)) + "\n" for row in rows)
