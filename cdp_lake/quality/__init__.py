"""Quality: what is counted before a table may be published, and what is usual for it.

`suite_counts` turns a suite of expectations into one row of counts in a single pass over the table,
`duplicate_counts` makes a suspicion of repeated keys exact, and `conservation` holds the first law: every
bronze record has exactly one fate. Judging the counts is Great Expectations' business, behind an adapter;
rows that break a rule are set aside earlier, in silver. `measures` asks a batch how full, varied and fresh it is,
`history` and `bands` hold the answer against earlier batches, `promises` against what a source promised, and `report`
tells it all on one page. No value of a person leaves this room, only how many there are.
"""

from cdp_lake.quality.conservation import bronze_counts, conservation
from cdp_lake.quality.counts import duplicate_counts, missing, suite_counts, suspects, unexpected
from cdp_lake.quality.predicates import breaks

__all__ = [
    "breaks",
    "bronze_counts",
    "conservation",
    "duplicate_counts",
    "missing",
    "suite_counts",
    "suspects",
    "unexpected",
]
