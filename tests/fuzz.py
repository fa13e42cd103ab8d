"""Give every reader of `hostile.py` thousands of inputs (`make fuzz`).

    python tests/fuzz.py [READER ...] [--runs N]

Each reader runs in its own process, with a limit on memory and on the time of one
input; a process that dies, hangs, grows or raises something undocumented is a failure.
atheris steers the inputs by the coverage of the readers' Python code.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hostile import READERS

SECONDS = 10  # of one input
MEGABYTES = 2_048  # of the process, torch included


def fuzz(name: str, runs: int) -> None:
    """Give one reader its inputs, in this process; atheris ends the process."""
    import atheris

    from antispoof.errors import AntispoofError

    with atheris.instrument_imports(include=["antispoof", "yaml"]):
        import antispoof.audio
        import antispoof.config
        import antispoof.corpora
        import antispoof.inference
        import antispoof.runs
        import antispoof.scoring  # noqa: F401
    read, seeds = READERS[name]

    def one(data: bytes) -> None:
        try:
            read(data)
        except AntispoofError:
            return

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            Path(folder, f"seed{number}").write_bytes(seed)
        options = [
            f"-runs={runs}",
            f"-timeout={SECONDS}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-artifact_prefix={tempfile.gettempdir()}/antispoof-{name}-",
            "-max_len=8192",
            "-verbosity=0",
            folder,
        ]
        atheris.Setup([sys.argv[0], *options], one)
        atheris.Fuzz()


def main() -> int:
    """Fuzz the named readers, or all; return 1 if one failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("readers", nargs="*", default=list(READERS))
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        fuzz(given.readers[0], given.runs)
    failed = []
    for name in given.readers:
        command = [sys.executable, __file__, name, "--runs", str(given.runs), "--here"]
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        outcome = "0 undocumented errors" if done.returncode == 0 else "FAILED"
        seconds = time.monotonic() - start
        print(f"{name}: {given.runs} inputs, {outcome}, {seconds:.0f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout[-4_000:], done.stderr[-4_000:], sep="\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
