"""``python -m antispoof_report.notebooks pair [--check]`` and ``... run NOTEBOOK OUT``."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from antispoof.errors import AntispoofError
from antispoof.platforms import acquire_gpu
from antispoof_report.notebooks.execute import run
from antispoof_report.notebooks.sync import check, pair


def parser() -> argparse.ArgumentParser:
    """The two commands and their options."""
    top = argparse.ArgumentParser(prog="python -m antispoof_report.notebooks")
    commands = top.add_subparsers(dest="command", required=True)

    pairing = commands.add_parser("pair", help="generate the notebooks")
    pairing.add_argument("folder", nargs="?", type=Path, default=Path("notebooks"))
    pairing.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if any differs"
    )

    running = commands.add_parser("run", help="run one chapter")
    running.add_argument("notebook", type=Path)
    running.add_argument("out", type=Path)
    running.add_argument("-f", "--profile", type=Path, help="YAML file of parameters")
    running.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="one parameter, over the profile's; may be repeated",
    )
    running.add_argument(
        "--one-gpu",
        action="store_true",
        help="wait for a GPU that no other such command uses, and keep to it",
    )
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 on success, 1 with a sentence on stderr otherwise."""
    given = parser().parse_args(arguments)
    try:
        if given.command == "run":
            with acquire_gpu() if given.acquire_gpu else nullcontext():
                run(
                    given.notebook,
                    given.out,
                    profile=given.profile,
                    arguments=dict(given.parameter),
                )
            return 0
        if given.check:
            problems = check(given.folder)
            for problem in problems:
                print(problem, file=sys.stderr)
            return 1 if problems else 0
        for notebook in pair(given.folder):
            print(f"wrote {notebook}")
    except AntispoofError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
