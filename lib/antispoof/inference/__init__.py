"""Is this clip fake? One clip in, a prediction with its uncertainty out."""

from antispoof.inference.calibration import Calibration
from antispoof.inference.detector import Detector, has_pretrained, load_detector
from antispoof.inference.messages import describe_detector, format_prediction
from antispoof.inference.prediction import Prediction, predict_clip, predict_clips

__all__ = [
    "Calibration",
    "Detector",
    "Prediction",
    "describe_detector",
    "format_prediction",
    "has_pretrained",
    "load_detector",
    "predict_clip",
    "predict_clips",
]
