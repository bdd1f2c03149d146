"""The quality page: what the lake remembers of its batches, checks and runs, written where the quality report lies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyspark.sql import DataFrame

from cdp_lake.adapters.data_docs import PAGE, write_page
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import CHECKS, MEASURES, RUNS
from cdp_lake.quality.measures import Measure
from cdp_lake.quality.report import CheckRow, GateShare, gate_runs, newest_checks, page, recent, report_of
from cdp_lake.stages.judge_sources import late_sources


def write_quality_page(lake: Lake, settings: Settings, run_id: str) -> Path:
    """The page of the lake as it now is: three small questions, one file."""
    most = settings.quality.history.runs
    questions = (
        recent(lake.head(MEASURES), most),
        newest_checks(lake.head(CHECKS)),
        gate_runs(lake.head(RUNS), most),
    )
    # Each is small and mostly waiting: all at once take the time of one.
    with ThreadPoolExecutor(max_workers=len(questions)) as pool:
        measured, checked, gated = pool.map(DataFrame.collect, questions)
    report = report_of(
        run_id,
        [(row["run_id"], Measure(*row[1:])) for row in measured],
        [(row["table_name"], CheckRow(*row[1:])) for row in checked],
        [GateShare(*row) for row in gated],
        late_sources(lake, settings),
    )
    path = Path(settings.lake.path).absolute() / "quality" / PAGE
    write_page(path, page(report))
    return path
