"""Segments: who is in, who came, who left; one pass over the profiles for all of them."""

from __future__ import annotations

from cdp_lake.config.segments import SegmentRules
from cdp_lake.contracts import conform
from cdp_lake.contracts.gold import PROFILES, SCORES, SEGMENT_CHANGES, SEGMENT_MEMBERSHIPS
from cdp_lake.segments import evaluate_segments, memberships, segment_changes, wide_scores
from cdp_lake.stages.configuration import traits_contract
from cdp_lake.stages.job import Job

PURPOSE = "segments"


def build(job: Job) -> None:
    """Evaluates all segments and commits entries and exits."""
    rules = SegmentRules(segments=job.settings.segments)
    models = [model.name for model in job.settings.models.models]
    scores = wide_scores(job.lake.read(SCORES, PURPOSE), models)
    traits = job.lake.read(traits_contract(job.settings), PURPOSE)
    current = evaluate_segments(job.lake.read(PROFILES, PURPOSE), traits, scores, rules).persist()
    previous = job.lake.read(SEGMENT_MEMBERSHIPS, PURPOSE)
    rows = conform(memberships(current, previous, job.as_of), SEGMENT_MEMBERSHIPS).persist()
    changed = conform(segment_changes(current, previous, job.as_of, job.run_id), SEGMENT_CHANGES).persist()
    job.check((SEGMENT_MEMBERSHIPS, rows), (SEGMENT_CHANGES, changed))
    sizes = {row["segment"]: row["count"] for row in current.groupBy("segment").count().collect()}
    job.facts |= {f"segment {s.name}": str(sizes.get(s.name, 0)) for s in job.settings.segments}
    job.progress.step(f"{len(job.settings.segments)} segments, {sum(sizes.values()):,} memberships")
    job.upsert(SEGMENT_MEMBERSHIPS, rows, complete=job.rebuild)
    if not changed.isEmpty():
        job.append(SEGMENT_CHANGES, changed)
