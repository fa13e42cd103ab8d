"""``antispoof check``: is this clip fake?"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from antispoof.inference import Detector, Prediction

SHOWN_REGIONS = 3


def check(
    clips: Annotated[
        list[str],
        typer.Argument(
            metavar="CLIP...",
            help="Sound files of any kind, folders of them, or - for standard input.",
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a list with one object a clip.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say which times and frequencies decided."),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(help="Picture of the score over time; of one clip only."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Folder of a run whose weights judge; else the shipped."),
    ] = None,
) -> None:
    """Is this clip fake? An answer in words, with its uncertainty.

    Exit status: 0 if every clip got an answer, whichever it is; 1 if one got none, or
    there was nothing to judge; 2 if the command was misused.
    """
    from antispoof.inference import about, load, predict_clips
    from antispoof.inference.inputs import (
        STANDARD_INPUT,
        collect_inputs,
        read_standard_input,
    )

    meant = collect_inputs(clips)
    if plot is not None and len(meant) != 1:
        raise typer.BadParameter(f"--plot draws one clip, not {len(meant)}")
    if plot is not None:
        _require_picture(plot)
    if as_json and explain:
        raise typer.BadParameter("--explain is for people and goes without --json")
    if not meant:
        typer.echo("antispoof: no sound file was found in what was named", err=True)
        raise typer.Exit(1)
    detector = load(run)
    with ExitStack() as stack:
        if any(name == STANDARD_INPUT for name, _ in meant):
            piped = stack.enter_context(read_standard_input())
            meant = [(n, piped if n == STANDARD_INPUT else p) for n, p in meant]
        paths = dict(meant)
        answers = []
        for answer in _watched(predict_clips(meant, detector), len(meant)):
            answers.append(answer)
            if not as_json:
                _say(answer)
                if explain and answer.error is None:
                    _explain(answer, paths[answer.clip], detector)
    if as_json:
        typer.echo(json.dumps([answer.to_dict() for answer in answers], indent=2))
    elif any(answer.error is None for answer in answers):
        typer.echo(f"\n{about(detector)}")
    if plot is not None and answers[0].error is None:
        _draw(answers[0], detector, plot)
    if any(answer.error is not None for answer in answers):
        raise typer.Exit(1)


def shown(text: str) -> str:
    """Text that a terminal may print: what could steer it is spelled out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _watched(answers, total: int):
    """The answers, with a bar on stderr where there are many and a person looks on."""
    if total == 1 or not sys.stderr.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(answers, total=total, description="Listening")


def _say(answer: Prediction) -> None:
    from antispoof.inference import sentence

    if answer.error is not None:
        typer.echo(f"{shown(answer.clip)}: no answer; {shown(answer.error)}", err=True)
    else:
        typer.echo(f"{shown(answer.clip)}: {sentence(answer)}.")


def _explain(answer: Prediction, path: Path, detector: Detector) -> None:
    from antispoof.inference.explanation import explain_clip, region_in_words

    start, found = explain_clip(answer, path, detector)
    for region in found.regions[:SHOWN_REGIONS]:
        typer.echo(f"  {region_in_words(region, start)}")
    typer.echo(
        f"  {found.silent_share:.0%} of what moved the score lies in silence or padding"
        + (": silence decides here, not the voice" if found.silence_decides else "")
    )


def _draw(answer: Prediction, detector: Detector, path: Path) -> None:
    from antispoof.constants import SAMPLE_RATE
    from antispoof.plots.timeline import score_timeline

    figure = score_timeline(
        answer.starts,
        answer.scores,
        window=detector.n_samples / SAMPLE_RATE,
        seconds=answer.seconds,
        thresholds=detector.calibration.thresholds,
    )
    figure.savefig(path)
    typer.echo(f"the score over time: {path}", err=True)


def _require_picture(path: Path) -> None:
    """Refuse what cannot be drawn before a long clip is judged."""
    from matplotlib.backend_bases import FigureCanvasBase

    accepted = sorted(FigureCanvasBase.get_supported_filetypes())
    if path.suffix.removeprefix(".").lower() not in accepted:
        raise typer.BadParameter(
            f"--plot {path}: its ending must be one of {', '.join(accepted)}"
        )
    if not path.parent.is_dir():
        raise typer.BadParameter(f"--plot {path}: there is no folder {path.parent}")
