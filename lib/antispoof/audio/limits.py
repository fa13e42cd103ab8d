"""What is accepted of a sound file, so that no header decides how much is allocated.

A few bytes of header can declare terabytes, and a megabyte of compressed silence can
hold days. Both raise before memory is taken, or as soon as decoding passes the limit.
Every function raises AudioError.
"""

import numpy as np

from antispoof.errors import AudioError

MAX_BYTES = 2**31  # of a file
MAX_VALUES = 2**27  # samples times channels in memory at once: 512 MiB of float32
MAX_SECONDS = 24 * 3_600  # of one clip
# Accepted sample rates (Hz); protects the resampler against forged headers.
MIN_RATE, MAX_RATE = 4_000, 768_000


def check_file_size(n_bytes: int) -> None:
    """Raise if a file is empty or larger than 2 GiB."""
    if not n_bytes:
        raise AudioError("the file is empty")
    if n_bytes > MAX_BYTES:
        raise AudioError(f"it has {n_bytes / 2**30:.1f} GiB; up to 2 GiB are accepted")


def check_sound(samples: np.ndarray, rate: int) -> None:
    """Raise if speech cannot have this rate (Hz), or if a sample is not finite."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(f"sampled at {rate} Hz; accepted: {MIN_RATE} to {MAX_RATE} Hz")
    # Minimum and maximum propagate NaN and infinities, and need no copy.
    if not np.isfinite([samples.min(), samples.max()]).all():
        raise AudioError("it contains samples that are not finite (NaN or infinite)")
