"""``python -m antispoof_report.notebooks {sync [--check] | run NOTEBOOK OUT}``."""

import argparse
import sys
from pathlib import Path

from antispoof.errors import AntispoofError
from antispoof.plugins import load_plugins
from antispoof_report.notebooks import ChapterError
from antispoof_report.notebooks.execute import run
from antispoof_report.notebooks.sync import check, sync_notebooks


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 on success, 1 with a sentence on stderr otherwise."""
    top = argparse.ArgumentParser(prog="python -m antispoof_report.notebooks")
    commands = top.add_subparsers(dest="command", required=True)
    add = commands.add_parser("sync", help="generate the notebooks").add_argument
    add("folder", nargs="?", type=Path, default=Path("notebooks"))
    add("--check", action="store_true", help="change nothing; exit 1 if any differs")
    add = commands.add_parser("run", help="run one chapter").add_argument
    add("notebook", type=Path)
    add("out", type=Path)
    add("-f", "--profile", type=Path, help="YAML file of parameters")
    repeated = {"action": "append", "default": []}
    pair = {"nargs": 2, "metavar": ("NAME", "VALUE"), **repeated}
    add("-p", "--parameter", help="overrides the profile; may be repeated", **pair)
    add("--plugin", help="module to import; may be repeated", **repeated)
    add("--request", default="", help="text recorded with the results")
    given = top.parse_args(arguments)
    try:
        if given.command == "run":
            load_plugins(given.plugin)
            options = {"profile": given.profile, "request": given.request}
            run(given.notebook, given.out, arguments=dict(given.parameter), **options)
        elif given.check:
            if problems := check(given.folder):
                raise ChapterError("\n".join(problems))
        else:
            for notebook in sync_notebooks(given.folder):
                print(f"wrote {notebook}")
    except AntispoofError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
