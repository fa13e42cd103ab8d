"""Measure what things cost, print a table, and keep it in ``results/bench.json``.

    make bench [CORPUS=DIR]

The chapter *What it costs* is drawn from the file that is committed.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pandas as pd

import antispoof_report as report
from antispoof import corpora
from benchmarks import features, models

RESULTS = Path(__file__).parent / "results" / "bench.json"


def main() -> None:
    """Run everything, the cheap part first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="", help="found or made if not given")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    corpus = corpora.load_or_synthesize(asked.corpus)
    table = report.environment()
    busy, cores = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0, os.cpu_count()
    made = {
        "machine": dict(zip(table["item"], table["value"], strict=True)),
        "cores": cores,
        "load_before": round(busy, 1),
        "corpus": corpus.description,
        "features": features.measure(corpus, rounds=asked.rounds),
    }
    ways = pd.DataFrame(made["features"]).set_index("name")
    for name in ("store", "store_long"):
        ways[f"{name}_to_it"] = (
            ways["clips_per_second"][name] / ways["clips_per_second"]
        )
    print(ways.to_string(float_format="{:.2f}".format), flush=True)
    made["models"] = models.measure()
    print(pd.json_normalize(made["models"]).to_string(index=False))
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    print(f"written to {asked.out}")


if __name__ == "__main__":
    main()
