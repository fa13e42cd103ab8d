"""Measure what things cost, print a table, and write ``results/bench.json``.

    make bench [CORPUS=DIR]

The chapter *What it costs* reads the committed file.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pandas as pd

from antispoof import corpora
from antispoof_report import report
from benchmarks import features, models

RESULTS = Path(__file__).parent / "results" / "bench.json"


def main() -> None:
    """Measure features, then models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="", help="found or synthesized if omitted")
    options = parser.parse_args()
    corpus = corpora.load_or_synthesize(options.corpus)
    table = report.environment()
    busy, cores = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0, os.cpu_count()
    result = {
        "machine": dict(zip(table["item"], table["value"], strict=True)),
        "cores": cores,
        "load_before": round(busy, 1),
        "corpus": corpus.description,
        "features": features.measure(corpus),
    }
    ways = pd.DataFrame(result["features"]).set_index("name")
    for name in ("store", "store_long"):
        ways[f"{name}_to_it"] = (
            ways["clips_per_second"][name] / ways["clips_per_second"]
        )
    print(ways.to_string(float_format="{:.2f}".format), flush=True)
    result["models"] = models.measure()
    print(pd.json_normalize(result["models"]).to_string(index=False))
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"wrote {RESULTS}")


if __name__ == "__main__":
    main()
