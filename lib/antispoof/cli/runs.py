"""``antispoof runs``: what was trained here, and runs that travel as one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antispoof.errors import RunError

if TYPE_CHECKING:
    from antispoof.runs import Run

runs_app = typer.Typer(
    help="List runs, or carry them from one machine to another.",
    no_args_is_help=True,
)

RUNS = typer.Option(help="Folder of run records.")


@runs_app.command("list")
def list_command(
    runs: Annotated[Path, RUNS] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which finished runs are there, and which of them the chapters reuse."""
    from antispoof.runs import list_runs

    rows = [_row(run) for run in list_runs(runs)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        typer.echo(f"no finished runs in {runs}")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*map(_shown, row.values()))
    Console(highlight=False).print(table)


@runs_app.command("pack")
def pack_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP to write.")],
    run: Annotated[
        list[Path] | None, typer.Argument(help="Folders of runs; all if none is named.")
    ] = None,
    runs: Annotated[Path, RUNS] = Path("runs"),
    weights: Annotated[bool, typer.Option(help="Take the weights along.")] = True,
) -> None:
    """Put runs into one file, to drop into another checkout."""
    from antispoof.runs import Run, list_runs, pack

    chosen = [Run.open(path) for path in run] if run else list_runs(runs)
    if not chosen:
        raise RunError(f"no finished runs in {runs}")
    pack(chosen, file, weights=weights)
    size = file.stat().st_size / 2**20
    typer.echo(f"{len(chosen)} run(s) in {file}, {size:.1f} MiB")


@runs_app.command("unpack")
def unpack_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `pack`.")],
    runs: Annotated[Path, RUNS] = Path("runs"),
) -> None:
    """Check a file of packed runs, and put them where the chapters find them."""
    from antispoof.runs import is_current, unpack

    new, known = unpack(file, runs)
    for run in new:
        typer.echo(f"{run.path}")
    for run in known:
        typer.echo(f"{run.path}: was there already")
    other = [run for run in new if not is_current(run)]
    if other:
        typer.echo(
            f"{len(other)} of them were made by other code than this checkout's: the"
            " chapters will train anew rather than show them",
            err=True,
        )


def _shown(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _row(run: Run) -> dict[str, Any]:
    from antispoof.runs import is_current
    from antispoof.runs.record import WEIGHTS

    return {
        "corpus": run.corpus["id"],
        "model": run.model_name,
        "config": run.config.id,
        "seed": run.seed,
        "epochs": run.config.epochs,
        "frontend": run.config.frontend,
        "weights": (run.path / WEIGHTS).is_file(),
        "reused": is_current(run),
        "made_on": run.environment["device"],
    }
