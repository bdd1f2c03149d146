"""A collector that dies at a named point of its second append, as a power cut would have it.

python dying.py POINT WORDS OF THE COMMAND LINE
"""

import os
import signal
import sys

from cdp_lake.adapters.segment_file import SegmentFile
from cdp_lake.cli import main

POINTS = ("half written", "written", "synced")
append, done = SegmentFile.append, list[int]()


def dying_append(segment: SegmentFile, lines: bytes) -> None:
    """The first append is one like any other."""
    done.append(1)
    if len(done) == 2:
        if point == "synced":
            append(segment, lines)
        else:
            os.write(segment._descriptor, lines[: len(lines) // (2 if point == "half written" else 1)])
        os.kill(os.getpid(), signal.SIGKILL)
    append(segment, lines)


if __name__ == "__main__":
    point, *words = sys.argv[1:]
    SegmentFile.append = dying_append
    sys.exit(main(words))
