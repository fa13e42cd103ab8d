"""How long the pages take, once the chapters have been run.

    python tests/book/timing.py

1. All pages from nothing, by ``jupyter-book build``: at most 15 s.
2. The pages again after one sentence of a chapter has changed: at most 5 s, and no
   chapter runs.
3. The PDF: at most 30 s.

The sentence is put into a notebook and taken out again. Times are those of the clock,
and beside them the processor's; on a busy machine look at the latter. The exit status
is 1 if one of the former is missed.

Last result, on two cores with nothing else to do: 13.6 s, 5.0 s and 21.6 s.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
TOOLS = Path(sys.executable).parent
PAGES = [
    TOOLS / "jupyter-book", "build", ".", "--warningiserror", "--nitpick",
    "--keep-going", "--quiet",
]  # fmt: skip
PDF = [sys.executable, "-m", "antispoof_book.pdf", "."]
CHAPTER = ROOT / "notebooks" / "01_data.ipynb"
SENTENCE = "What does the corpus hold"


def processor() -> float:
    """Seconds of processor time of all finished children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(what: str, command: list, most: float) -> bool:
    """Whether a command takes at most so many seconds; says how many."""
    environment = {
        **os.environ,
        "ANTISPOOF_REQUIRE_EXECUTED": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "lib"), str(ROOT / "book/_ext")]),
    }
    started, used = time.perf_counter(), processor()
    subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    clock, used = time.perf_counter() - started, processor() - used
    print(f"{what}: {clock:.1f} s, {used:.1f} s of processor time; at most {most} s")
    return clock <= most


def main() -> int:
    """Time all three; 1 if one takes too long."""
    for made in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(BUILD / made, ignore_errors=True)
    kept = timed("all pages", PAGES, 15)
    text = CHAPTER.read_text("utf-8")
    runs = {path: path.stat().st_mtime_ns for path in BUILD.glob("executed/*")}
    try:
        CHAPTER.write_text(text.replace(SENTENCE, f"Once more: {SENTENCE}", 1), "utf-8")
        kept &= timed("one sentence", PAGES, 5)
    finally:
        CHAPTER.write_text(text, "utf-8")
    page = (BUILD / "html" / "notebooks" / "01_data.html").read_text("utf-8")
    kept &= f"Once more: {SENTENCE}" in page
    kept &= all(path.stat().st_mtime_ns == before for path, before in runs.items())
    subprocess.run(PAGES, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    kept &= timed("PDF", PDF, 30)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
