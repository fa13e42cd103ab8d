"""Figures of the background chapter: sound, mel scale, and the parts of networks."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from antispoof.constants import SAMPLE_RATE
from antispoof.plots import sound, style
from antispoof_report.diagrams import shapes
from antispoof_report.diagrams.pitch import fundamental


@style.styled
def spectrogram_with_pitch(
    waveform: np.ndarray, *, highest: float = 4000.0, range_db: float = 60.0
) -> Figure:
    """A clip's waveform above its spectrogram, the fundamental drawn into it.

    Parameters
    ----------
    waveform : (n,) float, 16 kHz
    highest : upper end of the frequency axis, in Hz
    range_db : what lies further below the loudest point is black
    """
    figure, (above, below) = style.canvas(
        2, height=4.3, sharex=True, height_ratios=(1, 3)
    )
    sound.waveform(above, waveform)
    image = sound.spectrogram(below, waveform, highest=highest, range_db=range_db)
    times, f0 = fundamental(waveform)
    below.plot(
        times, f0 / 1000, color=style.SKY, linewidth=2.2, label="fundamental, F0"
    )
    below.legend(
        loc="upper right",
        labelcolor="white",
        frameon=True,
        facecolor="black",
        edgecolor="none",
        framealpha=0.7,
    )
    figure.colorbar(image, ax=below, label="level (dB)", location="bottom", aspect=40)
    return figure


def hertz_to_mel(frequency: np.ndarray) -> np.ndarray:
    """The mel scale as HTK has it (O'Shaughnessy 1987): Hz to mel."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


@style.styled
def mel_scale(filter_bank: np.ndarray) -> Figure:
    """Hertz against mel, above the triangles of a filter bank.

    Parameters
    ----------
    filter_bank : (n_freqs, n_mels) weights, from 0 Hz to half of 16 kHz
    """
    figure, (above, below) = style.canvas(2, height=4.6, sharex=True)
    frequencies = np.linspace(0, SAMPLE_RATE / 2, len(filter_bank))
    mels = hertz_to_mel(frequencies)
    above.plot(frequencies, mels, linewidth=2)
    steps = np.linspace(0, mels[-1], 9)[1:-1]
    at = np.interp(steps, mels, frequencies)
    above.vlines(at, 0, steps, color=style.GREY, linewidth=0.8)
    above.hlines(steps, 0, at, color=style.GREY, linewidth=0.8)
    above.set(
        ylabel="mel", title="Equal steps in mel grow wider in hertz", ylim=(0, None)
    )
    n_mels = filter_bank.shape[1]
    shown = range(0, n_mels, 4)
    for position, band in enumerate(shown):
        below.plot(
            frequencies,
            filter_bank[:, band],
            color=style.PALETTE[position % 4],
            linewidth=1.2,
        )
    below.set(
        xlabel="frequency (Hz)",
        ylabel="weight",
        title=f"Every fourth of the {n_mels} filters",
        xlim=(0, SAMPLE_RATE / 2),
        ylim=(0, None),
    )
    return figure


@style.styled
def perceptron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> Figure:
    """One neuron at work: inputs, weights, sum, and what three activations make of it.

    Parameters
    ----------
    inputs, weights : (n,), n from 1 to 5
    bias : added to the weighted sum
    """
    figure, axes = style.canvas(height=3.4)
    board = shapes.board(axes, width=10, height=6.5)
    total = float(np.dot(inputs, weights) + bias)
    heights = np.linspace(5.6, 2.0, len(inputs)) if len(inputs) > 1 else [3.8]
    middle = (4.3, 3.8)
    for number, (y, x, w) in enumerate(zip(heights, inputs, weights, strict=True), 1):
        shapes.node(board, (1.0, y), _number(x), radius=0.5, colour=style.PALE, size=10)
        shapes.label(board, (0.35, y), f"$x_{number}$", ha="right", size=10)
        _towards(board, (1.0, y), middle, radius=0.5, far=0.75)
        along = np.array((1.0, y)) + 0.42 * (np.array(middle) - (1.0, y))
        shapes.label(
            board,
            tuple(along),
            f"$w_{number}$ = {_number(w)}",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    shapes.node(
        board, middle, f"$z$ = {_number(total)}", radius=0.75, colour=style.PALE
    )
    shapes.label(board, (4.3, 1.6), f"bias $b$ = {_number(bias)}")
    shapes.arrow(board, (4.3, 1.9), (4.3, 3.05))
    answers = {
        "step": float(total > 0),
        "sigmoid": 1 / (1 + np.exp(-total)),
        "ReLU": max(total, 0.0),
    }
    for y, (name, value) in zip((5.4, 3.8, 2.2), answers.items(), strict=True):
        shapes.box(board, (8.4, y), f"{name}\n{_number(value)}", width=2.2, height=1.15)
        shapes.arrow(board, (5.05, 3.8 + 0.12 * (y - 3.8)), (7.3, y))
    products = " + ".join(
        f"({_number(w)})({_number(x)})" for w, x in zip(weights, inputs, strict=True)
    )
    written = f"$z$ = {products} + ({_number(bias)}) = {_number(total)}"
    shapes.label(board, (5, 0.6), written, size=10)
    return figure


def _towards(board: Axes, start, end, *, radius: float, far: float) -> None:
    """An arrow between the rims of two circles."""
    start, end = np.array(start), np.array(end)
    unit = (end - start) / np.linalg.norm(end - start)
    shapes.arrow(board, tuple(start + radius * unit), tuple(end - far * unit))


@style.styled
def convolution(
    image: np.ndarray, kernel: np.ndarray, output: np.ndarray, *, stride: int
) -> Figure:
    """A convolution written out: input, kernel, output; two windows and their results.

    Parameters
    ----------
    image : (height, width) numbers
    kernel : (size, size)
    output : what the convolution of ``image`` with ``kernel`` gives, without padding
    stride : step of the window
    """
    figure, axes = style.canvas(height=2.9)
    rows, columns = image.shape
    size = len(kernel)
    gap = 1.0
    kernel_x = columns + gap
    output_x = kernel_x + size + gap
    wide = max(output.shape[1], 2.6)  # room for the heading
    board = shapes.board(axes, width=output_x + wide, height=rows + 1.9)
    top = rows + 0.8
    _grid(board, image, (0, top), "input")
    _grid(board, kernel, (kernel_x, top), "kernel", shade=style.PALE)
    _grid(board, output, (output_x, top), f"output, stride {stride}")
    shapes.label(board, (kernel_x - gap / 2, top - size / 2), "∗", size=14)
    shapes.label(board, (output_x - gap / 2, top - size / 2), "=", size=14)
    for step, colour in ((0, style.BLUE), (1, style.VERMILION)):
        _outline(board, (step * stride, top), size, colour, inset=0.06 + 0.06 * step)
        _outline(board, (output_x + step, top), 1, colour, inset=0.06)
    first = image[:size, :size] * kernel
    shapes.label(
        board,
        (0, 0.25),
        f"first window: {_sum([v for v in first.ravel() if v])} = "
        f"{_number(output[0, 0])}",
        ha="left",
        color=style.BLUE,
    )
    return figure


def _number(value: float) -> str:
    """Three digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


def _sum(terms: list[float]) -> str:
    """Terms written as a sum: ``2 − 1 + 3``."""
    if not terms:
        return "0"
    rest = (f" {'−' if term < 0 else '+'} {abs(term):.3g}" for term in terms[1:])
    return _number(terms[0]) + "".join(rest)


def _grid(board: Axes, values: np.ndarray, corner, title: str, *, shade="white"):
    left, top = corner
    for (row, column), value in np.ndenumerate(values):
        board.add_patch(
            Rectangle(
                (left + column, top - row - 1),
                1,
                1,
                facecolor=shade,
                edgecolor=style.GREY,
                linewidth=0.8,
            )
        )
        shapes.label(board, (left + column + 0.5, top - row - 0.5), _number(value))
    shapes.label(board, (left + values.shape[1] / 2, top + 0.55), title, size=9.5)


def _outline(board: Axes, corner, size: int, colour: str, *, inset: float) -> None:
    left, top = corner
    board.add_patch(
        Rectangle(
            (left + inset, top - size + inset),
            size - 2 * inset,
            size - 2 * inset,
            fill=False,
            edgecolor=colour,
            linewidth=2.2,
            zorder=4,
        )
    )


@style.styled
def rnn_unrolled(*, steps: int = 4) -> Figure:
    """A recurrent layer, as a loop and unrolled over ``steps`` steps of time."""
    figure, axes = style.canvas(height=2.5)
    width = 3.3 + 2.0 * steps
    board = shapes.board(axes, width=width, height=4.9)
    cell = {"width": 1.2, "height": 0.9, "size": 10}
    shapes.box(board, (1.0, 2.4), "RNN", **cell)
    _through(board, 1.0, "$x_t$", "$h_t$")
    shapes.path(board, [(1.6, 2.4), (2.0, 2.4), (2.0, 1.6), (1.3, 1.6), (1.3, 1.95)])
    shapes.label(board, (2.75, 2.4), "=", size=14)
    for step in range(steps):
        x = 4.0 + 2.0 * step
        shapes.box(board, (x, 2.4), "RNN", **cell)
        _through(board, x, f"$x_{step + 1}$", f"$h_{step + 1}$")
        if step:
            shapes.arrow(board, (x - 1.4, 2.4), (x - 0.6, 2.4), colour=style.BLUE)
            shapes.label(board, (x - 1.0, 2.72), f"$h_{step}$", color=style.BLUE)
    shapes.label(
        board,
        (4.0 + (steps - 1), 0.15),
        "the same weights at every step",
        color=style.GREY,
    )
    return figure


def _through(board: Axes, x: float, below: str, above: str) -> None:
    shapes.arrow(board, (x, 1.2), (x, 1.95))
    shapes.label(board, (x, 0.9), below, size=11)
    shapes.arrow(board, (x, 2.85), (x, 3.6))
    shapes.label(board, (x, 3.9), above, size=11)


@style.styled
def lstm_cell() -> Figure:
    """The LSTM cell: what is forgotten, what is written, what is shown."""
    figure, axes = style.canvas(height=3.9)
    board = shapes.board(axes, width=11.4, height=8.4)
    board.add_patch(
        Rectangle(
            (1.4, 1.5), 8.4, 5.6, facecolor="#F7F7F7", edgecolor=style.GREY, zorder=0
        )
    )
    memory, state = 6.4, 2.1  # heights of the two lines through the cell
    gates = {"forget": 2.6, "input": 4.2, "candidate": 5.8, "output": 7.4}
    for name, x in gates.items():
        sign = "tanh" if name == "candidate" else "σ"
        colour = style.YELLOW if name == "candidate" else style.SKY
        shapes.box(board, (x, 3.3), sign, width=1.1, height=0.7, colour=colour)
        shapes.path(board, [(x, state), (x, 2.95)])
    board.plot([0.9, 7.4], [state, state], color=style.BLACK, linewidth=1.2, zorder=1)
    times, plus, shown = (2.6, memory), (5.0, memory), (8.6, 4.3)
    written = (5.0, 4.9)
    for at, sign in ((times, "×"), (plus, "+"), (written, "×"), (shown, "×")):
        shapes.node(board, at, sign, radius=0.3, size=11)
    shapes.path(board, [(0.9, memory), (2.3, memory)])
    shapes.path(board, [(2.9, memory), (4.7, memory)])
    shapes.path(board, [(5.3, memory), (10.3, memory)])
    shapes.path(board, [(2.6, 3.65), (2.6, 6.1)])
    shapes.path(board, [(4.2, 3.65), (4.2, 4.9), (4.7, 4.9)])
    shapes.path(board, [(5.8, 3.65), (5.8, 4.9), (5.3, 4.9)])
    shapes.path(board, [(5.0, 5.2), (5.0, 6.1)])
    shapes.path(board, [(7.4, 3.65), (7.4, 4.3), (8.3, 4.3)])
    shapes.box(
        board, (8.6, 5.4), "tanh", width=1.1, height=0.6, colour=style.YELLOW, size=9
    )
    shapes.path(board, [(8.6, memory), (8.6, 5.7)])
    shapes.path(board, [(8.6, 5.1), (8.6, 4.6)])
    shapes.path(board, [(8.6, 4.0), (8.6, state), (10.3, state)])
    board.plot([1.9, 1.9], [0.9, state], color=style.BLACK, linewidth=1.2, zorder=1)
    shapes.label(board, (1.9, 0.55), "$x_t$", size=11)
    shapes.label(board, (0.45, memory), "$c_{t-1}$", size=11)
    shapes.label(board, (0.45, state), "$h_{t-1}$", size=11)
    shapes.label(board, (10.75, memory), "$c_t$", size=11)
    shapes.label(board, (10.75, state), "$h_t$", size=11)
    for name, at in {
        "forget gate\n$f_t$": (2.3, 7.75),
        "input gate $i_t$ and\ncandidate $g_t$": (5.2, 7.75),
        "output gate\n$o_t$": (8.6, 7.75),
    }.items():
        shapes.label(board, at, name)
    return figure


@style.styled
def residual_block() -> Figure:
    """ResNet's basic block, and the bottleneck block of which ResNet50 is made."""
    figure, axes = style.canvas(height=5.4)
    board = shapes.board(axes, width=10, height=10.6)
    _block(
        board,
        2.2,
        "basic block",
        ["conv 3×3, 64", "conv 3×3, 64"],
        entering="64 channels",
    )
    _block(
        board,
        7.0,
        "bottleneck block",
        ["conv 1×1, 64", "conv 3×3, 64", "conv 1×1, 256"],
        entering="256 channels",
    )
    return figure


def _block(board: Axes, x: float, title: str, layers: list[str], *, entering: str):
    top = 9.3
    shapes.label(board, (x, 10.3), title, size=10.5)
    shapes.label(board, (x, top + 0.35), f"$x$: {entering}")
    heights = np.linspace(7.7, 3.9, len(layers))
    above = top
    for number, (y, layer) in enumerate(zip(heights, layers, strict=True), 1):
        last = number == len(layers)
        words = f"{layer}\nbatch norm" + ("" if last else ", ReLU")
        shapes.box(board, (x, y), words, width=2.7, height=1.05)
        shapes.arrow(board, (x, above), (x, y + 0.525))
        above = y - 0.525
    shapes.node(board, (x, 2.3), "+", radius=0.3, colour=style.YELLOW, size=12)
    shapes.arrow(board, (x, above), (x, 2.6))
    shapes.label(board, (x - 0.15, (above + 2.6) / 2), "$F(x)$", ha="right")
    shapes.path(
        board,
        [(x, 8.75), (x + 1.85, 8.75), (x + 1.85, 2.3), (x + 0.3, 2.3)],
        colour=style.BLUE,
    )
    shapes.label(board, (x + 2.1, 5.6), "shortcut: $x$", rotation=90, color=style.BLUE)
    shapes.box(board, (x, 1.15), "ReLU", width=1.3, height=0.6)
    shapes.arrow(board, (x, 2.0), (x, 1.45))
    shapes.arrow(board, (x, 0.85), (x, 0.3))
    shapes.label(board, (x + 0.2, 0.4), "$F(x) + x$", ha="left")
