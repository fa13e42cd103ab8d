"""A clip of any length as windows of the one length that the model takes."""

from collections.abc import Iterable, Iterator

import numpy as np


def iter_windows(
    blocks: Iterable[np.ndarray], n_samples: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Cut a clip, given block by block, into windows that follow one another.

    The last window ends with the clip and may overlap the one before. A clip shorter
    than a window is padded with zeros on the right, as in training.

    Parameters
    ----------
    blocks : consecutive parts (n,) float32 of a clip.
    n_samples : length of a window.

    Yields
    ------
    Sample at which the window starts, and the window (n_samples,).
    """
    start, previous, rest = 0, np.empty(0, np.float32), np.empty(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= n_samples:
            previous, rest = rest[:n_samples], rest[n_samples:]
            yield start, previous
            start += n_samples
    if len(rest):
        overlap = previous[len(rest) :]
        last = np.concatenate([overlap, rest])
        yield start - len(overlap), np.pad(last, (0, n_samples - len(last)))
