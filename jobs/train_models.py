"""For spark-submit: the stage train_models, as `cdp-lake run train_models` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "train_models", *sys.argv[1:]]))
