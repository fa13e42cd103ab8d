"""Figures.

1. Every figure can be saved without a warning, is returned and not left open, and is as
   wide as a page; no text is smaller than 8 points.
2. Drawing leaves matplotlib's settings as they were.
3. A figure shows what it was given: counts, means over seeds, thresholds, intervals.
4. The colours of the two classes contrast with white, 3:1 or more (WCAG 1.4.11).
5. A rate from fewer than ten trials is not shown as a number (B12).
6. The grey band of an effect is its own smallest effect of interest (B8).
7. Any front-end can be drawn, also one whose rows have no frequency.
8. The fundamental frequency is found within 2 Hz, and none in silence or noise.
"""

from __future__ import annotations

import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from scipy.stats import norm

from antispoof import metrics
from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.frontends import LogMel
from antispoof.plots import (
    attributions,
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


def make_trials():
    """Two speakers and attacks per partition; 10, 10 and 5 trials."""
    rows = []
    for number, partition in enumerate(PARTITIONS):
        for k in range(10 if partition != "eval" else 5):
            attack = f"A0{k % 2 + 1 + 2 * (partition == 'eval')}" if k % 5 else "-"
            rows.append(
                {
                    "partition": partition,
                    "speaker": f"S{number}{k % 2}",
                    "attack": attack,
                    "label": "bonafide" if attack == "-" else "spoof",
                    "seconds": 1.0 + k / 2,
                }
            )
    return pd.DataFrame(rows)


TRIALS = make_trials()
IMAGE = np.arange(25).reshape(5, 5)
KERNEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
WINDOWS = np.lib.stride_tricks.sliding_window_view(IMAGE, (3, 3))
OUTPUT = (WINDOWS * KERNEL).sum(axis=(-2, -1))
CLIPS = {"bonafide": tone(120, 1.5), "spoof": tone(200, 5.0)}
INPUTS = {label: RNG.standard_normal((64, 401)) for label in CLIPS}
NO_FREQUENCIES = SimpleNamespace(row_frequencies=np.full(20, np.nan), hop_length=160)
SPEEDS = pd.DataFrame({"clips_per_second": [1500.0, 8.25]}, index=["store", "librosa"])
CPU_TIMES = pd.DataFrame(
    {
        "name": ["cnn", "cnn", "resnet", "resnet"],
        "work": ["train", "score"] * 2,
        "cpu_ms": [20.0, 4.0, 800.0, 250.0],
    }
)
LABELS = (np.arange(200) % 4 == 0).astype(int)
SCORED = {
    name: (RNG.normal(size=200) + 2 * LABELS, LABELS) for name in ("CNN", "ResNet50")
}
THRESHOLDS = {name: {"zero": 0.0, "dev": 0.8, "oracle": 1.1} for name in SCORED}
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
        "effect": ["accuracy, a minus b", "macro-F1, a minus b"],
        "estimate": [0.1, -0.2],
        "low": [0.05, -0.4],
        "high": [0.15, 0.0],
        "min_effect": [0.005, 0.01],
    }
)
EPOCHS = pd.DataFrame(
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
BIAS = pd.DataFrame(
    {
        "title": "CNN",
        "threshold": [-1.0, 0.0, 1.0],
        "predicted_spoof_rate": [0.2, 0.5, 0.9],
        "recall_spoof": [0.3, 0.6, 1.0],
        "recall_bonafide": [1.0, 0.7, 0.2],
    }
)
RATES = pd.DataFrame({"CNN": {"A07": 0.1, "A13": np.nan, "A17": 0.4}})
MATRICES = {("CNN", part): np.array([[30, 5], [2, 13]]) for part in ("dev", "eval")}

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
    "no frequencies": lambda: features.stages(
        {"lfcc": np.eye(20, 401)}, NO_FREQUENCIES
    ),
    "loss": lambda: training.loss_curves({"CNN": HISTORIES}),
    "learning": lambda: training.learning_curves(HISTORIES),
    "bias by epochs": lambda: training.spoof_rate_by_epochs(EPOCHS),
    "metric bars": lambda: decisions.metric_bars(RESULTS, "macro_f1", label="macro-F1"),
    "confusions": lambda: decisions.confusions(MATRICES),
    "det": lambda: scores.det_curves(
        {name: metrics.det_curve(*pair) for name, pair in SCORED.items()}
    ),
    "histograms": lambda: scores.score_histograms(SCORED, THRESHOLDS),
    "attack rates": lambda: scores.attack_heatmap(RATES),
    "reliability": lambda: scores.reliability_plot(
        {name: metrics.reliability(*pair) for name, pair in SCORED.items()}
    ),
    "bias by threshold": lambda: scores.spoof_rate_by_threshold(BIAS),
    "forest": lambda: forest.forest_plot(EFFECTS),
    "timeline": lambda: timeline.score_timeline(
        np.arange(4.0), np.arange(4.0), window=4, seconds=6, thresholds=(0.5, 2.5)
    ),
    "attributions": lambda: attributions.attribution_map(
        INPUTS["spoof"], INPUTS["bonafide"], seconds=4
    ),
    "throughput": lambda: benchmark_plots.throughput(
        SPEEDS, {"librosa": "a loop", "store": "the cache"}
    ),
    "rates": lambda: benchmark_plots.training_and_scoring_rates(CPU_TIMES),
    "spectrogram": lambda: sound.spectrogram_with_pitch(tone()),
    "mel scale": lambda: sound.mel_scale(LogMel().mel_fb.numpy()),
    "perceptron": lambda: networks.perceptron(
        np.array([1.0, 0.5, -1.0]), np.array([0.6, -0.4, 0.2]), 0.1
    ),
    "convolution 1": lambda: networks.convolution(IMAGE, KERNEL, OUTPUT, stride=1),
    "convolution 2": lambda: networks.convolution(
        IMAGE, KERNEL, OUTPUT[::2, ::2], stride=2
    ),
}


def visible_texts(figure):
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]


def strings(figure):
    return {text.get_text() for text in visible_texts(figure)}


def line(figure, label):
    (found,) = (x for x in figure.axes[0].lines if x.get_label() == label)
    return found.get_ydata().tolist()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_returned_legible_and_not_left_open(name):
    figure = FIGURES[name]()
    assert plt.get_fignums() == []
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")
    assert min(text.get_fontsize() for text in visible_texts(figure)) >= 8
    assert figure.get_figwidth() == style.WIDTH


def test_drawing_leaves_settings_alone():
    before = dict(plt.rcParams)
    FIGURES["class counts"]()
    assert dict(plt.rcParams) == before


def test_classes_contrast_with_white():
    for colour in style.LABEL_COLOURS.values():
        channels = np.array(to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        luminance = linear @ [0.2126, 0.7152, 0.0722]
        assert 1.05 / (luminance + 0.05) >= 3


def test_class_counts_are_those_of_the_trials():
    assert {"2 (20%)", "8 (80%)", "1 (20%)", "4 (80%)"} <= strings(
        FIGURES["class counts"]()
    )


def test_an_absent_partition_is_not_drawn():
    some = TRIALS.query("partition != 'eval'")
    assert "eval" not in strings(data.class_counts(some))


def test_the_change_of_length_is_written():
    assert {
        "bona fide: 1.50 s, 2.50 s of zeros added",
        "spoof: 5.00 s, last 1.00 s cut off",
    } <= strings(FIGURES["fixed length"]())


def test_ticks_are_at_the_rows_of_the_front_end():
    """A front-end of linear frequencies has its 4 kHz in the middle."""
    linear = SimpleNamespace(row_frequencies=np.linspace(0, 8000, 81), hop_length=160)
    axes = features.stages({"x": np.eye(81, 401)}, linear).axes[0]
    ticks = zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
    labels = {text.get_text(): y for text, y in ticks}
    assert labels["4"] == 40
    assert FIGURES["no frequencies"]().axes[0].get_yticks().tolist() == []


def test_lines_are_means_over_seeds():
    assert line(FIGURES["loss"](), "CNN") == pytest.approx([0.7, 0.5, 0.3])
    assert line(FIGURES["bias by epochs"](), "CNN") == pytest.approx([0.8, 0.5])


def test_metric_bars_are_means_over_seeds_in_the_order_of_models():
    other = RESULTS.assign(title="A net", macro_f1=RESULTS["macro_f1"] - 0.1)
    both = pd.concat([RESULTS, other])
    figure = decisions.metric_bars(both, "macro_f1", label="macro-F1")
    for axes, means in zip(figure.axes, ([0.85, 0.75], [0.6, 0.5]), strict=True):
        bars = [bar for bar in axes.patches if bar.get_width() > 0]
        assert [bar.get_height() for bar in bars] == pytest.approx(means)
        assert [t.get_text() for t in axes.get_xticklabels()] == ["CNN", "A net"]


def test_thresholds_are_drawn_at_their_scores():
    for axes, points in zip(
        FIGURES["histograms"]().axes, THRESHOLDS.values(), strict=True
    ):
        assert {x.get_label(): x.get_xdata()[0] for x in axes.lines} == points


def test_the_equal_error_rate_is_marked_on_its_curve():
    figure = scores.det_curves({"CNN": metrics.det_curve(*SCORED["CNN"])})
    (dot,) = (x for x in figure.axes[0].lines if x.get_marker() == "o")
    rate = metrics.eer(*SCORED["CNN"])
    assert norm.cdf(dot.get_xdata()[0]) == pytest.approx(rate, abs=0.02)


def test_matrices_are_written_out():
    assert {"30\n86%", "5\n14%", "2\n13%", "13\n87%"} <= strings(
        FIGURES["confusions"]()
    )


def test_attack_rates_of_few_trials_are_not_numbers():
    """B12: the EER of an attack with one trial was drawn like a measurement."""
    figure = FIGURES["attack rates"]()
    assert {"10%", "40%", "n < 10"} <= strings(figure)
    assert not any("nan" in text for text in strings(figure))


def test_every_effect_is_drawn_with_its_interval():
    (points,) = (
        x for x in FIGURES["forest"]().axes[0].containers if hasattr(x, "has_xerr")
    )
    assert points.lines[0].get_xdata().tolist() == [0.1, -0.2]
    spans = [span[:, 0].tolist() for span in points.lines[2][0].get_segments()]
    assert np.allclose(spans, EFFECTS[["low", "high"]])


def test_the_grey_band_is_that_of_each_effect():
    """B8: one band for all rows, although macro-F1 and accuracy have different ones."""
    bands = FIGURES["forest"]().axes[0].patches
    assert [(band.get_x(), band.get_x() + band.get_width()) for band in bands] == [
        pytest.approx((-0.005, 0.005)),
        pytest.approx((-0.01, 0.01)),
    ]


def test_benchmark_bars_are_the_measured_rates():
    assert {"1500", "8.2"} <= strings(FIGURES["throughput"]())
    assert {"50", "250", "1.2", "4.0"} <= strings(FIGURES["rates"]())


def test_the_convolution_shows_its_numbers():
    shown = strings(FIGURES["convolution 1"]())
    assert "−8" in shown  # each value of the output
    assert "first window: −2 + 5 − 14 + 10 − 12 = −8" in shown or any(
        t.startswith("first window:") and t.endswith("= −8") for t in shown
    )


def test_the_perceptron_shows_its_activations():
    shown = strings(networks.perceptron(np.array([1.0]), np.array([-2.0]), 0.5))
    assert {"step: 0", "sigmoid: 0.182", "ReLU: 0", "$z$ = (−2)(1) + (0.5) = −1.5"} <= (
        shown
    )


@pytest.mark.parametrize("name", diagrams.DRAWINGS)
def test_drawings_are_svg_files_in_the_package(name):
    assert diagrams.drawing(name).data.startswith("<svg")


def test_an_unknown_drawing_is_an_error():
    with pytest.raises(ParameterError, match="lstm_cell"):
        diagrams.drawing("gru_cell")


@pytest.mark.parametrize("f0", [90.0, 120.0, 220.0, 350.0])
def test_the_fundamental_frequency_of_a_tone(f0):
    times, found = sound.fundamental_frequency(tone(f0))
    assert len(times) == len(found)
    inner = found[3:-3]  # windows at the ends are padded
    assert np.isfinite(inner).all()
    assert np.abs(inner - f0).max() <= 2


def test_no_fundamental_frequency_in_silence_or_noise():
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE)
    assert np.isnan(sound.fundamental_frequency(np.zeros(SAMPLE_RATE))[1]).all()
    assert np.isnan(sound.fundamental_frequency(noise)[1]).mean() > 0.9


def test_a_clip_shorter_than_a_window_has_a_fundamental_frequency():
    times, found = sound.fundamental_frequency(tone(seconds=0.01))
    assert len(times) == len(found) > 0


def test_the_mel_scale_has_its_fixed_points():
    assert sound.hertz_to_mel(0) == 0
    assert sound.hertz_to_mel(1000) == pytest.approx(1000, abs=0.05)
