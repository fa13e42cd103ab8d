"""``antispoof ship``: make and measure the weights that the library brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.train import CORPUS, RUNS, STORE


def ship(
    corpus: Annotated[Path, CORPUS],
    profile: Annotated[Path, typer.Option(help="YAML with `settings` of the cnn.")],
    seed: Annotated[int, typer.Option()] = 0,
    folds: Annotated[
        int,
        typer.Option(min=0, help="Models trained without some attacks, to calibrate."),
    ] = 3,
    runs: Annotated[Path, RUNS] = Path("runs"),
    store: Annotated[Path | None, STORE] = None,
) -> None:
    """Train the small CNN, calibrate and measure it, and put it into the library."""
    import yaml

    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.errors import PARSE_ERRORS, ParameterError
    from antispoof.inference.pretrained import ship as make
    from antispoof.platforms import feature_cache_dir

    try:
        settings = yaml.safe_load(profile.read_text("utf-8"))["settings"]
    except (OSError, yaml.YAMLError, *PARSE_ERRORS) as error:
        reason = " ".join(str(error).split())
        raise ParameterError(f"{profile} has no `settings`: {reason}") from error
    made = make(
        open_corpus(corpus),
        TrainConfig.from_profile("cnn", settings),
        seed=seed,
        folds=folds,
        runs=runs,
        store=store or feature_cache_dir(),
        say=typer.echo,
    )
    typer.echo(f"{made}")
