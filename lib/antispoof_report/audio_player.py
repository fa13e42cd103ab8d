"""A clip to see and to listen to, small enough to live inside the page.

The spectrogram stands above the player. On the book's page a script
(``book/_static/player.js``) moves a line over it as the clip plays; in print the
spectrogram stays and the player goes.
"""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

import numpy as np

from antispoof.audio import load_mono_16k
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.plots import sound
from antispoof_report.html import Html

MAX_BYTES = 30_000  # of one clip inside the page, encoded as text
# MP3, which every browser plays. libsndfile's scale runs from 0 (largest) to 1.
PICTURE_QUALITY = 70  # of WebP, from 0 to 100; about 15 KB
WIDTH_REM = 40  # at most
COMPRESSION_LEVELS = (0.5, 0.7, 0.8, 0.9, 0.99)


def player(
    clip: np.ndarray | str | Path, *, label: str, seconds: float | None = 4.0
) -> Html:
    """A spectrogram and an audio player for a clip.

    Parameters
    ----------
    clip : waveform (n,), float in [-1, 1], at 16 kHz; or the path of an audio file
    label : what it is; shown beside the player and read out by screen readers
    seconds : length from the start that is kept; None keeps all

    Raises
    ------
    ParameterError : not a waveform, or too long to fit into 30 KB
    """
    waveform = (
        load_mono_16k(clip) if isinstance(clip, (str, Path)) else np.asarray(clip)
    )
    if waveform.ndim != 1 or waveform.size == 0:
        raise ParameterError(
            f"player {label!r}: takes a waveform of shape (n,) with n > 0, "
            f"not {waveform.shape}"
        )
    if seconds is not None:
        waveform = waveform[: round(seconds * SAMPLE_RATE)]
    length = f"{waveform.size / SAMPLE_RATE:.1f} s"
    address = _data_address(np.clip(waveform, -1, 1), label)
    named = escape(f"{label}, {length}", quote=True)
    picture = _data_picture(waveform)
    html = (
        f'<figure class="report-player" style="margin:.75rem 0">'
        f'<figcaption style="margin:0 0 .25rem;text-align:left">{escape(label)} '
        f"({length})</figcaption>"
        f'<div class="report-picture" style="{_time_axis(waveform)}">'
        f'<img src="{picture}" style="width:100%" '
        f'alt="Spectrogram of the clip “{escape(label, quote=True)}”: {length} to the '
        f'right, 0 to {SAMPLE_RATE // 2000} kHz upwards."></div>'
        f'<audio controls aria-label="{named}" src="{address}" '
        f'style="width:100%"></audio></figure>'
    )
    return Html(html, f"[sound: {label}, {length}]")


def _time_axis(waveform: np.ndarray) -> str:
    """Where time runs in the picture, for the script that moves the line."""
    left, _, width, _ = sound.PLOT_AREA
    seconds = waveform.size / SAMPLE_RATE
    return (
        f"max-width:{WIDTH_REM}rem;--left:{left:.4f};--width:{width:.4f};"
        f"--seconds:{seconds:.4f}"
    )


def _data_picture(waveform: np.ndarray) -> str:
    file = io.BytesIO()
    sound.clip_picture(waveform).savefig(
        file, format="webp", pil_kwargs={"quality": PICTURE_QUALITY}
    )
    text = base64.b64encode(file.getvalue()).decode("ascii")
    return f"data:image/webp;base64,{text}"


def _data_address(waveform: np.ndarray, label: str) -> str:
    import soundfile

    for level in COMPRESSION_LEVELS:
        file = io.BytesIO()
        soundfile.write(
            file,
            waveform,
            SAMPLE_RATE,
            format="MP3",
            compression_level=level,
            bitrate_mode="VARIABLE",
        )
        text = base64.b64encode(file.getvalue()).decode("ascii")
        address = f"data:audio/mpeg;base64,{text}"
        if len(address) <= MAX_BYTES:
            return address
    raise ParameterError(
        f"player {label!r}: {waveform.size / SAMPLE_RATE:.1f} s do not fit into "
        f"{MAX_BYTES} bytes; keep fewer seconds"
    )
