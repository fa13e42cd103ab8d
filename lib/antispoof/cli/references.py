"""``antispoof save-references`` and ``export-weights``: what the repository keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from antispoof.cli.options import CorpusOption
from antispoof.errors import PARSE_ERRORS, ParameterError

Profile = Annotated[Path, typer.Option(help="YAML file: `seeds` and `settings`.")]


def save_references(
    corpus: CorpusOption,
    profile: Profile,
    model: Annotated[list[str], typer.Option(help="All if omitted.")] = (),
) -> None:
    """Train the models of a profile; keep their runs in data/, without weights.

    Runs with the profile's `other_epochs` have a folder of their own.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.models import MODELS
    from antispoof.runs import references, train_or_load

    seeds, settings, other_epochs = _read_profile(profile)
    jobs = []
    for name in model or MODELS:
        config = TrainConfig.from_profile(name, settings)
        jobs.append((config, references.REFERENCES))
        if name in other_epochs:
            config = TrainConfig.from_profile(name, settings, epochs=other_epochs[name])
            jobs.append((config, references.SHORT_RUNS))
    opened = open_corpus(corpus)
    for seed in seeds:
        for config, folder in jobs:
            if references.find_reference(config, opened.id, seed, folder):
                typer.echo(f"{config.model} seed {seed}: already in {folder}")
                continue
            (run,) = train_or_load(
                config, opened, [seed], references=None, log=typer.echo
            )
            typer.echo(references.save_reference(run, folder))


def export_weights(
    corpus: CorpusOption,
    profile: Profile,
) -> None:
    """Make the weights that `antispoof check` uses.

    Trains the CNN of a profile with its first seed, calibrates it on dev and measures
    it on eval.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.inference.pretrained import export_pretrained

    seeds, settings, _ = _read_profile(profile)
    config, opened = TrainConfig.from_profile("cnn", settings), open_corpus(corpus)
    typer.echo(export_pretrained(opened, config, seed=seeds[0], log=typer.echo))


def _read_profile(path: Path) -> tuple[list, dict[str, Any], dict[str, int]]:
    """The seeds, the settings of each model, and the other epochs of some."""
    import yaml

    try:
        profile = yaml.safe_load(path.read_text("utf-8"))
        other_epochs = dict(profile.get("other_epochs", {}))
        return list(profile["seeds"]), profile["settings"], other_epochs
    except (OSError, yaml.YAMLError, *PARSE_ERRORS) as error:
        reason = " ".join(str(error).split())  # a YAML error has several lines
        raise ParameterError(
            f"{path} is not a profile with `seeds` and `settings`: {reason}"
        ) from error
