"""For spark-submit: the stage build_segments, as `cdp-lake run build_segments` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "build_segments", *sys.argv[1:]]))
