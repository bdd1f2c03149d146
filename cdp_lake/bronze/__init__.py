"""Bronze: records exactly as received. A file is framed into records, each with its number, its first
line and its untouched text; nothing is parsed here, so nothing can be lost here.
"""

from cdp_lake.bronze.framing import Frame, csv_header, frames
from cdp_lake.bronze.inspection import FileFacts, Names, inspected, names_of, text_header
from cdp_lake.bronze.rows import row_frame

__all__ = ["FileFacts", "Frame", "Names", "csv_header", "frames", "inspected", "names_of", "row_frame", "text_header"]
