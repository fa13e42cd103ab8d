"""A clip of any length as windows of the one length that the model knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from antispoof.frontends import fix_length


def windows(
    blocks: Iterable[np.ndarray], n_samples: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Cut a clip, given piece by piece, into windows that follow one another.

    The last window ends with the clip and may overlap the one before. A clip shorter
    than a window is padded with zeros on the right, as in training.

    Parameters
    ----------
    blocks : pieces (n,) float32 of a clip, in order.
    n_samples : length of a window.

    Yields
    ------
    Sample at which the window starts, and the window (n_samples,).
    """
    start = 0  # of `rest` within the clip
    rest = before = np.empty(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= n_samples:
            before = rest[:n_samples]
            yield start, before
            rest, start = rest[n_samples:], start + n_samples
    if not len(rest):
        return
    if not len(before):
        yield 0, fix_length(rest, n_samples)
        return
    yield start + len(rest) - n_samples, np.concatenate([before[len(rest) :], rest])


def sounding(
    cut: Iterable[tuple[int, np.ndarray]],
) -> Iterator[tuple[int, np.ndarray]]:
    """The windows that hold more than digital silence, of which nothing can be said."""
    return ((start, window) for start, window in cut if np.ptp(window) > 0)
