"""All commands of ``antispoof``, and how errors end them.

A documented error is one sentence on stderr and exit status 1; a misused command exits
with 2. Heavy modules are imported by the command that needs them.
"""

import os
import sys
import warnings
from typing import Annotated

import typer

from antispoof.cli.check import check
from antispoof.cli.corpus import corpus_app
from antispoof.cli.evaluate import evaluate
from antispoof.cli.export import export
from antispoof.cli.features import features
from antispoof.cli.options import with_names
from antispoof.cli.runs import runs_app
from antispoof.cli.score import score
from antispoof.cli.text import say
from antispoof.cli.train import TrainCommand, train
from antispoof.errors import AntispoofError
from antispoof.plugins import load_plugins

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # names from plugins and files are text, not markup
)
app.add_typer(corpus_app, name="corpus", help="Audit, fetch or synthesize a corpus.")
app.command(cls=TrainCommand)(train)
FRONTENDS = with_names("Front-ends", "antispoof.frontends", "FRONTENDS")
METRICS = with_names("Metrics", "antispoof.metrics", "METRICS")
app.command(cls=FRONTENDS)(features)
app.command()(score)
app.command(cls=METRICS)(evaluate)
for command in (check, export):
    app.command()(command)
app.add_typer(runs_app, name="runs", help="List runs, or carry them elsewhere.")


PLUGIN = """\
Python module, or its file, that registers front-ends, models, losses, augmentations,
corpora, synthesisers or metrics; may be repeated. A module is also looked for in the
current folder. $ANTISPOOF_PLUGINS names more, separated by commas."""


@app.callback()
def load(plugin: Annotated[list[str], typer.Option(help=PLUGIN)] = ()) -> None:
    """Audio deepfake detection: corpora, training, scoring, checking of clips."""
    load_plugins(plugin)  # before a subcommand lists its choices


def main() -> None:
    """Entry point of the command line."""
    # Read when torch is imported: waiting threads must not spin when other processes
    # need the core, and large activations are allocated in huge pages.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    for stream in filter(None, (sys.stdout, sys.stderr)):
        # No character of a name or a sentence ends a command, in any encoding.
        stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _show_warning
    status = 1
    try:
        app(prog_name="antispoof")
    except (AntispoofError, OSError) as error:  # OSError: no permission, a full disk
        message = str(error)
    except KeyboardInterrupt:
        status, message = 130, "interrupted"
    say(f"antispoof: {message}", err=True)
    raise SystemExit(status)


def _show_warning(message: Warning, *_place: object) -> None:
    """A warning is a sentence, without the place in the code."""
    say(f"Warning: {message}", err=True)
