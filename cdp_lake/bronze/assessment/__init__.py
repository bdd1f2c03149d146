"""Assessment: what an unknown file holds, told without a value of it, and the contract that follows.

Records are framed as landing frames them and counted column by column in bounded memory (tallies, columns).
Values count by how they are written (patterns, values, dates). From the counts follow guesses (meanings, types,
kinds, keys, ties), and from these a draft that a person reviews.
"""

from cdp_lake.bronze.assessment.draft import WayIn, by_files, by_table, draft
from cdp_lake.bronze.assessment.drift import Drift, drift
from cdp_lake.bronze.assessment.findings import Assessment, Column, ReadAs, Tie
from cdp_lake.bronze.assessment.framings import likely_delimiter, likely_format
from cdp_lake.bronze.assessment.judgement import judged
from cdp_lake.bronze.assessment.naming import source_name
from cdp_lake.bronze.assessment.records import looks_like_records
from cdp_lake.bronze.assessment.tallies import FileTally
from cdp_lake.bronze.assessment.watermarks import likely_watermark

__all__ = [
    "Assessment",
    "Column",
    "Drift",
    "FileTally",
    "ReadAs",
    "Tie",
    "WayIn",
    "by_files",
    "by_table",
    "draft",
    "drift",
    "judged",
    "likely_delimiter",
    "likely_format",
    "likely_watermark",
    "looks_like_records",
    "source_name",
]
