"""``python -m benchmarks``: print every measurement."""

from __future__ import annotations

import tempfile

from benchmarks import weights


def main() -> None:
    """Print the weights of a typical entry (9 points, 5 sources)."""
    print("Weights, in bytes on the wire")
    with tempfile.TemporaryDirectory() as folder:
        client = weights.service(folder)
        for weight in weights.WEIGHTS:
            size = weights.measure(client, weight)
            budget = f"of {weight.budget:,} allowed" if weight.budget else ""
            print(f"  {weight.name:28} {weight.coding:5} {size:6,} {budget}")


if __name__ == "__main__":
    main()
