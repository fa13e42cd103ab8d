"""``antispoof check``: is this clip fake?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.options import AsJson
from antispoof.cli.text import progress_bar, say
from antispoof.errors import AudioError

CLIPS = "Sound files of any kind, folders of them, or - for standard input."
REPORT = """\
Write a report for other readers: the answers, what they mean, what the detector knows
and how to repeat it."""
TRACK = "Of a film, the audio track to check; else each."
CHANNEL = "The channel to check; else the mean over them."
RUN = "A trained run, or a file of `export`, instead of the detector in the package."


def check(
    clips: Annotated[list[str], typer.Argument(metavar="CLIP...", help=CLIPS)],
    as_json: AsJson = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html|FILE.pdf", help=REPORT)
    ] = None,
    track: Annotated[int | None, typer.Option(min=1, help=TRACK)] = None,
    channel: Annotated[int | None, typer.Option(min=1, help=CHANNEL)] = None,
    run: Annotated[Path | None, typer.Option(metavar="DIR|FILE", help=RUN)] = None,
) -> None:
    """Is this voice fake? A hint: probably fake, or cannot tell.

    Usually it cannot tell. No answer is proof. The detector in the library never says
    that a voice is real; one of your own (--run) may.

    With --json it prints a list with one object per sound. Its probability_bonafide
    takes real and fake for equally frequent; llr, the natural logarithm of the
    likelihood ratio, serves for any other share.

    Exit status: 0 if every clip got an answer, whichever it is; 1 if one got none, or
    no clip was found; 2 if the command was misused.
    """
    from antispoof.inference import prediction
    from antispoof.inference.base import describe_detector
    from antispoof.inference.inputs import open_inputs
    from antispoof.inference.loading import load_detector

    with open_inputs(clips) as found, progress_bar("Checking") as update:
        inputs, passed_over = found
        if report is not None:  # matplotlib, which an answer does not need
            from antispoof.inference.report import check_format, write_report

            check_format(report)
        if passed_over:
            kinds = ", ".join(f"{n} {kind}" for kind, n in passed_over.most_common())
            say(f"passed over, their endings are not of sound: {kinds}", err=True)
        if not inputs:
            raise AudioError("no sound file was found")
        detector = load_detector(run)
        predictions = []
        chosen = {"track": track, "channel": channel}
        for one in prediction.predict_clips(inputs, detector, **chosen):
            if not as_json:
                sentence = prediction.format_prediction(one)
                say(f"{one.clip}: {sentence}", err=one.error is not None)
                parts = [prediction.format_part(part) for part in one.segments or ()]
                if len(parts) > 1:
                    typer.echo(f"  parts: {'; '.join(parts)}")
            predictions.append(one)
            update(min(len(predictions), len(inputs)), len(inputs))
        if report is not None:
            # Of a path, only the last part: see write_report.
            given = {"run": run and run.name, **chosen}
            options = [w for k, v in given.items() if v for w in (f"--{k}", str(v))]
            write_report(report, predictions, detector, options=options)
            say(f"report: {report}", err=True)
    failed = [one.error is not None for one in predictions]
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in predictions], indent=2))
    elif not all(failed):
        typer.echo()
        say(describe_detector(detector))
    if any(failed):
        raise typer.Exit(1)
