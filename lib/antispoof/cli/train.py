"""``antispoof train``: from a corpus to finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.options import CACHE_DIR, CORPUS, ON_ERROR, RUNS, RUNS_DIR


def train(
    ctx: typer.Context,
    corpus: Annotated[Path, CORPUS],
    seed: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="Seed of a run; may be repeated; 0 if omitted."),
    ] = None,
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
    cache_dir: Annotated[Path | None, CACHE_DIR] = None,
    on_error: Annotated[str, ON_ERROR] = "stop",
    num_processes: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Number of training processes, one per GPU."
        ),
    ] = 1,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Train with torch.compile.")
    ] = False,
    tensorboard_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for TensorBoard logs.")
    ] = None,
) -> None:
    """Train a model. Finished runs are reused, interrupted ones resume.

    Prints the folder of each run.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.runs import train_or_load
    from antispoof.training import current_processes

    settings = dict(ctx.obj)
    done = train_or_load(
        TrainConfig.for_model(settings.pop("model"), **settings),
        open_corpus(corpus),
        seed or [0],
        runs_dir=runs_dir,
        cache_dir=cache_dir,
        references=None,
        on_error=on_error,
        log=typer.echo,
        num_processes=num_processes,
        compiled=compiled,
        tensorboard_dir=tensorboard_dir,
    )
    if current_processes().is_main_process:
        for run in done:
            typer.echo(run.path)
