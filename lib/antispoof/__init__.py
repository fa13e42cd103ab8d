"""Audio deepfake detection: corpora, front-ends, models, training, scoring, metrics.

Layers, lowest first; an import never points up: ``constants``, ``errors``, ``files``,
``hashing``, ``registry``, ``plugins``, ``devices``, ``metrics``, ``calibration``,
``audio``, ``archives``, ``corpora``, ``platforms``, ``augment``, ``synthesis``,
``frontends``, ``plots``, ``losses``, ``models``, ``config``, ``data``, ``scoring``,
``training``, ``stats``, ``runs``, ``inference``, ``cli``. To extend the library,
register: see ``registry``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antispoof.inference import Prediction

__version__ = "0.2.0"
__all__ = ["predict"]


def predict(path: str | Path, *, run: str | Path | None = None) -> Prediction:
    """Is this clip fake? See :func:`antispoof.inference.predict_clip`.

    Parameters
    ----------
    path : a sound file of any kind, rate and number of channels, at least 0.2 s long.
    run : folder of a run whose weights are used, or a file that ``antispoof export``
        wrote; None takes the pretrained ones.

    Raises
    ------
    AudioError
        If the clip cannot be decoded or judged.
    RunError
        If there are no weights.

    Examples
    --------
    >>> antispoof.predict("voice.m4a").answer  # doctest: +SKIP
    'uncertain'
    """
    from antispoof import inference

    return inference.predict_clip(path, inference.load_detector(run))
