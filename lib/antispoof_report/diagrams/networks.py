"""What a perceptron and a convolution compute."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from antispoof.plots import style


@style.styled
def perceptron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> Figure:
    """The weighted sum of a neuron on the curves of three activation functions.

    Parameters
    ----------
    inputs, weights : (n,)
    bias : added to the weighted sum
    """
    total = float(np.dot(inputs, weights) + bias)
    functions = {
        "step": lambda z: np.where(z > 0, 1.0, 0.0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "ReLU": lambda z: np.maximum(z, 0),
    }
    figure, row = style.subplots(1, 3, height=2.3, sharey=True)
    z = np.linspace(min(-3, total - 1), max(3, total + 1), 601)
    for axes, (name, function) in zip(row, functions.items(), strict=True):
        axes.plot(z, function(z), color=style.BLUE)
        axes.plot(total, function(total), "o", color=style.VERMILION)
        axes.axvline(total, color=style.GREY, linestyle=":", linewidth=1)
        axes.set(title=f"{name}: {_number(function(total))}", xlabel="$z$")
    products = " + ".join(
        f"({_number(w)})({_number(x)})" for w, x in zip(weights, inputs, strict=True)
    )
    figure.suptitle(
        f"$z$ = {products} + ({_number(bias)}) = {_number(total)}", fontsize=10
    )
    return figure


@style.styled
def convolution(
    image: np.ndarray, kernel: np.ndarray, output: np.ndarray, *, stride: int
) -> Figure:
    """Input, kernel and output as tables; two windows and their results are outlined.

    Parameters
    ----------
    image : (height, width) numbers
    kernel : (size, size)
    output : the convolution of ``image`` with ``kernel``, without padding
    stride : step of the window
    """
    size = len(kernel)
    tables = {"input": image, "kernel": kernel, f"output, stride {stride}": output}
    widths = [max(table.shape[1], 2.6) for table in tables.values()]
    figure, row = style.subplots(1, 3, height=2.4, width_ratios=widths)
    for axes, width, title in zip(row, widths, tables, strict=True):
        table = tables[title]
        axes.set_axis_off()
        axes.set(title=title, aspect="equal", anchor="NW")
        axes.set(xlim=(-0.1, width + 0.1), ylim=(len(image) + 0.1, -0.1))
        for (y, x), value in np.ndenumerate(table):
            _outline(axes, (x, y), 1, style.GREY, linewidth=0.8)
            axes.text(x + 0.5, y + 0.5, _number(value), ha="center", va="center")
    for step, colour in enumerate((style.BLUE, style.VERMILION)):
        _outline(row[0], (step * stride, 0), size, colour, inset=0.06 + 0.06 * step)
        _outline(row[2], (step, 0), 1, colour, inset=0.06)
    terms = (image[:size, :size] * kernel).ravel()
    total = " + ".join(_number(term) for term in terms if term) or "0"
    total = total.replace("+ −", "− ")
    figure.supxlabel(f"first window: {total} = {_number(output[0, 0])}", fontsize=9)
    return figure


def _outline(
    axes: Axes, corner, size: int, colour: str, *, inset=0.0, linewidth=2.2
) -> None:
    x, y = corner
    inner = size - 2 * inset
    style_of_line = {"edgecolor": colour, "linewidth": linewidth, "fill": False}
    axes.add_patch(Rectangle((x + inset, y + inset), inner, inner, **style_of_line))


def _number(value: float) -> str:
    """Three digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")
