"""For spark-submit: every stage in order, as `cdp-lake run` runs them."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", *sys.argv[1:]]))
