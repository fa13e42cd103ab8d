"""A report on checked clips: one file, HTML or PDF, that holds all it shows.

It says what was asked, what was found in which file, how far that goes and how to
repeat it. The same clips, weights and version give the same bytes, but for the date.
Its text is in ``report.html``, a template of Jinja.
"""

import base64
import io
import re
import shlex
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Template
from matplotlib.figure import Figure

import antispoof
from antispoof.audio import ffmpeg, iter_blocks
from antispoof.audio.containers import Completeness, split
from antispoof.audio.decoding import open_audio
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.files import atomic_path
from antispoof.inference import base
from antispoof.inference import prediction as words
from antispoof.inference.base import ClipDetector
from antispoof.inference.prediction import ANSWERS, Prediction
from antispoof.plots.sound import clip_picture
from antispoof.plots.timeline import score_timeline

TEMPLATE = Path(__file__).with_name("report.html")
FORMATS = (".html", ".pdf")
PICTURE_SECONDS = 30  # of the spectrogram
PRIORS = (0.01, 0.1, 0.5, 0.9)  # share of fakes
DPI = 110


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
    headings = _without_folders([one.clip for one in predictions])
    urls = metadata(antispoof.__name__).get_all("Project-URL")
    address = dict(one.split(", ", 1) for one in urls)["Repository"]
    # What is appended to the name of a clip is no part of its file's name.
    names = [re.sub(r"( \((track|channel) \d+\))+$", "", p.clip) for p in predictions]
    names = dict.fromkeys(_without_folders(names))
    found = list(zip(headings, predictions, strict=True))
    page = Template(TEMPLATE.read_text("utf-8"), autoescape=True).render(
        base=base,
        words=words,
        exp=np.exp,
        isfinite=np.isfinite,
        detector=detector,
        overview=[(name, ANSWERS.get(one.answer, "no answer")) for name, one in found],
        clips=[_clip(name, one, detector) for name, one in found],
        repeat={
            "Command": shlex.join(["antispoof", "check", *names, *options]),
            "Program": f"antispoof {antispoof.__version__}, {address}",
            "Weights (SHA-256)": detector.weights_hash(),
            "Date": f"{date:%Y-%m-%d %H:%M %z}",
        },
    )
    if path.suffix.lower() == ".pdf":
        body = page.partition("<body>")[2].partition("</body>")[0]
        content = _to_pdf(body, date)
    else:
        content = page.encode()
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


def _without_folders(names: Sequence[str]) -> list[str]:
    """Bare names, if they tell apart what the names do."""
    bare = [Path(name).name for name in names]
    return bare if len(set(bare)) == len(set(names)) else list(names)


def _clip(
    heading: str, prediction: Prediction, detector: ClipDetector
) -> dict[str, Any]:
    """What the template shows of a clip."""
    shown = {"heading": heading, "prediction": prediction}
    if prediction.error is not None:
        return shown
    where = {"track": prediction.track, "channel": prediction.channel}
    blocks = iter_blocks(prediction.path, **where, completeness=Completeness())
    sound = next(blocks)[: PICTURE_SECONDS * SAMPLE_RATE]
    with open_audio(prediction.path) as opened:
        properties = ffmpeg.describe(split(opened)[0])
    shown |= {
        "shares": _shares(prediction.llr),
        "parts": [(part.place, ANSWERS[part.answer]) for part in prediction.segments],
        "spectrogram": _png(clip_picture(sound)),
        "seconds_shown": len(sound) / SAMPLE_RATE,
        "properties": list(properties.items()),
    }
    if len(prediction.scores) > 1:
        figure = score_timeline(
            prediction.starts,
            prediction.scores,
            window=detector.n_samples / SAMPLE_RATE,
            seconds=prediction.seconds,
            thresholds=detector.calibration.thresholds,
        )
        shown["timeline"] = _png(figure)
    return shown


def _shares(llr: float) -> list[tuple[str, str]]:
    """What a ratio means at several shares of fakes."""
    ratio = np.exp(llr)
    posterior = {p: p / (p + (1 - p) * ratio) for p in PRIORS}
    return [(_capped(p), _capped(found)) for p, found in posterior.items()]


def _capped(p: float) -> str:
    """A probability in per cent, and never certain."""
    if p < 0.01:
        return "less than 1\u202f%"
    return f"{100 * p:.0f}\u202f%" if p <= 0.99 else "more than 99\u202f%"


def _png(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return base64.b64encode(file.getvalue()).decode()


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
