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
        raise AudioError(
            f"the file has {n_bytes / 2**30:.1f} GiB; up to 2 GiB are accepted"
        )


def check_decoded_size(n_samples: int, channels: int) -> None:
    """Raise if this many samples per channel would take more than 512 MiB."""
    if n_samples * channels > MAX_VALUES:
        raise AudioError(
            f"{n_samples} samples in {channels} channel(s) would take more than the"
            f" {MAX_VALUES * 4 // 2**20} MiB that are accepted"
        )


def check_duration(n_samples: int, sample_rate: int) -> None:
    """Raise if a clip is longer than a day."""
    if n_samples > MAX_SECONDS * sample_rate:
        raise AudioError(
            f"it lasts longer than the {MAX_SECONDS // 3_600} hours that are accepted"
        )


def check_sound(samples: np.ndarray, sample_rate: int) -> None:
    """Raise if speech cannot have this rate (Hz), or if there is no finite sound."""
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise AudioError(
            f"sample rate {sample_rate} Hz; accepted: {MIN_RATE} to {MAX_RATE} Hz"
        )
    if not samples.size:
        raise AudioError("it contains no samples")
    # Minimum and maximum propagate NaN and infinities, and need no copy.
    if not np.isfinite([samples.min(), samples.max()]).all():
        raise AudioError("it contains samples that are not finite (NaN or infinite)")


def check_one_file(n_files: int) -> None:
    """Raise if several sound files are joined into one."""
    if n_files > 1:
        raise AudioError(
            f"{n_files} files joined into one; one sound in a file is accepted"
        )


def check_complete(n_samples: int, declared: int) -> None:
    """Raise if a FLAC has fewer or more samples than its header declares.

    Decoders silently skip a missing end and frames that fail their checksum.
    """
    if n_samples != declared:
        raise AudioError(
            f"damaged or truncated, {n_samples} of the {declared} samples declared in"
            " its header can be decoded"
        )
