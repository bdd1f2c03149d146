"""For spark-submit: the stage stitch_identity, as `cdp-lake run stitch_identity` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "stitch_identity", *sys.argv[1:]]))
