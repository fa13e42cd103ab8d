"""``antispoof check``: is this clip fake?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.text import printable, progress_bar

if TYPE_CHECKING:
    from antispoof.inference import Detector, Prediction

N_REGIONS = 3  # that --explain prints


def check(
    clips: Annotated[
        list[str],
        typer.Argument(
            metavar="CLIP...",
            help="Sound files of any kind, folders of them, or - for standard input.",
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON list with one object per clip.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print which times and frequencies decided."),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the score over time of a single clip."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Use the weights of a run; pretrained ones if omitted."
        ),
    ] = None,
) -> None:
    """Is this clip fake? An answer in words, with its uncertainty.

    Exit status: 0 if every clip got an answer, whichever it is; 1 if one got none, or
    no clip was found; 2 if the command was misused.
    """
    from antispoof.inference import describe_detector, load_detector, predict_clips
    from antispoof.inference.inputs import (
        STANDARD_INPUT,
        collect_inputs,
        read_standard_input,
    )

    inputs = collect_inputs(clips)
    if plot is not None:
        _check_plot(plot, len(inputs))
    if as_json and explain:
        raise typer.BadParameter("--explain prints text and cannot join --json")
    if not inputs:
        typer.echo("antispoof: no sound file was found", err=True)
        raise typer.Exit(1)
    detector = load_detector(run)
    predictions = []
    with ExitStack() as stack:
        if STANDARD_INPUT in dict(inputs):
            stdin = stack.enter_context(read_standard_input())
            inputs = [(n, stdin if n == STANDARD_INPUT else p) for n, p in inputs]
        paths = dict(inputs)
        for prediction in _with_bar(predict_clips(inputs, detector), len(inputs)):
            predictions.append(prediction)
            if not as_json:
                _print(prediction)
                if explain and prediction.error is None:
                    _explain(prediction, paths[prediction.clip], detector)
    failed = [prediction.error is not None for prediction in predictions]
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in predictions], indent=2))
    elif not all(failed):
        typer.echo(f"\n{printable(describe_detector(detector))}")
    if plot is not None and not failed[0]:
        _draw(predictions[0], detector, plot)
    if any(failed):
        raise typer.Exit(1)


def _with_bar(predictions: Iterable[Prediction], total: int) -> Iterator[Prediction]:
    """The predictions, with a progress bar on a terminal if there are several."""
    if total == 1:  # does not import what draws the bar
        yield from predictions
        return
    with progress_bar("Checking") as update:
        for done, prediction in enumerate(predictions, 1):
            yield prediction
            update(done, total)


def _print(prediction: Prediction) -> None:
    from antispoof.inference import format_prediction

    clip = printable(prediction.clip)
    if prediction.error is not None:
        typer.echo(f"{clip}: no answer; {printable(prediction.error)}", err=True)
    else:
        typer.echo(f"{clip}: {format_prediction(prediction)}.")


def _explain(prediction: Prediction, path: Path, detector: Detector) -> None:
    from antispoof.inference.explanation import explain_clip, format_region

    start, explanation = explain_clip(prediction, path, detector)
    for region in explanation.regions[:N_REGIONS]:
        typer.echo(f"  {format_region(region, start)}")
    typer.echo(
        f"  {explanation.silent_fraction:.0%} of what moved the score lies in silence"
        " or padding"
        + (": silence decides here, not the voice" * explanation.silence_decides)
    )


def _draw(prediction: Prediction, detector: Detector, path: Path) -> None:
    from antispoof.constants import SAMPLE_RATE
    from antispoof.plots.timeline import score_timeline

    figure = score_timeline(
        prediction.starts,
        prediction.scores,
        window=detector.n_samples / SAMPLE_RATE,
        seconds=prediction.seconds,
        thresholds=detector.calibration.thresholds,
    )
    figure.savefig(path)
    typer.echo(f"score over time: {printable(str(path))}", err=True)


def _check_plot(path: Path, n_clips: int) -> None:
    """Refuse what cannot be drawn before a long clip is judged."""
    from matplotlib.backend_bases import FigureCanvasBase

    accepted = sorted(FigureCanvasBase.get_supported_filetypes())
    if n_clips != 1:
        raise typer.BadParameter(f"--plot draws one clip, not {n_clips}")
    if path.suffix.removeprefix(".").lower() not in accepted:
        raise typer.BadParameter(
            f"--plot {path}: its extension must be one of {', '.join(accepted)}"
        )
    if not path.parent.is_dir():
        raise typer.BadParameter(f"--plot {path}: the folder {path.parent} is missing")
