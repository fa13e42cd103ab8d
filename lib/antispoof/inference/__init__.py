"""Is this clip fake? One clip in, a prediction with its uncertainty out.

How predictions and detectors are put in words: ``prediction.format_prediction`` and
``detector.describe_detector``.
"""

from antispoof.inference.detector import Detector, has_pretrained, load_detector
from antispoof.inference.prediction import Prediction, predict_clip, predict_clips

__all__ = [
    "Detector",
    "Prediction",
    "has_pretrained",
    "load_detector",
    "predict_clip",
    "predict_clips",
]
