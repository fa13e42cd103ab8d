"""Is this clip fake? One clip in, a prediction with its uncertainty out."""

from antispoof.inference.detector import (
    Detector,
    describe_detector,
    has_pretrained,
    load_detector,
)
from antispoof.inference.prediction import (
    Prediction,
    format_prediction,
    predict_clip,
    predict_clips,
)

__all__ = [
    "Detector",
    "Prediction",
    "describe_detector",
    "format_prediction",
    "has_pretrained",
    "load_detector",
    "predict_clip",
    "predict_clips",
]
