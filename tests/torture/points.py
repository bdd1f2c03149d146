"""The points of a run at which a process is killed, each by the write that is about to happen or has just happened."""

from __future__ import annotations

from typing import NamedTuple

LANDING, REFINING, STITCHING = "land_bronze", "refine_silver", "stitch_identity"


class Point(NamedTuple):
    """Where the process dies: before or after a write (`append`, `merge`, ...) to a table, or a publication of a stage.

    `method` is one of adapters.delta_tables.DeltaTables or `publish` of adapters.lake.Lake; `what` the table or stage.
    """

    name: str
    when: str
    method: str
    what: str


POINTS = {
    point.name: point
    for point in (
        Point("records_framed_nothing_committed", "before", "append", "bronze.people"),
        Point("records_committed_files_not_noted", "after", "append", "bronze.orders"),
        Point("files_noted_not_published", "before", "publish", LANDING),
        Point("landing_published_run_not_noted", "after", "publish", LANDING),
        Point("numbers_taken_nothing_committed", "after", "overwrite", "ops.sequences"),
        Point("people_committed_facts_not", "after", "write", "silver.source_records"),
        Point("orders_committed_lines_not", "before", "write", "silver.order_lines"),
        Point("facts_committed_fates_not", "before", "write", "ops.fates"),
        Point("silver_committed_not_published", "before", "publish", REFINING),
        Point("silver_published_run_not_noted", "after", "publish", REFINING),
        Point("evidence_committed_people_not", "before", "write", "identity.assignments"),
        Point("people_committed_not_published", "before", "publish", STITCHING),
        Point("people_published_run_not_noted", "after", "publish", STITCHING),
    )
}
# One of each kind, in the order in which a run comes by, for every run of the tests.
EVERY_TIME = (
    "records_committed_files_not_noted",
    "people_committed_facts_not",
    "silver_committed_not_published",
    "people_published_run_not_noted",
)
