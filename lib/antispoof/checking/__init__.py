"""Is this clip fake? One clip in, an answer in words with its uncertainty out."""

from antispoof.checking.answer import Answer, check_clip, check_clips
from antispoof.checking.calibration import Calibration
from antispoof.checking.detector import Detector, has_shipped, load
from antispoof.checking.words import about, sentence

__all__ = [
    "Answer",
    "Calibration",
    "Detector",
    "about",
    "check_clip",
    "check_clips",
    "has_shipped",
    "load",
    "sentence",
]
