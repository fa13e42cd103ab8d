"""Steps of the Snakefile and of sweep.smk that are Python.

    python tools/build_steps.py corpus OUT [FOLDER]
    python tools/build_steps.py features OUT FRONTEND [FOLDER] [--plugin MODULE]
    python tools/build_steps.py check-requests JSON

They are commands, because Snakemake starts itself for a `run:` block, and without
quotes: that fails in a folder with a space or a bracket in its name.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from antispoof import corpora, frontends
from antispoof.errors import AntispoofError
from antispoof.files import atomic_path
from antispoof.plugins import load_plugins
from antispoof_report.notebooks import provenance


def write_description(opened: corpora.Corpus, out: Path) -> None:
    """Mark a step as done by the corpus that it found."""
    with atomic_path(out) as temporary:
        temporary.write_text(f"{opened.description}\n", "utf-8")


def check_requests(requests: dict[str, str]) -> str:
    """A sentence about the first chapter that was run by another request, or ""."""
    for path, wanted in requests.items():
        ran = json.loads(Path(path).read_text("utf-8"))
        if ran["metadata"][provenance.KEY]["request"] != wanted:
            return (
                f"{path} was not run with the corpus, profile and code asked for;"
                " remove _build/executed and try again"
            )
    return ""


def main() -> None:
    """Run one step; exit 1 with a sentence if it fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("step", choices=["corpus", "features", "check-requests"])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--plugin", action="append", default=[])
    given = parser.parse_args()
    try:
        load_plugins(given.plugin)
        if given.step == "check-requests":
            sys.exit(check_requests(json.loads(given.words[0])) or 0)
        out, *words = given.words
        frontend = words.pop(0) if given.step == "features" else None
        opened = corpora.load_or_synthesize(words[0] if words else None)
        for partition in opened.partitions if frontend else ():
            frontends.load_features(opened, partition, frontend=frontend)
        write_description(opened, Path(out))
    except AntispoofError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
