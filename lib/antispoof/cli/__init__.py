"""The command ``antispoof``: a thin floor over the library.

A documented error becomes its sentence on stderr and exit status 1; a misused command
exits with 2. Heavy modules are imported by the command that needs them.
"""

from __future__ import annotations

import os
import sys

import typer

from antispoof.cli.check import check
from antispoof.cli.corpus import corpus_app
from antispoof.cli.evaluate import evaluate
from antispoof.cli.features import features
from antispoof.cli.runs import runs_app
from antispoof.cli.score import merge, score
from antispoof.cli.ship import ship
from antispoof.cli.train import record, train
from antispoof.errors import AntispoofError

# Read when torch is imported: threads that wait must not spin when others want the
# core, and large activations come in huge pages.
SETTINGS = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1"}

app = typer.Typer(
    help="Audio deepfake detection on ASVspoof 2019 LA.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(corpus_app, name="corpus")
app.add_typer(runs_app, name="runs")
app.command()(features)
app.command()(train)
app.command()(score)
app.command()(merge)
app.command()(evaluate)
app.command()(record)
app.command()(check)
app.command()(ship)


def main() -> None:
    """Entry point of the command line."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        app(prog_name="antispoof")
    except AntispoofError as error:
        print(f"antispoof: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except OSError as error:
        # A full disk or a folder that may not be written reaches people as it is.
        where = f" ({error.filename})" if error.filename else ""
        print(f"antispoof: {error.strerror or error}{where}", file=sys.stderr)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        print("antispoof: interrupted", file=sys.stderr)
        raise SystemExit(130) from None
