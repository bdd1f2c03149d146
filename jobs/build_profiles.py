"""For spark-submit: the stage build_profiles, as `cdp-lake run build_profiles` runs it."""

import sys

from cdp_lake.cli import main

sys.exit(main(["run", "build_profiles", *sys.argv[1:]]))
