"""For spark-submit: the stage score_profiles, as `cdp-lake run score_profiles` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "score_profiles", *sys.argv[1:]]))
