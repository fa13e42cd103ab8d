"""A report on checked clips: one file, HTML or PDF, that holds all it shows.

It says what was asked, what was found in which file, how far that goes and how to
repeat it. The same clips, weights and version give the same bytes, but for the date.
"""

import base64
import io
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from importlib.metadata import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import antispoof
from antispoof.audio import ffmpeg, iter_blocks
from antispoof.audio.containers import Completeness, split
from antispoof.audio.decoding import open_audio
from antispoof.calibration import Calibration
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.files import atomic_path
from antispoof.inference.base import (
    LIMITS,
    ClipDetector,
    describe_checks,
    describe_training,
)
from antispoof.inference.inputs import STANDARD_INPUT
from antispoof.inference.prediction import (
    ANSWERS,
    MEANING,
    PARTS,
    Prediction,
    format_prediction,
)
from antispoof.plots.sound import clip_picture
from antispoof.plots.timeline import score_timeline

FORMATS = (".html", ".pdf")
PICTURE_SECONDS = 30  # of the spectrogram
PRIORS = (0.01, 0.1, 0.5, 0.9)  # share of fakes
DPI = 110
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Report on a clip</title>
<style>body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; }
table { border-collapse: collapse; } td, th { border: 1px solid #595959;
padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; } td { overflow-wrap: anywhere; }</style></head>
"""
QUESTION = (
    "Was this spoken by a person, or was the voice made or changed by a program? MP3, a"
    " telephone line or an editor alone does not make a voice fake."
)
ADVICE = (
    "What you may write: “An automatic test {}.” Do not write that the clip is real,"
    " fake or verified, nor a percentage. What to do next: get the original file, ask"
    " who sent it and when, ask the speaker, look for the whole recording, or ask a"
    " laboratory for forensic analysis of speech."
)
OUTCOMES = {
    "bonafide": "found no sign of a fake, and such tests are often wrong",
    "spoof": "found signs of a fake voice, and such tests are often wrong",
    "uncertain": "gave no clear answer",
}
HYPOTHESES = (
    "Two hypotheses are compared: the clip is a recording of a real voice; or the voice"
    " was synthesised, converted, or rebuilt by a neural network (a neural codec"
    " included). The report says how many times as frequent such a score is under one"
    " hypothesis as under the other. This is the likelihood ratio. It is not the"
    " probability of a fake, which depends also on what else is known about the clip."
)


def write_report(
    path: str | Path,
    predictions: Sequence[Prediction],
    detector: ClipDetector,
    *,
    options: Sequence[str] = (),
    date: datetime | None = None,
) -> None:
    """Write a report.

    Folders are left out on purpose, of clips and in ``--run``: a report is for other
    readers, and a path can tell who made it. Where two clips have one bare name, the
    names are shown as they were given.

    Parameters
    ----------
    path : its ending says the format, see `check_format`.
    predictions : of clips whose files are still there.
    options : of the command that repeats it, besides the clips.
    date : printed in it; now if None.

    Raises
    ------
    ParameterError
        See `check_format`.
    """
    path = check_format(path)
    date = (date or datetime.now()).astimezone()
    body = "\n".join(_body(predictions, detector, options, date))
    if path.suffix.lower() == ".pdf":
        content = _to_pdf(body, date)
    else:
        content = f"{HEAD}<body>\n{body}\n</body></html>\n".encode()
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def check_format(path: str | Path) -> Path:
    """The path of a report that can be written.

    Raises
    ------
    ParameterError
        If its ending is not one of FORMATS, its folder is missing, or a PDF is wanted
        and the package fpdf2 is not installed.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ParameterError(f"{path}: a report ends in {' or '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise ParameterError(f"{path}: the folder {path.parent} is missing")
    if path.suffix.lower() == ".pdf" and find_spec("fpdf") is None:
        raise ParameterError(
            f"{path}: a PDF needs the package fpdf2 (pip install fpdf2); or give a"
            " name that ends in .html, and print the page"
        )
    return path


def _body(
    predictions: Sequence[Prediction],
    detector: ClipDetector,
    options: Sequence[str],
    date: datetime,
) -> Iterator[str]:
    yield "<h1>Real voice, or made by a program?</h1>"
    yield _paragraph(QUESTION)
    headings = _without_folders([p.clip for p in predictions])
    if len(predictions) > 1:
        answers = [ANSWERS.get(p.answer, "no answer") for p in predictions]
        yield _table(zip(headings, answers, strict=True), ("Sound", "Answer"))
    for heading, prediction in zip(headings, predictions, strict=True):
        yield f"<h2>{escape(heading)}</h2>"
        yield from _clip(prediction, detector)
    yield "<h2>What the detector cannot know</h2>"
    yield _paragraph(LIMITS)
    yield "<h2>For experts</h2>"
    yield _paragraph(HYPOTHESES)
    yield _paragraph(describe_training(detector))
    yield _paragraph(_describe_limits(detector.calibration))
    yield "<h2>How to repeat it</h2>"
    names = dict.fromkeys(_without_folders([_argument(p) for p in predictions]))
    rows = {
        "Command": shlex.join(["antispoof", "check", *names, *options]),
        "Program": f"antispoof {antispoof.__version__}, {_address()}",
        "Weights (SHA-256)": detector.weights_hash(),
        "Date": f"{date:%Y-%m-%d %H:%M %z}",
    }
    yield _table(rows.items())


def _clip(prediction: Prediction, detector: ClipDetector) -> Iterator[str]:
    yield f"<p><b>{escape(format_prediction(prediction))}</b></p>"
    if prediction.error is not None:
        yield _paragraph("This does not mean that the file is real or fake.")
        if prediction.sha256 is not None:
            yield _table([("SHA-256", prediction.sha256)])
        return
    answer = prediction.answer
    yield _paragraph(MEANING[answer])
    yield _paragraph(ADVICE.format(OUTCOMES[answer]))
    if prediction.in_domain is not False:
        yield _paragraph(describe_checks(detector))
        if answer != "uncertain":
            yield _priors(prediction.llr)
        yield from _parts(prediction, detector)
    where = {"track": prediction.track, "channel": prediction.channel}
    blocks = iter_blocks(prediction.path, **where, completeness=Completeness())
    sound = next(blocks)[: PICTURE_SECONDS * SAMPLE_RATE]
    yield _picture(clip_picture(sound), "Spectrogram")
    yield _paragraph(
        f"The spectrogram of the first {len(sound) / SAMPLE_RATE:.1f} s. Most people"
        " cannot tell a fake from this picture."
    )
    known = {None: "not tested", True: "yes", False: "no"}[prediction.in_domain]
    with open_audio(prediction.path) as opened:
        properties = ffmpeg.describe(split(opened)[0])
    rows = {
        "Sounds like speech that it knows (languages are not tested)": known,
        "Sound": f"{prediction.seconds:.2f} s",
        **properties,
        "SHA-256": prediction.sha256,
    }
    yield _table(rows.items())


def _address() -> str:
    """Where the program comes from, as its package says."""
    found = metadata(antispoof.__name__).get_all("Project-URL")
    return dict(one.split(", ", 1) for one in found)["Repository"]


def _argument(prediction: Prediction) -> str:
    """The clip in a command: as it was given there, else its file."""
    name = re.sub(r"( \((track|channel) \d+\))+$", "", prediction.clip)
    if prediction.error or name == STANDARD_INPUT or Path(name).exists():
        return name
    return str(prediction.path)


def _without_folders(names: Sequence[str]) -> list[str]:
    """Bare names, if they tell apart what the names do."""
    bare = [Path(name).name for name in names]
    return bare if len(set(bare)) == len(set(names)) else list(names)


def _priors(llr: float) -> str:
    """What a ratio means at several shares of fakes."""
    ratio = np.exp(llr)
    rows = [(f"{100 * p:.0f} %", _capped(p / (p + (1 - p) * ratio))) for p in PRIORS]
    first = "If this share of the clips that you get is fake (only you can judge it)"
    return _table(rows, (first, "then this share of clips with such a score is fake"))


def _describe_limits(calibration: Calibration) -> str:
    largest = np.exp([calibration.largest_llr_spoof, calibration.largest_llr_bonafide])
    low, high = calibration.thresholds
    return (
        f"A ratio is rough. It is never stated as larger than {largest[0]:.0f} for a"
        f" fake and {largest[1]:.0f} for a real voice: about the number of clips that"
        " could have contradicted it, where each source counts the same. Up to 2, it"
        " supports neither; up to 10, the support is called weak, up to 100 moderate"
        " (guideline of ENFSI, 2015). A lower score"
        " speaks for a fake, a higher one for a real voice, and one of"
        f" {calibration.threshold:.2f} for neither. The answer is “probably fake” below"
        f" {low:.2f} and “probably a real voice” above {high:.2f}."
    )


def _parts(prediction: Prediction, detector: ClipDetector) -> Iterator[str]:
    """Score and answers over time; nothing for a clip of one window."""
    if len(prediction.scores) < 2:
        return
    figure = score_timeline(
        prediction.starts,
        prediction.scores,
        window=detector.n_samples / SAMPLE_RATE,
        seconds=prediction.seconds,
        thresholds=detector.calibration.thresholds,
    )
    yield _picture(figure, "Score of each part over time")
    yield _paragraph("The score over time. In the pale band, the detector cannot tell.")
    rows = [(part.place, ANSWERS[part.answer]) for part in prediction.segments]
    yield _table(rows, ("Part", "Answer for this part alone"))
    checks = detector.metadata.get("checks", {}).get("parts")
    text = f"A part alone is less certain than the clip. {PARTS}"
    if checks:
        text += (
            f" In a check on {checks['n']} real clips of 12 s, {checks['odd']} had a"
            " part that wrongly seemed fake."
        )
    yield _paragraph(text)


def _capped(p: float) -> str:
    """A probability in per cent, and never certain."""
    if p < 0.01:
        return "less than 1\u202f%"
    return f"{100 * p:.0f}\u202f%" if p <= 0.99 else "more than 99\u202f%"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(rows: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> str:
    lines = [(heads, "th")] if heads else []
    lines += [(row, "td") for row in rows]
    cells = (
        "<tr>" + "".join(f"<{tag}>{escape(str(x))}</{tag}>" for x in row) + "</tr>"
        for row, tag in lines
    )
    return f"<table>{''.join(cells)}</table>"


def _picture(figure: Figure, text: str) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{text}" width="500" src="data:image/png;base64,{data}">'


def _to_pdf(body: str, date: datetime) -> bytes:
    from fpdf import FPDF
    from matplotlib import get_data_path

    pdf = FPDF()
    pdf.set_creation_date(date)
    fonts = Path(get_data_path(), "fonts/ttf")
    for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
        pdf.add_font("DejaVu", style, fonts / f"{name}.ttf")
    pdf.set_font("DejaVu", size=10)
    pdf.add_page()
    pdf.write_html(body, font_family="DejaVu")
    return bytes(pdf.output())
