"""Which parts of the picture moved a score."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from antispoof.plots.style import canvas, styled

CLIPPED = 0.995  # quantile of the strengths at which the colours end


@styled
def attributions(
    picture: np.ndarray, contributed: np.ndarray, *, seconds: float
) -> Figure:
    """What the model saw, and below it what each cell added to the score.

    Parameters
    ----------
    picture, contributed : (rows, frames); above 0 a cell spoke for bona fide.
    seconds : that the picture lasts.
    """
    figure, (above, below) = canvas(2, 1, height=4.2, sharex=True)
    rows = len(picture)
    place = {"origin": "lower", "aspect": "auto", "extent": (0, seconds, 0, rows)}
    above.imshow(picture, **place)
    above.set(title="what the model saw", ylabel="mel band")
    reach = max(float(np.quantile(np.abs(contributed), CLIPPED)), 1e-12)
    # Blue is bona fide and red is spoof in every figure of the book.
    image = below.imshow(contributed, **place, cmap="RdBu", vmin=-reach, vmax=reach)
    below.set(title="what moved the score", ylabel="mel band", xlabel="time (s)")
    bar = figure.colorbar(image, ax=[above, below], location="bottom", aspect=40)
    bar.set_ticks([-reach, 0, reach], labels=["fake", "0", "real"])
    return figure
