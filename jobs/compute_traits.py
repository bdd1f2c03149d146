"""For spark-submit: the stage compute_traits, as `cdp-lake run compute_traits` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "compute_traits", *sys.argv[1:]]))
