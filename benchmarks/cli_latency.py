"""How long `antispoof check` takes, and how much memory.

    make bench-cli

A clip of 10 s is checked by a new process, as a person types the command; then many
clips by one process, and what each adds. Limits: 4 s for the first clip, 40 ms for
every further one, 1 GB; the exit status is 1 if one is exceeded.

Last result, two cores: FLAC 2.75 s, 21.8 ms and 737 MB, within the limits; m4a at
44.1 kHz 3.93 s, 105.5 ms and 822 MB, which is not: resampling and AAC take that long.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from antispoof.augment.codec import encode
from antispoof.constants import SAMPLE_RATE

RESULTS = Path(__file__).parent / "results" / "cli_latency.json"
SECONDS = 10  # of a clip
MANY = 100
ROUNDS = 3  # the fastest counts: other processes use the machine, too
MAX_FIRST_S, MAX_FURTHER_MS, MAX_MB = 4.0, 40.0, 1_000.0


def measure() -> list[dict]:
    """One row per kind of file: ``first_s``, ``further_ms`` per clip, ``peak_mb``."""
    rng = np.random.default_rng(0)
    rows = []
    for name, encoding, rate in [("FLAC", "flac", SAMPLE_RATE), ("m4a", "aac", 44_100)]:
        noise = 0.1 * rng.standard_normal(SECONDS * rate)
        with tempfile.NamedTemporaryFile(suffix=f".{name.lower()}") as file:
            file.write(encode(noise, rate, encoding, 128))
            file.flush()
            first = min(_check([file.name]) for _ in range(ROUNDS))
            many = min(_check([file.name] * (1 + MANY)) for _ in range(ROUNDS))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        rows.append(
            {
                "clip": f"{name}, {rate / 1000:g} kHz",
                "seconds": SECONDS,
                "first_s": round(first, 2),
                "further_ms": round(1e3 * (many - first) / MANY, 1),
                "peak_mb": round(
                    peak * (1 if sys.platform == "darwin" else 1024) / 1e6
                ),
            }
        )
    return rows


def _check(clips: list[str]) -> float:
    """Wall-clock seconds from the start of the command to its end."""
    command = [sys.executable, "-c", "from antispoof.cli import main; main()", "check"]
    start = time.perf_counter()
    subprocess.run([*command, *clips], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Measure, print and write; 1 if a limit is exceeded."""
    rows = measure()
    text = json.dumps({"cores": os.cpu_count(), "answers": rows}, indent=1)
    print(text)
    RESULTS.write_text(text + "\n", "utf-8")
    limits = {"first_s": MAX_FIRST_S, "further_ms": MAX_FURTHER_MS, "peak_mb": MAX_MB}
    return int(any(row[name] > most for row in rows for name, most in limits.items()))


if __name__ == "__main__":
    sys.exit(main())
