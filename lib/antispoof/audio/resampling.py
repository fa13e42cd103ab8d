"""Change the sample rate with soxr.

Its best quality passes everything below 91 % of the lower Nyquist frequency and
attenuates what is above it by 140 dB and more: traces of synthesis are at high
frequencies, where an alias would look like one.
"""

import numpy as np

QUALITY = "VHQ"


class Resampler:
    """Resamples consecutive blocks of a waveform; joined, they are it, resampled.

    Parameters
    ----------
    sample_rate, new_rate
        Hz.
    """

    def __init__(self, sample_rate: int, new_rate: int):
        self._stream = None
        if sample_rate != new_rate:
            import soxr

            self._stream = soxr.ResampleStream(
                sample_rate, new_rate, num_channels=1, quality=QUALITY
            )

    def __call__(self, block: np.ndarray, *, last: bool = False) -> np.ndarray:
        """The next block, (n,) float32; with ``last``, also what was held back."""
        if self._stream is None:
            return block
        return self._stream.resample_chunk(block, last=last)


def resample(waveform: np.ndarray, sample_rate: int, new_rate: int) -> np.ndarray:
    """Resample a waveform, (n,) float32, to about n * new_rate / sample_rate samples.

    If the rates (Hz) are equal, it is the waveform itself.
    """
    return Resampler(sample_rate, new_rate)(waveform, last=True)
