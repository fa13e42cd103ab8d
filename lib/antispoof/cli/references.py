"""``antispoof save-references`` and ``export-weights``: what the repository keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from antispoof.cli.options import CACHE_DIR, CORPUS, RUNS, RUNS_DIR
from antispoof.errors import PARSE_ERRORS, AntispoofError, ParameterError

PROFILE = typer.Option(metavar="FILE", help="YAML file with `seeds` and `settings`.")


def save_references(
    corpus: Annotated[Path, CORPUS],
    profile: Annotated[Path, PROFILE],
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Model to train; may be repeated; all if omitted."
        ),
    ] = None,
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
    cache_dir: Annotated[Path | None, CACHE_DIR] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of reference runs.")
    ] = Path("data/reference-runs"),
    short_out: Annotated[
        Path, typer.Option(help="Folder of those with the profile's other_epochs.")
    ] = Path("data/short-runs"),
) -> None:
    """Train the models of a profile; keep their runs.

    The runs are kept without weights, as references that chapters show.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.models import MODELS
    from antispoof.runs import run_path, save_reference, train_or_load

    plan = _read_profile(profile, seeds=list, settings=dict)
    others = plan.get("other_epochs", {})
    if not isinstance(others, dict):
        raise ParameterError(f"{profile}: other_epochs must map models to epochs")
    names, settings = model or list(MODELS), plan["settings"]
    jobs = [(TrainConfig.from_profile(name, settings), out) for name in names]
    jobs += [
        (TrainConfig.from_profile(name, settings, epochs=epochs), short_out)
        for name, epochs in others.items()
        if name in names
    ]
    opened = open_corpus(corpus)
    failures = []
    for seed in plan["seeds"]:
        for config, folder in jobs:
            name = f"{config.model} seed {seed}, {config.epochs} epochs"
            if run_path(folder, opened.id, config, seed).exists():
                typer.echo(f"{name}: saved before")
                continue
            try:
                (run,) = train_or_load(
                    config,
                    opened,
                    [seed],
                    runs_dir=runs_dir,
                    cache_dir=cache_dir,
                    references=None,
                    log=typer.echo,
                )
                typer.echo(f"{name}: saved in {save_reference(run, folder)}")
            except AntispoofError as error:
                failures.append(f"{name}: {error}")
    if failures:
        raise AntispoofError("; ".join(failures))


def export_weights(
    corpus: Annotated[Path, CORPUS],
    profile: Annotated[Path, PROFILE],
    seed: Annotated[int, typer.Option(help="Seed of the run.")] = 0,
    runs_dir: Annotated[Path, RUNS_DIR] = RUNS,
    cache_dir: Annotated[Path | None, CACHE_DIR] = None,
) -> None:
    """Make the weights that `antispoof check` uses.

    Trains the CNN of a profile, calibrates it on dev and measures it on eval.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.inference.pretrained import export_pretrained

    settings = _read_profile(profile, settings=dict)["settings"]
    folder = export_pretrained(
        open_corpus(corpus),
        TrainConfig.from_profile("cnn", settings),
        seed=seed,
        runs_dir=runs_dir,
        cache_dir=cache_dir,
        log=typer.echo,
    )
    typer.echo(folder)


def _read_profile(path: Path, **required: type) -> dict[str, Any]:
    import yaml

    try:
        profile = yaml.safe_load(path.read_text("utf-8"))
        for name, kind in required.items():
            if not isinstance(profile[name], kind):
                raise TypeError(f"{name} must be a {kind.__name__}")
    except (OSError, yaml.YAMLError, *PARSE_ERRORS) as error:
        reason = " ".join(str(error).split())  # a YAML error has several lines
        names = " and ".join(f"`{name}`" for name in required)
        raise ParameterError(
            f"{path} is not a profile with {names}: {reason}"
        ) from error
    return profile
