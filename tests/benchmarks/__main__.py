"""Print every ratio with the one it is held to: `make bench`."""

from __future__ import annotations

import sys

from tests.benchmarks import caching, checks, distributing, packing, reading, releasing, starting

if __name__ == "__main__":
    parts = (starting, reading, packing, releasing, checks, caching, distributing)
    lines = [line for part in parts for line in part.ratios()]
    width = max(len(line.what) for line in lines)
    for line in lines:
        print(f"{line.what:{width}}  {line.ratio:8.2f}  {line.held_to:>8}  {'ok' if line.holds else 'MISSED'}")
    sys.exit(any(not line.holds for line in lines))
