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
from cdp_lake.silver.corrections.in_force import corrected
from cdp_lake.silver.exports import with_export_time
from cdp_lake.silver.facts import fact_tables, facts
from cdp_lake.silver.fates import candidates, decided, policies
from cdp_lake.silver.fields import with_event_time
from cdp_lake.silver.newest import newest_rows
from cdp_lake.silver.nodes import link_table, node_keys, numbered, with_known_numbers
from cdp_lake.silver.observations import observations, slot_namespaces, tells_of_people
from cdp_lake.silver.parse import parsed
from cdp_lake.silver.quarantine import broken_texts, passed_only, set_aside
from cdp_lake.silver.records import as_versions, combined
from cdp_lake.silver.redriving import judged_anew, not_among, those_among, without
from cdp_lake.silver.standardise import standardised
from cdp_lake.silver.standing import changes, left_behind, overtaken, standing
from cdp_lake.silver.traffic import with_pace, with_traffic
from cdp_lake.stages.driven_again import (
    Again,
    Asked,
    corrected_since,
    corrections_in_force,
    judged,
    together,
    write_down,
)
from cdp_lake.stages.expiry import expire, with_those_who_left
from cdp_lake.stages.export_versions import turned
from cdp_lake.stages.job import Job
from cdp_lake.stages.judge_sources import judge_sources


@dataclass(frozen=True)
class Feed:
    """One source's records of new batches, and those driven again, parsed."""

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
    """Refines batches that are landed and not yet refined, and records corrected since; everything on a rebuild."""
    asked = corrected_since(job)
    if asked is not None and not job.rebuild and asked.reach_into_silver:
        job.progress.step("a correction was withdrawn of a record that had passed: silver is computed anew")
        job.rebuild = True
    if drive(job, _files_to_refine(job), asked) is None:
        expire(job)


def drive(job: Job, files: dict[str, list[dict[str, Any]]], asked: Asked | None) -> DataFrame | None:
    """Refines the files of new batches by source, and drives the records asked for again.

    Returns the fates that were decided, one row per record; None when there was nothing to do.
    """
    again = together(job, asked) if asked is not None and not job.rebuild else None
    corrections = corrections_in_force(job)
    feeds = [
        _feed(job, contract, files.get(contract.name, []), again, corrections.get(contract.name))
        for contract in job.settings.sources
        if contract.name in files or (again is not None and contract.name in again.parts)
    ]
    if not feeds:
        return None
    fates, counts = _fates(job, feeds, again)
    judge_sources(job, [(feed.contract, feed.parsed) for feed in feeds if feed.batches], files, counts)
    turning = turned(job, [feed.contract for feed in feeds], fates, again)
    passed = [_passed(job, feed, fates, turning, corrections.get(feed.contract.name)) for feed in feeds]
    again = None if again is None else judged(job, again, fates)
    anew = [one for one in (again, turning) if one is not None]
    records, links = _source_records(job, passed, anew)
    older = _overtaken(job, fates, [feed for feed in passed if changes(feed.contract)])
    tables = _facts_by_table(job, [_standing(feed, older) for feed in passed], links, older)
    records = with_those_who_left(job, [(feed.contract, feed.batches) for feed in feeds], fates, records)
    job.progress.step("checking candidates")
    _check_conservation(feeds, fates, again)
    job.check((SOURCE_RECORDS, records), *tables.items(), is_batch=bool(files))
    left = {table: [one.left_in(job, table) for one in anew] for table in (SOURCE_RECORDS, *tables)}
    for table in {table for feed in feeds if changes(feed.contract) for table in fact_tables(feed.contract)}:
        left[table].append(left_behind(job.lake.read(table, "refinement", whole=True), older))
    for table, rows in {SOURCE_RECORDS: records, **tables}.items():
        _write(job, table, rows, left.get(table, []))
    _settle(job, feeds, fates)
    if asked is not None:
        write_down(job, asked, fates)
    return fates


def _write(job: Job, table: TableContract, rows: DataFrame, left: list[DataFrame]) -> None:
    """Commits the rows that differ. left: published rows that go unless they are said again, such as a line that an
    order has lost since."""
    replacing = _union([frame.select(*table.key) for frame in left]).distinct() if left and not job.rebuild else None
    job.upsert(table, rows, complete=job.rebuild or replacing is not None, replacing=replacing)
    job.progress.step(f"{table.name} written")


def _feed(
    job: Job,
    contract: SourceContract,
    files: list[dict[str, Any]],
    again: Again | None,
    corrections: DataFrame | None,
) -> Feed:
    """Records of one source, of these files and those driven again, parsed as they are to be read."""
    name, batches = contract.name, tuple(sorted({file["batch_id"] for file in files}))
    landed = job.lake.read(bronze_table(name), "refinement")
    bronze = landed.where(landed["_batch_id"].isin(*batches))
    count = sum(file["record_count"] for file in files)
    if again is not None and name in again.parts:
        bronze, count = bronze.unionByName(again.of(name, landed)), count + again.parts[name].records
        files = [*files, *again.parts[name].files]
    rows = _parsed(bronze, contract, files, corrections)
    rows = with_traffic(rows, contract, job.settings.quality.traffic)
    job.progress.step(f"{name}: parsing {count:,} records")
    return Feed(contract, batches, bronze, job.staged(rows, name))


def _parsed(
    bronze: DataFrame, contract: SourceContract, files: list[dict[str, Any]], corrections: DataFrame | None
) -> DataFrame:
    """Bronze records as they are to be read, by the headers of the files they are in."""
    headers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in files:
        headers[tuple(file["header"] or ())].append(file["file_id"])
    read = bronze if corrections is None else corrected(bronze, corrections)
    return with_event_time(parsed(with_export_time(read, contract, files), contract, headers), contract)


def _passed(job: Job, feed: Feed, fates: DataFrame, turning: Again | None, corrections: DataFrame | None) -> Passed:
    """The records of a feed that passed, and earlier ones that this batch turned into what they are now."""
    contract, rows = feed.contract, feed.parsed
    if turning is not None and contract.name in turning.parts:
        earlier = turning.of(contract.name, job.lake.read(bronze_table(contract.name), "refinement"))
        rows = rows.unionByName(_parsed(earlier, contract, turning.files_of(contract.name), corrections), True)
    return Passed(contract, passed_only(rows, fates.where(fates["source"] == contract.name)))


def _fates(job: Job, feeds: list[Feed], again: Again | None) -> tuple[DataFrame, dict[tuple[str, str], int]]:
    """The fate of every new record, and of older ones that a new one displaces; and how many met each."""
    known = job.lake.tables.empty(FATES) if job.rebuild else job.lake.read(FATES, "refinement")
    if again is not None:
        known = not_among(known, again.driven)
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


def _source_records(job: Job, feeds: list[Passed], anew: list[Again]) -> tuple[DataFrame, DataFrame]:
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
    for said in (one.said_anew for one in anew if one.said_anew is not None):
        before = without(before, said)
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


def _settle(job: Job, feeds: list[Feed], fates: DataFrame) -> None:
    """Writes fates and what was set aside; what no longer is goes from the quarantine."""
    files = job.lake.read(FILES, "refinement")
    texts = _union([broken_texts(feed.parsed) for feed in feeds])
    aside = job.staged(conform(set_aside(fates, texts, files), QUARANTINE), "aside")
    job.upsert(FATES, fates, complete=job.rebuild)
    before = judged_anew(job.lake.read(QUARANTINE, "refinement"), None if job.rebuild else fates)
    job.upsert(QUARANTINE, aside, complete=True, replacing=before)


def _check_conservation(feeds: list[Feed], fates: DataFrame, again: Again | None) -> None:
    """Raises InvariantBroken unless each record that was driven has exactly one fate."""
    driven = _union([bronze_counts(feed.bronze) for feed in feeds])
    # Fates of earlier batches come along when a new record displaces an old one; they were counted then.
    batches = sorted({batch for feed in feeds for batch in feed.batches})
    fresh = fates.where(fates["batch_id"].isin(*batches))
    if again is not None:
        fresh = fresh.unionByName(those_among(fates, again.driven))
    broken = conservation(driven, fresh).limit(5).collect()
    if broken:
        found = "; ".join(f"{r['source']} batch {r['batch_id']}: {r['reason']}" for r in broken)
        raise InvariantBroken(f"not every record has exactly one fate: {found}")


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
