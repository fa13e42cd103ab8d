"""``antispoof runs``: the finished runs here, and files that carry runs elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.options import RUNS, RunsDir
from antispoof.cli.text import format_table, say

runs_app = typer.Typer(no_args_is_help=True)


@runs_app.command("list")
def list_command(runs_dir: RunsDir = RUNS) -> None:
    """List the finished runs, one line a run."""
    from antispoof.runs import list_runs
    from antispoof.runs.record import WEIGHTS

    rows = [
        {
            "corpus": run.corpus["id"],
            "model": run.config.model,
            "config": run.config.config_hash,
            "seed": run.seed,
            "epochs": run.config.epochs,
            "frontend": run.config.frontend,
            "weights": "yes" if (run.path / WEIGHTS).is_file() else "no",
            "device": run.environment["device"],
        }
        for run in list_runs(runs_dir)
    ]
    typer.echo(format_table(rows) if rows else f"no finished runs in {runs_dir}")


@runs_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="ZIP file to write.")],
    run: Annotated[
        list[Path] | None, typer.Argument(help="Runs; all if omitted.")
    ] = None,
    runs_dir: RunsDir = RUNS,
    weights: Annotated[bool, typer.Option(help="Include the trained weights.")] = True,
) -> None:
    """Write runs into one ZIP file, for `antispoof runs import` elsewhere."""
    from antispoof.runs import Run, export_runs, list_runs

    chosen = [Run.open(path) for path in run] if run else list_runs(runs_dir)
    export_runs(chosen, file, weights=weights)
    size = file.stat().st_size / 2**20
    say(f"{len(chosen)} run(s) in {file}, {size:.1f} MiB")


@runs_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="ZIP file of `runs export`.")],
    runs_dir: RunsDir = RUNS,
) -> None:
    """Check the runs in a ZIP file and add them to the folder of runs."""
    from antispoof.runs import import_runs

    new, known = import_runs(file, runs_dir)
    for run in new:
        say(run.path)
    for run in known:
        say(f"{run.path}: already present")
