"""``antispoof runs``: the finished runs here, and files that carry runs elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antispoof.cli.options import RUNS, RUNS_DIR
from antispoof.cli.text import format_table
from antispoof.errors import RunError

if TYPE_CHECKING:
    from antispoof.runs import Run

runs_app = typer.Typer(
    help="List runs, or carry them from one machine to another.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@runs_app.command("list")
def list_command(
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the finished runs, one line a run."""
    from antispoof.runs import list_runs

    rows = [_row(run) for run in list_runs(runs_dir)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    elif rows:
        typer.echo(format_table(rows))
    else:
        typer.echo(f"no finished runs in {runs_dir}")


@runs_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ZIP file to write.")],
    run: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="Folders of runs; all if omitted."),
    ] = None,
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
    weights: Annotated[bool, typer.Option(help="Include the trained weights.")] = True,
) -> None:
    """Write runs into one ZIP file, for `antispoof runs import` elsewhere."""
    from antispoof.runs import Run, export_runs, list_runs

    chosen = [Run.open(path) for path in run] if run else list_runs(runs_dir)
    if not chosen:
        raise RunError(f"no finished runs in {runs_dir}")
    export_runs(chosen, file, weights=weights)
    size = file.stat().st_size / 2**20
    typer.echo(f"{len(chosen)} run(s) in {file}, {size:.1f} MiB")


@runs_app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="ZIP file of `runs export`.")
    ],
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
) -> None:
    """Check the runs in a ZIP file and add them to the folder of runs."""
    from antispoof.runs import import_runs

    new, known = import_runs(file, runs_dir)
    for run in new:
        typer.echo(run.path)
    for run in known:
        typer.echo(f"{run.path}: already present")


def _row(run: Run) -> dict[str, Any]:
    from antispoof.runs.record import WEIGHTS

    return {
        "corpus": run.corpus["id"],
        "model": run.config.model,
        "config": run.config.config_hash,
        "seed": run.seed,
        "epochs": run.config.epochs,
        "frontend": run.config.frontend,
        "weights": "yes" if (run.path / WEIGHTS).is_file() else "no",
        "device": run.environment["device"],
    }
