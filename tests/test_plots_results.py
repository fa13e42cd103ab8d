"""Figures of results.

Contracts:
1. Every figure can be drawn and saved without a warning, is legible and not left open.
2. What is drawn is what was given: counts, means over seeds, thresholds, intervals.
"""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from antispoof import metrics
from antispoof.plots import decisions, forest, scores, style, training

RNG = np.random.default_rng(0)
LABELS = np.arange(200) % 4 == 0
HEARD = {
    name: (RNG.normal(size=200) + 2 * LABELS, LABELS.astype(int))
    for name in ("CNN", "ResNet50")
}
HISTORY = pd.DataFrame(
    {
        "epoch": [0, 1, 2],
        "loss": [0.6, 0.4, 0.2],
        "val_loss": [0.7, 0.5, 0.5],
        "val_macro_f1": [0.3, 0.6, 0.8],
    }
)
HISTORIES = [HISTORY, HISTORY.assign(loss=[0.8, 0.6, 0.4])]
EFFECTS = pd.DataFrame(
    {
        "effect": ["macro-F1, a minus b", "macro-F1, b minus c"],
        "estimate": [0.1, -0.2],
        "low": [0.05, -0.4],
        "high": [0.15, 0.0],
        "min_effect": [0.01, 0.005],
    }
)
LENGTHS = pd.DataFrame(
    {
        "title": ["CNN"] * 4,
        "epochs": [5, 5, 12, 12],
        "predicted_spoof_rate": [0.9, 0.7, 0.6, 0.4],
        "is_spoof": 0.55,
    }
)
RESULTS = pd.DataFrame(
    {
        "title": ["CNN", "CNN", "CNN", "CNN"],
        "partition": ["dev", "dev", "eval", "eval"],
        "seed": [0, 1, 0, 1],
        "macro_f1": [0.9, 0.8, 0.7, 0.5],
        "always_spoof_macro_f1": [0.45, 0.45, 0.35, 0.35],
    }
)
LEAN = pd.DataFrame(
    {
        "title": "CNN",
        "threshold": [-1.0, 0.0, 1.0],
        "predicted_spoof_rate": [0.2, 0.5, 0.9],
        "recall_spoof": [0.3, 0.6, 1.0],
        "recall_bonafide": [1.0, 0.7, 0.2],
    }
)
MATRICES = {("CNN", part): np.array([[30, 5], [2, 13]]) for part in ("dev", "eval")}
THRESHOLDS = {name: {"zero": 0.0, "dev": 0.8, "oracle": 1.1} for name in HEARD}

FIGURES = {
    "effects": lambda: forest.effects(EFFECTS),
    "histograms": lambda: scores.score_histograms(HEARD, THRESHOLDS),
    "det": lambda: scores.det_curves(
        {name: metrics.det_curve(*pair) for name, pair in HEARD.items()}
    ),
    "attacks": lambda: scores.attack_heatmap(
        pd.DataFrame({"CNN": {"A07": 0.1, "A17": np.nan}})
    ),
    "reliability": lambda: scores.reliability_plot(
        {name: metrics.reliability(*pair) for name, pair in HEARD.items()}
    ),
    "lean": lambda: scores.spoof_rate_by_threshold(LEAN),
    "loss": lambda: training.loss_curves({"CNN": HISTORIES}),
    "learning": lambda: training.learning(HISTORIES),
    "lengths": lambda: training.spoof_rate_by_epochs(LENGTHS),
    "bars": lambda: decisions.metric_bars(RESULTS, "macro_f1", label="macro-F1"),
    "confusions": lambda: decisions.confusions(MATRICES),
}


def written(figure):
    return {t.get_text() for t in figure.findobj(Text) if t.get_text()}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_returned_legible_and_not_left_open(name):  # 1
    figure = FIGURES[name]()
    assert plt.get_fignums() == []
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")
    shown = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    assert min(text.get_fontsize() for text in shown) >= 8
    assert figure.get_figwidth() == style.WIDTH


def line(figure, label, axes=0):
    (found,) = (x for x in figure.axes[axes].lines if x.get_label() == label)
    return found.get_ydata().tolist()


def test_lines_are_means_over_seeds():  # 2
    assert line(training.loss_curves({"CNN": HISTORIES}), "CNN") == pytest.approx(
        [0.7, 0.5, 0.3]
    )
    assert line(training.spoof_rate_by_epochs(LENGTHS), "CNN") == pytest.approx(
        [0.8, 0.5]
    )


def test_bars_are_means_over_seeds_in_the_models_order():  # 2
    other = RESULTS.assign(title="A net", macro_f1=RESULTS["macro_f1"] - 0.1)
    both = pd.concat([RESULTS, other])
    figure = decisions.metric_bars(both, "macro_f1", label="macro-F1")
    for axes, means in zip(figure.axes, ([0.85, 0.75], [0.6, 0.5]), strict=True):
        bars = [bar for bar in axes.patches if bar.get_width() > 0]
        assert [bar.get_height() for bar in bars] == pytest.approx(means)
        names = [text.get_text() for text in axes.get_xticklabels()]
        assert names == ["CNN", "A net"]


def test_every_effect_is_drawn_with_its_interval():  # 2
    axes = forest.effects(EFFECTS).axes[0]
    bands, points = axes.containers
    assert [bar.get_width() for bar in bands] == pytest.approx([0.02, 0.01])
    assert points.lines[0].get_xdata().tolist() == [0.1, -0.2]
    spans = [span[:, 0].tolist() for span in points.lines[2][0].get_segments()]
    assert np.allclose(spans, EFFECTS[["low", "high"]])


def test_thresholds_stand_where_they_are():  # 2
    figure = scores.score_histograms(HEARD, THRESHOLDS)
    for axes, points in zip(figure.axes, THRESHOLDS.values(), strict=True):
        drawn = {x.get_label(): x.get_xdata()[0] for x in axes.lines}
        assert drawn == points


def test_the_equal_error_rate_is_marked_on_its_curve():  # 2
    from scipy.stats import norm

    figure = scores.det_curves({"CNN": metrics.det_curve(*HEARD["CNN"])})
    (dot,) = (x for x in figure.axes[0].lines if x.get_marker() == "o")
    rate = metrics.eer(*HEARD["CNN"])
    assert norm.cdf(dot.get_xdata()[0]) == pytest.approx(rate, abs=0.02)


def test_matrices_and_rates_are_written_out():  # 2
    shown = " ".join(written(decisions.confusions(MATRICES)))
    assert "30" in shown
    assert "13" in shown
    assert {"10%", "n < 10"} <= written(FIGURES["attacks"]())
