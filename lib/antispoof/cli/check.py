"""``antispoof check``: is this clip fake?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.text import printable, progress_bar

if TYPE_CHECKING:
    from antispoof.inference import Detector, Prediction


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
    from antispoof.inference.detector import describe_detector, load_detector
    from antispoof.inference.inputs import open_inputs
    from antispoof.inference.prediction import format_prediction, predict_clips

    with open_inputs(clips) as inputs, progress_bar("Checking") as update:
        if plot is not None:
            _check_plot(plot, len(inputs))
        if not inputs:
            typer.echo("antispoof: no sound file was found", err=True)
            raise typer.Exit(1)
        detector = load_detector(run)
        predictions = []
        for prediction in predict_clips(inputs, detector):
            if not as_json:
                text = f"{prediction.clip}: {format_prediction(prediction)}"
                typer.echo(printable(text), err=prediction.error is not None)
            predictions.append(prediction)
            update(len(predictions), len(inputs))
    failed = [prediction.error is not None for prediction in predictions]
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in predictions], indent=2))
    elif not all(failed):
        typer.echo(f"\n{printable(describe_detector(detector))}")
    if plot is not None and not failed[0]:
        _draw(predictions[0], detector, plot)
    if any(failed):
        raise typer.Exit(1)


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
