"""Segments: who is in which named rule, since when, and why.

`check_segments` finds what is wrong with the rules before anything runs, `evaluate_segments` answers all of them in one
pass, `memberships` and `segment_changes` turn the answer into history, and `explain_segment` shows which conditions a
profile keeps. A condition on an absent value does not hold, so `none` of it does.
"""

from cdp_lake.segments.checks import check_segments
from cdp_lake.segments.evaluate import evaluate_segments, wide_scores
from cdp_lake.segments.explain import explain_segment
from cdp_lake.segments.memberships import memberships, segment_changes

__all__ = [
    "check_segments",
    "evaluate_segments",
    "explain_segment",
    "memberships",
    "segment_changes",
    "wide_scores",
]
