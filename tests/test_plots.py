"""Figures.

1. Every figure can be saved without a warning, is returned and not left open, leaves
   matplotlib's settings as they were, and is as wide as a page; no text is smaller
   than 8 points.
2. A figure shows what it was given: counts, means over seeds, thresholds, intervals.
3. A rate from fewer than ten trials is not shown as a number (B12).
4. The grey band of an effect is its own smallest effect of interest (B8).
5. Any front-end can be drawn, also one whose rows have no frequency.
6. The fundamental frequency is found within 2 Hz, and none in silence or noise.
"""

import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from scipy.signal import correlate2d
from scipy.stats import norm

from antispoof import metrics
from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.frontends import LogMel
from antispoof.plots import (
    data,
    decisions,
    features,
    forest,
    scores,
    style,
    timeline,
    training,
)
from antispoof.plots import sound as clip_sound
from antispoof_report import benchmark_plots, diagrams
from antispoof_report.diagrams import networks, sound

RNG = np.random.default_rng(0)


def tone(f0=120.0, seconds=1.0):
    """Ten harmonics, falling off like those of a voice."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    parts = [np.sin(2 * np.pi * f0 * k * t) / k for k in range(1, 11)]
    return (0.3 * np.sum(parts, axis=0)).astype(np.float32)


# In each partition one trial of five is bona fide.
TRIALS = pd.DataFrame({"partition": np.repeat(PARTITIONS, (10, 10, 5))})
TRIALS["label"] = np.where(TRIALS.index % 5 == 0, "bonafide", "spoof")
TRIALS["seconds"] = 1 + TRIALS.index / 5
IMAGE = np.arange(25).reshape(5, 5)
KERNEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
OUTPUT = correlate2d(IMAGE, KERNEL, "valid")
CLIPS = {"bonafide": tone(120, 1.5), "spoof": tone(200, 5.0)}
INPUTS = {label: RNG.standard_normal((64, 401)) for label in CLIPS}
NO_FREQUENCIES = SimpleNamespace(row_frequencies=np.full(20, np.nan), hop_length=160)
SPEEDS = pd.DataFrame({"clips_per_second": [1500.0, 8.25]}, index=["store", "librosa"])
CPU_TIMES = pd.DataFrame({"name": ["cnn", "cnn", "resnet", "resnet"]}).assign(
    work=["train", "score"] * 2, cpu_ms=[20.0, 4.0, 800.0, 250.0]
)
LABELS = (np.arange(200) % 4 == 0).astype(int)
SCORED = {x: (RNG.normal(size=200) + 2 * LABELS, LABELS) for x in ("CNN", "ResNet50")}
THRESHOLDS = {name: {"zero": 0.0, "dev": 0.8, "oracle": 1.1} for name in SCORED}
HISTORY = pd.DataFrame(
    [[0, 0.6, 0.7, 0.3], [1, 0.4, 0.5, 0.6], [2, 0.2, 0.5, 0.8]],
    columns=["epoch", "loss", "val_loss", "val_macro_f1"],
)
HISTORIES = [HISTORY, HISTORY.assign(loss=[0.8, 0.6, 0.4])]
EFFECTS = pd.DataFrame(
    [["accuracy", 0.1, 0.05, 0.15, 0.005], ["macro-F1", -0.2, -0.4, 0.0, 0.01]],
    columns=["effect", "estimate", "low", "high", "min_effect"],
)
EPOCHS = pd.DataFrame({"epochs": [5, 5, 12, 12], "title": "CNN", "is_spoof": 0.55})
EPOCHS["predicted_spoof_rate"] = [0.9, 0.7, 0.6, 0.4]
RESULTS = pd.DataFrame({"partition": ["dev", "dev", "eval", "eval"], "title": "CNN"})
RESULTS["macro_f1"] = [0.9, 0.8, 0.7, 0.5]
RESULTS["always_spoof_macro_f1"] = [0.45, 0.45, 0.35, 0.35]
BIAS = pd.DataFrame(
    [[-1.0, 0.2, 0.3, 1.0], [0.0, 0.5, 0.6, 0.7], [1.0, 0.9, 1.0, 0.2]],
    columns=["threshold", "predicted_spoof_rate", "recall_spoof", "recall_bonafide"],
).assign(title="CNN")
RATES = pd.DataFrame({"CNN": {"A07": 0.1, "A13": np.nan, "A17": 0.4}})
MATRICES = {
    ("CNN", part): np.array([[63882.33, 5], [2, 13]]) for part in ("dev", "eval")
}

FIGURES = {
    "class counts": lambda: data.class_counts(TRIALS),
    "durations": lambda: data.durations(TRIALS, kept=4.0),
    "clips": lambda: data.clips(CLIPS),
    "clip picture": lambda: clip_sound.clip_picture(tone()),
    "fixed length": lambda: features.fixed_length(CLIPS, n_samples=4 * SAMPLE_RATE),
    "stages": lambda: features.stages(
        {"power": np.ones((257, 401)), "mel": np.eye(64, 401)}, LogMel()
    ),
    "inputs": lambda: features.compare_inputs(INPUTS, LogMel(), unit="deviations"),
    "any rows": lambda: features.stages({"x": np.eye(20, 401)}, NO_FREQUENCIES),
    "loss": lambda: training.loss_curves({"CNN": HISTORIES}),
    "learning": lambda: training.learning_curves(HISTORIES),
    "bias by epochs": lambda: training.spoof_rate_by_epochs(EPOCHS),
    "metric bars": lambda: decisions.metric_bars(RESULTS, "macro_f1", label="macro-F1"),
    "confusions": lambda: decisions.confusions(MATRICES),
    "det": lambda: scores.det_curves({"CNN": metrics.det_curve(*SCORED["CNN"])}),
    "histograms": lambda: scores.score_histograms(SCORED, THRESHOLDS),
    "attack rates": lambda: scores.attack_heatmap(RATES),
    "evidence": lambda: scores.evidence_plots(*SCORED["CNN"]),
    "reliability": lambda: scores.reliability_plot(
        {"CNN": metrics.reliability(*SCORED["CNN"])}
    ),
    "bias by threshold": lambda: scores.spoof_rate_by_threshold(BIAS),
    "forest": lambda: forest.forest_plot(EFFECTS),
    "timeline": lambda: timeline.score_timeline(
        np.arange(4.0), np.arange(4.0), window=4, seconds=6, thresholds=(0.5, 2.5)
    ),
    "timeline without an answer": lambda: timeline.score_timeline(
        np.arange(2.0), np.arange(2.0), window=4, seconds=6, thresholds=(0.5, np.inf)
    ),
    "throughput": lambda: benchmark_plots.throughput(
        SPEEDS, {"librosa": "a loop", "store": "the cache"}
    ),
    "rates": lambda: benchmark_plots.training_and_scoring_rates(CPU_TIMES),
    "spectrogram": lambda: sound.spectrogram_with_pitch(tone()),
    "mel scale": lambda: sound.mel_scale(LogMel().filters.numpy()),
    "perceptron": lambda: networks.perceptron(np.ones(1), np.array([-2.0]), 0.5),
    "convolution": lambda: networks.convolution(IMAGE, KERNEL, OUTPUT, stride=1),
}


def visible_texts(figure):
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]


def strings(figure):
    return {text.get_text() for text in visible_texts(figure)}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_returned_legible_and_not_left_open(name):
    before = dict(plt.rcParams)
    figure = FIGURES[name]()
    assert dict(plt.rcParams) == before
    assert plt.get_fignums() == []
    figure.savefig(io.BytesIO(), format="png", dpi=40)
    assert min(text.get_fontsize() for text in visible_texts(figure)) >= 8
    assert figure.get_figwidth() == style.WIDTH


@pytest.mark.parametrize(
    ("name", "shown"),
    {
        "class counts": {"2 (20%)", "8 (80%)", "1 (20%)", "4 (80%)"},
        "fixed length": {
            "bona fide: 1.50 s, 2.50 s of zeros added",
            "spoof: 5.00 s, last 1.00 s cut off",
        },
        "confusions": {"63882.3\n100%", "5\n0%", "2\n13%", "13\n87%"},
        "attack rates": {"10%", "40%", "n < 10"},  # B12: 0 % of one trial was shown
        "throughput": {"1500", "8.2"},
        "rates": {"50", "250", "1.2", "4.0"},
        "convolution": {"first window: −2 + 10 − 14 + 10 − 12 = −8", "−8"},
        "perceptron": {"step: 0", "sigmoid: 0.182", "ReLU: 0"},
    }.items(),
)
def test_numbers_are_written(name, shown):
    found = strings(FIGURES[name]())
    assert {text.replace("%", "\u202f%") for text in shown} <= found
    assert not any("nan" in text for text in found)


def test_an_absent_partition_is_not_drawn():
    some = TRIALS.query("partition != 'eval'")
    assert "eval" not in strings(data.class_counts(some))


def test_ticks_are_at_the_rows_of_the_front_end():
    """A front-end of linear frequencies has its 4 kHz in the middle."""
    linear = SimpleNamespace(row_frequencies=np.linspace(0, 8000, 81), hop_length=160)
    axes = features.stages({"x": np.eye(81, 401)}, linear).axes[0]
    ticks = zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
    labels = {text.get_text(): y for text, y in ticks}
    assert labels["4"] == 40
    assert FIGURES["any rows"]().axes[0].get_yticks().tolist() == []


def test_lines_are_means_over_seeds():
    for name, means in {"loss": [0.7, 0.5, 0.3], "bias by epochs": [0.8, 0.5]}.items():
        lines = FIGURES[name]().axes[0].lines
        (curve,) = (line for line in lines if line.get_label() == "CNN")
        assert curve.get_ydata() == pytest.approx(means)


def test_metric_bars_are_means_over_seeds_in_the_order_of_models():
    other = RESULTS.assign(title="A net", macro_f1=RESULTS["macro_f1"] - 0.1)
    both = pd.concat([RESULTS, other])
    figure = decisions.metric_bars(both, "macro_f1", label="macro-F1")
    for axes, means in zip(figure.axes, ([0.85, 0.75], [0.6, 0.5]), strict=True):
        assert [bar.get_height() for bar in axes.patches] == pytest.approx(means)
        assert [t.get_text() for t in axes.get_xticklabels()] == ["CNN", "A net"]


def test_thresholds_are_drawn_at_their_scores():
    panels = FIGURES["histograms"]().axes
    for axes, points in zip(panels, THRESHOLDS.values(), strict=True):
        assert {x.get_label(): x.get_xdata()[0] for x in axes.lines} == points


def test_the_equal_error_rate_is_marked_on_its_curve():
    lines = FIGURES["det"]().axes[0].lines
    (dot,) = (line for line in lines if line.get_marker() == "o")
    rate = metrics.eer(*SCORED["CNN"])
    assert norm.cdf(dot.get_xdata()[0]) == pytest.approx(rate, abs=0.02)


def test_a_window_is_a_line_that_ends_with_the_clip():
    (lines,) = FIGURES["timeline"]().axes[0].collections
    spans = [line[:, 0].tolist() for line in lines.get_segments()]
    assert spans == [[0, 4], [1, 5], [2, 6], [3, 6]]


def test_effects_have_their_intervals_and_their_own_bands():
    """B8: one grey band was drawn for all rows, whatever their smallest effect."""
    axes = FIGURES["forest"]().axes[0]
    (points,) = (x for x in axes.containers if hasattr(x, "has_xerr"))
    assert points.lines[0].get_xdata().tolist() == [0.1, -0.2]
    spans = [span[:, 0].tolist() for span in points.lines[2][0].get_segments()]
    assert np.allclose(spans, EFFECTS[["low", "high"]])
    bands = [(band.get_x(), band.get_x() + band.get_width()) for band in axes.patches]
    assert np.allclose(bands, [(-0.005, 0.005), (-0.01, 0.01)])


def test_drawings_are_svg_files_in_the_package():
    for name in ("lstm_cell", "residual_block", "rnn_unrolled"):
        assert diagrams.drawing(name).data.startswith("<svg")


def test_the_fundamental_frequency():
    """Of a tone; none in noise, nor in silence."""
    times, found = sound.fundamental_frequency(tone(120.0))
    assert len(times) == len(found)
    np.testing.assert_allclose(found[3:-3], 120, atol=2)  # windows at the ends: padded
    for other in (np.zeros(SAMPLE_RATE), RNG.standard_normal(SAMPLE_RATE)):
        assert np.isnan(sound.fundamental_frequency(other)[1]).mean() > 0.9
    assert len(sound.fundamental_frequency(tone(seconds=0.01))[1]) > 0


def test_the_mel_scale_has_its_fixed_points():
    assert sound.hertz_to_mel(np.array([0, 1000])) == pytest.approx([0, 1000], abs=0.05)
