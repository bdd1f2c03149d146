"""For spark-submit: the stage refine_silver, as `cdp-lake run refine_silver` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "refine_silver", *sys.argv[1:]]))
