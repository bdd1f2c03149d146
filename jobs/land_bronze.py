"""For spark-submit: the stage land_bronze, as `cdp-lake run land_bronze` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "land_bronze", *sys.argv[1:]]))
