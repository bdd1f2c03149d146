"""For spark-submit: the stage activate_segments, as `cdp-lake run activate_segments` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "activate_segments", *sys.argv[1:]]))
