"""Quality over time: each batch is measured, kept, and held against the history of its table or source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce

from pyspark.sql import DataFrame

from cdp_lake.adapters.expectations import Check, Judged
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.history import DUPLICATE_SHARE, QUARANTINED_SHARE, HistoryRules
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.ops import MEASURES, RUNS
from cdp_lake.quality.history import Past, Verdict, earlier, verdicts, with_drift
from cdp_lake.quality.measures import Measure, Question, measured, of_source, of_table
from cdp_lake.silver.fates import DUPLICATE, QUARANTINED
from cdp_lake.silver.fields import told_at


def past_of(lake: Lake, rules: HistoryRules) -> Past:
    """What was measured of the last batches of every table and source."""
    rows = earlier(lake.head(MEASURES), lake.head(RUNS), rules.runs).collect()
    return Past((row["run_id"], Measure(*row[1:])) for row in rows)


def measured_tables(
    rules: HistoryRules, candidates: Iterable[tuple[TableContract, DataFrame]], as_of: datetime
) -> list[Measure]:
    """The measures of those tables that have a history to be held against; one query for all of them."""
    watched = [(rows, rules.table(table.name)) for table, rows in candidates]
    return _asked([(rows, of_table(one)) for rows, one in watched if one is not None], as_of)


def measured_sources(
    rules: HistoryRules, feeds: Sequence[tuple[SourceContract, DataFrame]], as_of: datetime
) -> list[Measure]:
    """The measures of the new records of each source, parsed; one query for all of them."""
    asked = [(rows, of_source(feed, rules.source(feed.name), told_at(feed))) for feed, rows in feeds]
    return _asked(asked, as_of)


def fate_shares(counts: Mapping[tuple[str, str], int]) -> list[Measure]:
    """The share of each source's records that were set aside, and that are copies. counts: by source and fate."""
    totals: dict[str, int] = defaultdict(int)
    for (source, _), count in counts.items():
        totals[source] += count
    measures = {QUARANTINED: QUARANTINED_SHARE, DUPLICATE: DUPLICATE_SHARE}
    return [
        Measure(source, measure, "", counts.get((source, fate), 0) / total)
        for source, total in sorted(totals.items())
        for fate, measure in measures.items()
    ]


def judged_by_history(found: list[Measure], past: Past, rules: HistoryRules) -> tuple[list[Measure], list[Judged]]:
    """The measures, drifts among them, and what was found of each table and source."""
    whole = with_drift(found, past, rules)
    return whole, as_judged(verdicts(whole, past, rules))


def as_judged(found: Iterable[Verdict]) -> list[Judged]:
    """The verdicts by table or source, in the form in which the gate tells its own."""
    by_name: dict[str, list[Check]] = defaultdict(list)
    for one in found:
        by_name[one.name].append(Check(one.label, one.severity, one.kept, one.observed))
    return [Judged(name, tuple(checks)) for name, checks in by_name.items()]


def _asked(questions: list[tuple[DataFrame, Question]], as_of: datetime) -> list[Measure]:
    if not questions:
        return []
    parts = [measured(rows, asked, as_of) for rows, asked in questions]
    return [Measure(*row) for row in reduce(DataFrame.unionByName, parts).collect()]
