"""A report on checked clips: one file, HTML or PDF, that holds all it shows.

It says what was asked, what was found in which file, how far that goes and how to
repeat it. The same clips, weights and version give the same bytes, but for the date.
"""

from __future__ import annotations

import base64
import io
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import antispoof
from antispoof.audio import ffmpeg, iter_blocks
from antispoof.audio.decoding import open_audio
from antispoof.calibration import ALPHA
from antispoof.constants import BONAFIDE, SAMPLE_RATE, SPOOF
from antispoof.errors import ParameterError
from antispoof.files import atomic_path
from antispoof.inference.base import ClipDetector, describe_detector
from antispoof.inference.prediction import (
    ANSWERS,
    MEANING,
    Prediction,
    format_prediction,
    format_ratio,
)
from antispoof.plots.sound import clip_picture
from antispoof.plots.timeline import score_timeline

FORMATS = (".html", ".pdf")
PICTURE_SECONDS = 30  # of the spectrogram
PRIORS = (0.01, 0.1, 0.5)  # share of fakes
DPI = 110
STYLE = """body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; }
table { border-collapse: collapse; } td, th { border: 1px solid #595959;
padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; } td { overflow-wrap: anywhere; }"""
QUESTION = (
    "Two hypotheses are compared: the clip is a recording of a real voice; or the voice"
    " was made or changed by a program. The report says how much more frequent such a"
    " score is under one of them than under the other. It does not say how probable"
    " either is: that depends on what else is known about the clip, too."
)


def write_report(
    path: str | Path,
    predictions: Sequence[Prediction],
    detector: ClipDetector,
    *,
    date: datetime | None = None,
) -> None:
    """Write a report.

    Parameters
    ----------
    path : its ending says the format, see `check_format`.
    predictions : of clips whose files are still there.
    date : printed in it; now if None.

    Raises
    ------
    ParameterError
        See `check_format`.
    """
    path = check_format(path)
    date = (date or datetime.now()).astimezone()
    body = "\n".join(_body(predictions, detector, date))
    if path.suffix.lower() == ".pdf":
        content = _to_pdf(body, date)
    else:
        head = (
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        )
        head += f"<title>Report on a clip</title><style>{STYLE}</style>"
        page = f'<!doctype html>\n<html lang="en"><head>{head}</head>'
        content = f"{page}<body>\n{body}\n</body></html>\n".encode()
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
    if path.suffix.lower() == ".pdf":
        try:
            import fpdf  # noqa: F401
        except ImportError:
            raise ParameterError(
                f"{path}: a PDF needs the package fpdf2 (pip install fpdf2); or give a"
                " name that ends in .html, and print the page"
            ) from None
    return path


def _body(
    predictions: Sequence[Prediction], detector: ClipDetector, date: datetime
) -> Iterator[str]:
    yield "<h1>Real voice, or made by a program?</h1>"
    yield _paragraph(QUESTION)
    for prediction in predictions:
        yield from _clip(prediction, detector)
    yield "<h2>What the detector knows, and what it cannot know</h2>"
    yield _paragraph(describe_detector(detector))
    yield _paragraph(
        "An answer is called probable only if, of the calibration clips of the other"
        f" kind, few had such a score: of real clips 1 in {1 / ALPHA[BONAFIDE]:.0f}, of"
        f" fakes 1 in {1 / ALPHA[SPOOF]:.0f}. This holds for clips such as those of the"
        " calibration, and for no others."
    )
    coverage = detector.metadata.get("coverage", {})
    for name, values in coverage.items():
        yield _paragraph(f"Trained on these {name}: {', '.join(values)}.")
    yield "<h2>How to repeat it</h2>"
    clips = [p.clip.removesuffix(f" (track {p.track + 1})") for p in predictions]
    names = " ".join(map(shlex.quote, dict.fromkeys(clips)))
    rows = {
        "Command": f"antispoof check {names} --report FILE",
        "Version": f"antispoof {antispoof.__version__}",
        "Weights (SHA-256)": detector.weights_hash(),
        "Date": f"{date:%Y-%m-%d %H:%M %z}",
    }
    yield _table(rows.items())


def _clip(prediction: Prediction, detector: ClipDetector) -> Iterator[str]:
    yield f"<h2>{escape(prediction.clip)}</h2>"
    yield f"<p><b>{escape(format_prediction(prediction))}</b></p>"
    if prediction.error is not None:
        return
    yield _paragraph(MEANING[prediction.answer])
    if prediction.in_domain is not False:
        yield _paragraph(format_ratio(prediction.llr))
        yield _paragraph("What this means depends on how frequent fakes are:")
        ratio = np.exp(-prediction.llr)
        odds = [prior / (1 - prior) * ratio for prior in PRIORS]
        rows = [
            (f"{prior:.0%}", f"{x / (1 + x):.0%}")
            for prior, x in zip(PRIORS, odds, strict=True)
        ]
        yield _table([("Fakes among such clips", "This clip is fake with"), *rows])
    figure = score_timeline(
        prediction.starts,
        prediction.scores,
        window=detector.n_samples / SAMPLE_RATE,
        seconds=prediction.seconds,
        thresholds=detector.calibration.thresholds,
    )
    yield _picture(figure, "Score of each window over time")
    yield _paragraph("The score over time. In the pale band, the detector cannot tell.")
    rows = [
        (f"{s.start:.1f} to {s.end:.1f} s", ANSWERS[s.answer])
        for s in prediction.segments
    ]
    yield _table([("Part", "Answer for this part alone"), *rows])
    n = PICTURE_SECONDS * SAMPLE_RATE
    sound = next(iter_blocks(prediction.path, track=prediction.track))[:n]
    yield _picture(clip_picture(sound), "Spectrogram")
    yield _paragraph(f"The spectrogram of the first {len(sound) / SAMPLE_RATE:.0f} s.")
    known = {None: "not tested", True: "yes", False: "no"}[prediction.in_domain]
    with open_audio(prediction.path) as opened:
        properties = ffmpeg.describe(opened)
    rows = {
        "Like the calibration clips": known,
        "Sound": f"{prediction.seconds:.2f} s",
        **properties,
        "SHA-256": prediction.sha256,
    }
    yield _table(rows.items())


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(rows: Iterable[Sequence[str]]) -> str:
    cells = (
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
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
