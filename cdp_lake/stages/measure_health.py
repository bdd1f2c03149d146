"""Health: what a stitch made of everybody is measured, kept, and judged before anybody reads it."""

from __future__ import annotations

from cdp_lake.adapters.expectations import Check, Judged
from cdp_lake.contracts.identity import ASSIGNMENTS, EDGES, IDENTIFIERS
from cdp_lake.contracts.ops import HEALTH
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.health import Gate, gates, measures, profiles_seen
from cdp_lake.stages.job import Job

PURPOSE = "identity"


def measure_health(job: Job) -> None:
    """Measures what this run committed, in two passes; raises QualityGateFailed where a limit of `error` is broken."""
    rules = job.settings.identity
    persons, edges, identifiers = standing(job.lake.head(ASSIGNMENTS)), job.lake.head(EDGES), job.lake.head(IDENTIFIERS)
    before, records = standing(job.lake.read(ASSIGNMENTS, PURPOSE)), job.lake.read(SOURCE_RECORDS, PURPOSE)
    profiles = job.staged(profiles_seen(records, persons, before, identifiers, rules), "profiles_seen")
    rows = measures(profiles, persons, edges, identifiers).collect()
    kept = [(job.run_id, job.as_of, row["measure"], row["subject"], row["value"], row["detail"]) for row in rows]
    # Before it is judged: who broke a limit wants to see what was measured, though nothing else of it is published.
    job.append(HEALTH, job.spark.createDataFrame(kept, HEALTH.schema))
    found = {row["measure"]: row["value"] for row in rows if not row["subject"]}
    checks = tuple(_check(gate, rules.health.severity) for gate in gates(found, rules.health))
    for check in checks:
        if not check.passed:
            job.progress.step(f"unhealthy: {check.expectation}, {check.observed}")
    job.judge(Judged(HEALTH.name, checks))


def _check(gate: Gate, severity: str) -> Check:
    label = f"{gate.measure} {gate.limit} (identity.health.{gate.setting})"
    return Check(label, severity, gate.kept, f"it is {gate.value:.4g}")
