"""Is this clip fake? One clip in, an answer in words with its uncertainty out."""

from antispoof.inference.calibration import Calibration
from antispoof.inference.detector import Detector, has_pretrained, load
from antispoof.inference.messages import about, sentence
from antispoof.inference.prediction import Prediction, predict_clip, predict_clips

__all__ = [
    "Prediction",
    "Calibration",
    "Detector",
    "about",
    "predict_clip",
    "predict_clips",
    "has_pretrained",
    "load",
    "sentence",
]
