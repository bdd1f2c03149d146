"""Refine: parse each landed record, give it its one fate, and turn what passed into records and facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame

from cdp_lake.adapters.keys import hmac_key
from cdp_lake.adapters.surrogates import allocate
from cdp_lake.bronze.batch import LANDED
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FATES, FILES, QUARANTINE
from cdp_lake.contracts.silver import EVENTS, SOURCE_RECORDS
from cdp_lake.errors import InvariantBroken
from cdp_lake.privacy import with_keyed_values
from cdp_lake.quality.conservation import bronze_counts, conservation
from cdp_lake.silver.facts import fact_tables, facts
from cdp_lake.silver.fates import candidates, decided, policies
from cdp_lake.silver.fields import with_event_time
from cdp_lake.silver.newest import newest_rows
from cdp_lake.silver.nodes import link_table, node_keys, numbered, with_known_numbers
from cdp_lake.silver.observations import observations, slot_namespaces, tells_of_people
from cdp_lake.silver.parse import parsed
from cdp_lake.silver.quarantine import broken_texts, passed_only, set_aside
from cdp_lake.silver.records import as_versions, combined
from cdp_lake.silver.standardise import standardised
from cdp_lake.silver.standing import changes, left_behind, overtaken, standing
from cdp_lake.silver.traffic import with_pace, with_traffic
from cdp_lake.stages.absences import with_the_absent
from cdp_lake.stages.job import Job
from cdp_lake.stages.judge_sources import judge_sources


@dataclass(frozen=True)
class Feed:
    """One source's new records, parsed."""

    contract: SourceContract
    batches: tuple[int, ...]
    bronze: DataFrame
    parsed: DataFrame


@dataclass(frozen=True)
class Passed:
    """The records of one source that passed."""

    contract: SourceContract
    rows: DataFrame


def refine(job: Job) -> None:
    """Refines the batches that are landed and not yet refined; all of them on a rebuild."""
    files = _files_to_refine(job)
    feeds = [_feed(job, contract, files[contract.name]) for contract in job.settings.sources if contract.name in files]
    if not feeds:
        return
    fates, counts = _fates(job, feeds)
    judge_sources(job, [(feed.contract, feed.parsed) for feed in feeds], files, counts)
    passed = [Passed(f.contract, passed_only(f.parsed, fates.where(fates["source"] == f.contract.name))) for f in feeds]
    records, links = _source_records(job, passed)
    older = _overtaken(job, fates, [feed for feed in passed if changes(feed.contract)])
    tables = _facts_by_table(job, [_standing(feed, older) for feed in passed], links, older)
    records = with_the_absent(job, [(feed.contract, feed.batches) for feed in feeds], fates, records)
    job.progress.step("checking candidates")
    _check_conservation(feeds, fates)
    job.check((SOURCE_RECORDS, records), *tables.items())
    job.upsert(SOURCE_RECORDS, records, complete=job.rebuild)
    changeable = {table for feed in feeds if changes(feed.contract) for table in fact_tables(feed.contract)}
    for table, rows in tables.items():
        _write_facts(job, table, rows, older if table in changeable else None)
    _settle(job, feeds, fates)


def _feed(job: Job, contract: SourceContract, files: list[dict[str, Any]]) -> Feed:
    """The records of these files of one source, parsed."""
    headers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in files:
        headers[tuple(file["header"] or ())].append(file["file_id"])
    bronze = job.lake.read(bronze_table(contract.name), "refinement")
    batches = tuple(sorted({file["batch_id"] for file in files}))
    bronze = bronze.where(bronze["_batch_id"].isin(*batches))
    rows = with_event_time(parsed(bronze, contract, headers), contract)
    rows = with_traffic(rows, contract, job.settings.quality.traffic)
    job.progress.step(f"{contract.name}: parsing {sum(file['record_count'] for file in files):,} records")
    return Feed(contract, batches, bronze, job.staged(rows, contract.name))


def _fates(job: Job, feeds: list[Feed]) -> tuple[DataFrame, dict[tuple[str, str], int]]:
    """The fate of every new record, and of older ones that a new one displaces; and how many met each."""
    known = job.lake.tables.empty(FATES) if job.rebuild else job.lake.read(FATES, "refinement")
    narrow = _union([candidates(feed.parsed, feed.contract) for feed in feeds])
    rules = policies(feed.contract for feed in feeds)
    fates = job.staged(conform(decided(narrow, known, rules), FATES), "fates")
    counts = {(r["source"], r["fate"]): r["count"] for r in fates.groupBy("source", "fate").count().collect()}
    for feed in feeds:
        mine = {fate: count for (source, fate), count in sorted(counts.items()) if source == feed.contract.name}
        job.facts |= {f"{feed.contract.name}: {fate}": str(count) for fate, count in mine.items()}
        job.progress.step(f"{feed.contract.name}: " + ", ".join(f"{count:,} {fate}" for fate, count in mine.items()))
    return fates, counts


def _files_to_refine(job: Job) -> dict[str, list[dict[str, Any]]]:
    """Landed files of batches that have no fates yet, by source; all landed files on a rebuild."""
    files = [row.asDict() for row in job.lake.read(FILES, "refinement").collect() if row["fate"] == LANDED]
    refined: set[int] = set()
    if not job.rebuild:
        refined = {r["batch_id"] for r in job.lake.read(FATES, "refinement").select("batch_id").distinct().collect()}
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        if file["batch_id"] not in refined:
            by_source[file["source"]].append(file)
    return by_source


def _source_records(job: Job, feeds: list[Passed]) -> tuple[DataFrame, DataFrame]:
    """Candidate source records with their surrogates, and the links by which facts find them."""
    normalisers = {n.name: n.normaliser for n in job.settings.identity.namespaces}
    people = [observations(f.rows, f.contract, normalisers) for f in feeds if tells_of_people(f.contract)]
    empty = job.lake.tables.empty(SOURCE_RECORDS)
    if not people:
        return empty, link_table(empty.withColumns({"_link": empty["source_pk"]}), empty)
    # Staged before the name and phone kernels: Spark would push them into each feed's grouping and fail there.
    told = _with_hashes(job, feeds, job.staged(_union(people), "observations"))
    seen = job.staged(standardised(told), "standardised")
    before = empty if job.rebuild else job.lake.read(SOURCE_RECORDS, "refinement", whole=True)
    rows = job.staged(combined(as_versions(seen), before), "versions")
    # The head, not the published version: numbers given out by a killed run are used, not given out again.
    known = node_keys(job.lake.head(SOURCE_RECORDS))
    fresh = allocate(job.lake, numbered(rows, known), "record_sk", "record_sk")
    records = job.staged(conform(with_known_numbers(rows, known, fresh), SOURCE_RECORDS), "records")
    job.progress.step(f"{records.count():,} source records standardised")
    return records, job.staged(link_table(seen, records), "links")


def _with_hashes(job: Job, feeds: list[Passed], rows: DataFrame) -> DataFrame:
    """The observations with values hashed that the lake may not hold in clear."""
    hashed = job.settings.identity.hashed
    slots = {slot for f in feeds for slot, name in enumerate(slot_namespaces(f.contract)) if set(name) & set(hashed)}
    for slot in sorted(slots):
        rows = with_keyed_values(rows, f"_namespace_{slot}", f"_value_{slot}", hashed, hmac_key(job.home))
    return rows


def _facts_by_table(
    job: Job, feeds: list[Passed], links: DataFrame, older: DataFrame
) -> dict[TableContract, DataFrame]:
    """Candidate rows of each fact table, over all feeds."""
    parts: dict[TableContract, list[DataFrame]] = defaultdict(list)
    for feed in feeds:
        for table, rows in facts(feed.rows, links, feed.contract):
            parts[table].append(rows)
    candidates_of = {table: _union(frames) for table, frames in parts.items()}
    stored = {
        table: newest_rows(rows, job.lake.read(table, "refinement"), table) if not job.rebuild else rows
        for table, rows in candidates_of.items()
    }
    if EVENTS in stored:
        known = job.lake.tables.empty(EVENTS) if job.rebuild else job.lake.read(EVENTS, "refinement", whole=True)
        # older: one row per record that is overtaken, or deleted, and whose event goes.
        known = known.join(older.select("_record_id"), "_record_id", "left_anti")
        stored[EVENTS] = with_pace(stored[EVENTS], known, job.settings.quality.traffic)
    return {table: rows.persist(StorageLevel.MEMORY_AND_DISK) for table, rows in stored.items()}


def _overtaken(job: Job, fates: DataFrame, feeds: list[Passed]) -> DataFrame:
    """Records of feeds that change which newer ones of their key overtook."""
    mine = fates.where(fates["source"].isin(*[feed.contract.name for feed in feeds]))
    ids = [feed.rows.select("_record_id") for feed in feeds]
    return job.staged(
        overtaken(mine, _union(ids or [fates.limit(0).selectExpr("record_id as _record_id")])), "overtaken"
    )


def _standing(feed: Passed, older: DataFrame) -> Passed:
    """The records of a feed that facts are built from."""
    contract = feed.contract
    return Passed(contract, standing(feed.rows, older, contract)) if changes(contract) else feed


def _write_facts(job: Job, table: TableContract, rows: DataFrame, older: DataFrame | None) -> None:
    """Commits the rows that differ; those of overtaken records go, such as a line that an order has lost since."""
    if job.rebuild or older is None:
        job.upsert(table, rows, complete=job.rebuild)
    else:
        job.upsert(
            table, rows, complete=True, replacing=left_behind(job.lake.read(table, "refinement", whole=True), older)
        )
    job.progress.step(f"{table.name} written")


def _settle(job: Job, feeds: list[Feed], fates: DataFrame) -> None:
    """Writes fates and what was set aside."""
    files = job.lake.read(FILES, "refinement")
    aside = set_aside(fates, _union([broken_texts(feed.parsed) for feed in feeds]), files)
    job.upsert(FATES, fates, complete=job.rebuild)
    job.upsert(QUARANTINE, conform(aside, QUARANTINE))


def _check_conservation(feeds: list[Feed], fates: DataFrame) -> None:
    """Raises InvariantBroken unless each record of the batches has exactly one fate."""
    landed = _union([bronze_counts(feed.bronze) for feed in feeds])
    # Fates of earlier batches come along when a new record displaces an old one; they were counted then.
    batches = sorted({batch for feed in feeds for batch in feed.batches})
    fresh = fates.where(fates["batch_id"].isin(*batches))
    broken = conservation(landed, fresh).limit(5).collect()
    if broken:
        found = "; ".join(f"{r['source']} batch {r['batch_id']}: {r['reason']}" for r in broken)
        raise InvariantBroken(f"not every record has exactly one fate: {found}")


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
