"""A clip to see and to listen to, small enough to live inside the page.

The spectrogram is above the player. On the book's page a script
(``book/_static/player.js``) moves a line over it as the clip plays; in print the
spectrogram stays and the player goes.
"""

import base64
import io
from pathlib import Path

import numpy as np
import soundfile

from antispoof.audio import load_mono_16k
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.plots import sound
from antispoof_report.html import Html, render

N_SAMPLES = 4 * SAMPLE_RATE  # that are kept
WEBP_QUALITY = 70  # from 0 to 100; about 15 KB
COMPRESSION = 0.5  # of libsndfile, from 0 to 1; 4 s of noise are 19 KB as text


def player(clip: np.ndarray | str | Path, *, label: str) -> Html:
    """A spectrogram and an audio player for the first four seconds of a clip.

    Parameters
    ----------
    clip : waveform (n,), float in [-1, 1], at 16 kHz; or the path of an audio file
    label : shown above the player and read out by screen readers

    Raises
    ------
    ParameterError
        If it is not a waveform.
    """
    is_path = isinstance(clip, (str, Path))
    waveform = load_mono_16k(clip) if is_path else np.asarray(clip)
    if waveform.ndim != 1 or waveform.size == 0:
        problem = f"a waveform has the shape (n,) with n > 0, not {waveform.shape}"
        raise ParameterError(f"player {label!r}: {problem}")
    waveform = waveform[:N_SAMPLES]
    n_seconds = waveform.size / SAMPLE_RATE
    picture, mp3 = io.BytesIO(), io.BytesIO()
    options = {"format": "webp", "pil_kwargs": {"quality": WEBP_QUALITY}}
    sound.clip_picture(waveform).savefig(picture, **options)
    # Every browser plays MP3.
    options = {"format": "MP3", "bitrate_mode": "VARIABLE"}
    options["compression_level"] = COMPRESSION
    soundfile.write(mp3, np.clip(waveform, -1, 1), SAMPLE_RATE, **options)
    length = f"{n_seconds:.1f} s"
    left, _, width, _ = sound.PLOT_AREA
    html = render(
        "player.html",
        label=label,
        length=length,
        area=f"--left:{left:.4f};--width:{width:.4f};--seconds:{n_seconds:.4f}",
        picture=_data_url("image/webp", picture),
        sound=_data_url("audio/mpeg", mp3),
    )
    return Html(html, f"[sound: {label}, {length}]")


def _data_url(kind: str, file: io.BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
