"""What `make bench` measures. Ratios and bytes; nothing here passes or fails."""

import sys
from pathlib import Path

# PostgreSQL and Varnish are started as the tests start them.
sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
