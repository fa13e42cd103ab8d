"""Is this clip fake? One clip in, a prediction with its uncertainty out.

How predictions and detectors are put in words: ``prediction.format_prediction`` and
``base.describe_detector``. The detector of PyTorch is in ``detector``, the one of
onnxruntime in ``exported``.
"""

from antispoof.inference.loading import load_detector
from antispoof.inference.prediction import Prediction, predict_clip, predict_clips
