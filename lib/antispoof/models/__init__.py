"""Models: features in, logits out. They know neither sound nor paths.

Every model maps (batch, 1, n_rows, n_frames) to (batch, 2) logits in the order of
``constants.LABELS``; a trial's score is the difference of its two logits. The CNN and
the LCNN need at least 16 rows and 16 frames. A new model is one file with
``@register_model`` and one import here (or a plugin). A loss with a margin replaces its
last ``nn.Linear``.
"""

from antispoof.models.cnn import CNN
from antispoof.models.lcnn import LCNN
from antispoof.models.probe import Probe
from antispoof.models.registry import MODELS, build, n_parameters, register_model, title
from antispoof.models.resnet import ResNet50
from antispoof.models.resnet_lstm import ResNet50LSTM
