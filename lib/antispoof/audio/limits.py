"""What a stranger's file may make the decoder allocate.

A few bytes of header can announce terabytes, and a megabyte of compressed silence can
hold days. Both are refused before memory is taken, or as soon as decoding runs past
what is accepted.
"""

from __future__ import annotations

from antispoof.errors import AudioError

MAX_BYTES = 2**31  # of a file that is read
MAX_VALUES = 2**27  # samples times channels in memory at once: 512 MiB of float32
MAX_SECONDS = 24 * 3_600  # of sound in one clip
_HOUR = 3_600


def require_file_fits(n_bytes: int) -> None:
    """Raise unless a file of this size may be read.

    Raises
    ------
    AudioError
        If it is larger than 2 GiB.
    """
    if n_bytes > MAX_BYTES:
        raise AudioError(
            f"the file has {n_bytes / 2**30:.1f} GiB; up to {MAX_BYTES / 2**30:.0f} GiB"
            " are accepted"
        )


def require_values_fit(n_samples: int, channels: int) -> None:
    """Raise unless so much sound may be held in memory.

    Parameters
    ----------
    n_samples
        Per channel; announced by a header, or decoded so far.

    Raises
    ------
    AudioError
        If it would take more than 512 MiB.
    """
    if n_samples * channels > MAX_VALUES:
        raise AudioError(
            f"{n_samples} samples in {channels} channel(s) would take"
            f" {n_samples * channels * 4 / 2**20:.0f} MiB;"
            f" up to {MAX_VALUES * 4 // 2**20} MiB are accepted"
        )


def require_duration_fits(n_samples: int, sample_rate: int) -> None:
    """Raise unless a clip of this length may be worked through.

    Raises
    ------
    AudioError
        If it is longer than a day.
    """
    if n_samples > MAX_SECONDS * sample_rate:
        raise AudioError(
            f"it lasts {n_samples / sample_rate / _HOUR:.1f} hours;"
            f" up to {MAX_SECONDS // _HOUR} hours are accepted"
        )
