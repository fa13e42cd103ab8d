"""Which parts of the input moved a score."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from antispoof.plots import style

CLIPPED = 0.995  # quantile of the strengths at which the colours end


@style.styled
def attribution_map(
    features: np.ndarray, attributions: np.ndarray, *, seconds: float
) -> Figure:
    """The input of the model, and below it what each cell added to the score.

    Parameters
    ----------
    features, attributions : (n_rows, n_frames); positive values are evidence for bona
        fide.
    seconds : length of the input.
    """
    figure, (above, below) = style.subplots(2, height=4.2, sharex=True)
    extent = (0, seconds, 0, len(features))
    style.image(above, features, extent=extent)
    above.set(title="input of the model", ylabel="row")
    limit = max(float(np.quantile(np.abs(attributions), CLIPPED)), 1e-12)
    # Blue is bona fide and red is spoof in every figure of the book.
    look = {"extent": extent, "cmap": "RdBu", "vmin": -limit, "vmax": limit}
    image = style.image(below, attributions, **look)
    below.set(title="what moved the score", ylabel="row", xlabel="time (s)")
    bar = figure.colorbar(image, ax=[above, below], location="bottom", aspect=40)
    bar.set_ticks([-limit, 0, limit], labels=["fake", "0", "real"])
    return figure
