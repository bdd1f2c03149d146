"""Show what was set aside: how much by which rule, and single records with all that is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import CORRECTIONS, FATES, FILES, REDRIVES
from cdp_lake.quality.summary import quarantine_counts, quarantine_examples
from cdp_lake.silver.corrections.edits import text_in
from cdp_lake.silver.corrections.in_force import in_force, last_ones
from cdp_lake.silver.corrections.refusal import CannotEdit
from cdp_lake.stages.chosen_records import FILE, Choice, fates_of, set_aside

PURPOSE = "show"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class RecordShown:
    """One record or file with all that is known of it.

    `received` and `read` are its text as it came and as it is read now; both null for a file. `values`: what it says
    in each column of its contract, as text; a column is missing where that cannot be told.
    """

    contract: SourceContract | None
    source: str
    record_id: str
    file: str | None
    line: int | None
    fate: str
    rules: tuple[str, ...]
    received: str | None
    read: str | None
    values: dict[str, str | None]
    corrections: Rows
    redrives: Rows


def quarantine_list(lake: Lake, settings: Settings, choice: Choice) -> Rows:
    """One row per (source, rule): records or files that broke it, and in which batches they came."""
    corrected = in_force(last_ones(lake.read(CORRECTIONS, PURPOSE)))
    rows = [row.asDict() for row in quarantine_counts(set_aside(lake, settings, choice), corrected).collect()]
    return [row for row in rows if choice.rule in (None, row["rule"])]


def shown(lake: Lake, settings: Settings, choice: Choice, limit: int) -> list[RecordShown]:
    """The records named, whatever their fate, or the first few that are set aside.

    Raises ConfigError for a record, source or rule that nothing is known of.
    """
    named = fates_of(lake, choice)
    aside = [row.asDict() for row in quarantine_examples(set_aside(lake, settings, choice), limit).collect()]
    known = {(row["source"], row["record_id"]) for row in aside}
    rows = aside + [_no_longer(one.source, one.record_id) for one in named if (one.source, one.record_id) not in known]
    return _whole(lake, settings, rows)


def _no_longer(source: str, record_id: str) -> dict[str, Any]:
    return {"source": source, "record_id": record_id, "file": None, "rules": []}


def _whole(lake: Lake, settings: Settings, rows: Rows) -> list[RecordShown]:
    """The rows of ops.quarantine, as many as a person looks at, with what other tables know of their records."""
    ids = [row["record_id"] for row in rows]
    contracts = {contract.name: contract for contract in settings.sources}
    files = _by(_of(lake, FILES, "file_id", [_file_id(one) for one in ids]), "source", "file_id")
    bronze = {
        (source, row["_record_id"]): row
        for source in sorted({row["source"] for row in rows})
        for row in _of(lake, bronze_table(source), "_record_id", ids)
    }
    fates = _by(_of(lake, FATES, "record_id", ids), "source", "record_id")
    corrections = sorted(_of(lake, CORRECTIONS, "record_id", ids), key=lambda row: row["correction_no"])
    redrives = sorted(_of(lake, REDRIVES, "record_id", ids), key=lambda row: (row["redriven_at"], row["run_id"]))
    found = []
    for row in rows:
        key = (row["source"], row["record_id"])
        mine = [[r for r in some if (r["source"], r["record_id"]) == key] for some in (corrections, redrives)]
        file = files.get((row["source"], _file_id(row["record_id"])), {})
        landed, fate = bronze.get(key, {}), fates.get(key, {})
        found.append(_record(contracts.get(row["source"]), row, file, {**landed, **fate}, mine))
    return found


def _record(
    contract: SourceContract | None, row: dict[str, Any], file: dict[str, Any], facts: dict[str, Any], mine: list[Rows]
) -> RecordShown:
    corrections, redrives = mine
    received = facts.get("payload")
    read = corrections[-1]["payload"] or received if corrections else received
    return RecordShown(
        contract=contract,
        source=row["source"],
        record_id=row["record_id"],
        file=file.get("path", row["file"]),
        line=facts.get("_line"),
        fate=facts.get("fate", "quarantined"),
        rules=tuple(row["rules"]),
        received=received,
        read=read,
        values=_values(contract, read, list(file.get("header") or ())),
        corrections=corrections,
        redrives=redrives,
    )


def _values(contract: SourceContract | None, payload: str | None, header: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for column in contract.columns if contract is not None and payload is not None else ():
        try:
            found[column.name] = text_in(payload or "", header, column, contract)  # type: ignore[arg-type]
        except CannotEdit:
            continue
    return found


def _of(lake: Lake, table: TableContract, column: str, ids: list[str]) -> Rows:
    rows: DataFrame = lake.read(table, PURPOSE)
    return [row.asDict() for row in rows.where(rows[column].isin(*ids)).collect()]


def _by(rows: Rows, *key: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in key): row for row in rows}


def _file_id(record_id: str) -> str:
    return record_id.removeprefix(FILE) if record_id.startswith(FILE) else record_id.rpartition("-")[0]
