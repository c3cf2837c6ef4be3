"""Measurements of `make bench`: ratios and bytes; nothing here passes or fails."""

import sys
from pathlib import Path

# PostgreSQL and Varnish are started by the helpers of the tests.
sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
