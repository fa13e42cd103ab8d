"""All commands of ``antispoof``, and how errors end them.

A documented error is one sentence on stderr and exit status 1; a misused command exits
with 2. Heavy modules are imported by the command that needs them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.check import check
from antispoof.cli.corpus import corpus_app
from antispoof.cli.evaluate import evaluate
from antispoof.cli.features import features
from antispoof.cli.options import config_command
from antispoof.cli.references import export_weights, save_references
from antispoof.cli.runs import runs_app
from antispoof.cli.score import score
from antispoof.cli.text import printable
from antispoof.cli.train import train
from antispoof.errors import AntispoofError
from antispoof.plugins import load_plugins

# Read when torch is imported: waiting threads must not spin when other processes need
# the core, and large activations are allocated in huge pages.
TORCH_SETTINGS = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1"}

app = typer.Typer(
    help="Audio deepfake detection.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # names from plugins and files are text, not markup
)
app.add_typer(corpus_app, name="corpus")
app.command(cls=config_command("frontend", repeatable=True))(features)
app.command(cls=config_command())(train)
app.command()(score)
app.command()(evaluate)
app.command()(check)
app.add_typer(runs_app, name="runs")
app.command("save-references")(save_references)
app.command("export-weights")(export_weights)


def _load(names: list[str] | None) -> list[str]:
    if names:
        sys.path.append(str(Path.cwd()))  # my_module is usually ./my_module.py
    return load_plugins(names or ())


@app.callback()
def load(
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODULE",
            callback=_load,
            is_eager=True,  # before a subcommand lists its choices
            help="Python module that registers front-ends, models, augmentations,"
            " corpora or metrics; may be repeated. $ANTISPOOF_PLUGINS names more,"
            " separated by commas.",
        ),
    ] = None,
) -> None:
    """Audio deepfake detection: corpora, training, scoring, checking of clips."""


def main() -> None:
    """Entry point of the command line."""
    for name, value in TORCH_SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        app(prog_name="antispoof")
    except AntispoofError as error:
        _exit(1, str(error))
    except OSError as error:  # a full disk, or a folder without permission
        where = f" ({error.filename})" if error.filename else ""
        _exit(1, f"{error.strerror or error}{where}")
    except KeyboardInterrupt:
        _exit(130, "interrupted")


def _exit(status: int, message: str) -> None:
    print(f"antispoof: {printable(message)}", file=sys.stderr)
    raise SystemExit(status)
