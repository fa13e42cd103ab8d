"""``antispoof train`` and ``antispoof record``: from a corpus to finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.errors import AntispoofError, ParameterError

CORPUS = typer.Option(help="Folder of ASVspoof 2019 LA.")
RUNS = typer.Option(help="Folder of run records.")
STORE = typer.Option(
    help="Folder of feature stores; data/features, on Kaggle the temporary folder.",
    show_default=False,
)


def train(
    model: Annotated[str, typer.Option(help="cnn, resnet or resnet_lstm.")],
    corpus: Annotated[Path, CORPUS],
    seed: Annotated[list[int] | None, typer.Option(help="May be repeated.")] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training part.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Clips a step.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate of Adam.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Adam's L2 term.")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, cosine")] = None,
    warmup_epochs: Annotated[
        int | None, typer.Option(help="Epochs in which the learning rate rises.")
    ] = None,
    grad_clip_norm: Annotated[float | None, typer.Option(help="0: off.")] = None,
    class_weights: Annotated[str | None, typer.Option(help="none, balanced")] = None,
    precision: Annotated[str | None, typer.Option(help="fp32, bf16, fp16")] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="Epoch to keep: best or last.")
    ] = None,
    n_val_speakers: Annotated[
        int | None, typer.Option(help="Training speakers that choose the best.")
    ] = None,
    frontend: Annotated[str | None, typer.Option(help="logmel")] = None,
    patience: Annotated[int | None, typer.Option(help="0: never stop early.")] = None,
    runs: Annotated[Path, RUNS] = Path("runs"),
    store: Annotated[Path | None, STORE] = None,
    processes: Annotated[
        int, typer.Option(min=1, help="That share the training; one a GPU.")
    ] = 1,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Train through torch.compile.")
    ] = False,
    save_minutes: Annotated[
        float, typer.Option(min=0, help="Between two checkpoints within an epoch.")
    ] = 1.0,
    log: Annotated[
        Path | None, typer.Option(help="Folder for TensorBoard; none by default.")
    ] = None,
) -> None:
    """Train a model; finished runs are reused, cut-off ones go on.

    Settings that are not given are those of the default config; the record of the run
    has them all.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.runs import train_or_load
    from antispoof.training import here

    config = TrainConfig.for_model(
        model,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        weight_decay=weight_decay,
        schedule=schedule,
        warmup_epochs=warmup_epochs,
        grad_clip_norm=grad_clip_norm,
        class_weights=class_weights,
        precision=precision,
        checkpoint=checkpoint,
        n_val_speakers=n_val_speakers,
        frontend=frontend,
        patience=patience,
    )
    done = train_or_load(
        config,
        open_corpus(corpus),
        seed or [0],
        runs=runs,
        store=store,
        reference=None,
        say=typer.echo,
        processes=processes,
        compiled=compiled,
        log=log,
        save_seconds=60 * save_minutes,
    )
    if here().is_main:
        for run in done:
            typer.echo(f"{run.path}")


def record(
    corpus: Annotated[Path, CORPUS],
    profile: Annotated[Path, typer.Option(help="YAML with `seeds` and `settings`.")],
    model: Annotated[list[str] | None, typer.Option(help="All if not given.")] = None,
    runs: Annotated[Path, RUNS] = Path("runs"),
    store: Annotated[Path | None, STORE] = None,
    reference: Annotated[Path, typer.Option(help="Where they are kept.")] = Path(
        "data/reference-runs"
    ),
    shorter: Annotated[
        Path, typer.Option(help="Where those of the profile's other_epochs are kept.")
    ] = Path("data/shorter-runs"),
) -> None:
    """Train all models by a profile; keep the runs as references, without weights."""
    import yaml

    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.models import MODELS
    from antispoof.runs import record as keep
    from antispoof.runs import run_path, train_or_load

    try:
        plan = yaml.safe_load(profile.read_text("utf-8"))
        seeds, settings = list(plan["seeds"]), plan["settings"]
        others = dict(plan.get("other_epochs", {}))
    except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())  # YAML's takes several lines
        raise ParameterError(
            f"{profile} is no profile with `seeds` and `settings`: {reason}"
        ) from error
    opened = open_corpus(corpus)
    wanted = model or list(MODELS)
    jobs = [(TrainConfig.from_profile(name, settings), reference) for name in wanted]
    jobs += [
        (TrainConfig.from_profile(name, settings, epochs=epochs), shorter)
        for name, epochs in others.items()
        if name in wanted
    ]
    failed = []
    for seed in seeds:
        for config, folder in jobs:
            name = f"{config.model} seed {seed}, {config.epochs} epochs"
            if run_path(folder, opened.id, config, seed).exists():
                typer.echo(f"{name}: recorded already")
                continue
            try:
                (run,) = train_or_load(
                    config,
                    opened,
                    [seed],
                    runs=runs,
                    store=store,
                    reference=None,
                    say=typer.echo,
                )
                typer.echo(f"recorded {keep(run, folder)}")
            except AntispoofError as error:
                failed.append(f"{name}: {error}")
    if failed:
        raise AntispoofError("; ".join(failed))
