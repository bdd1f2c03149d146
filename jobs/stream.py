"""For spark-submit: micro-batches of all stages up to segments, as `cdp-lake stream` runs them."""

import sys

from cdp_lake.cli import main

sys.exit(main(["stream", *sys.argv[1:]]))
