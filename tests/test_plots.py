"""Figures.

Contracts:
1. Every figure can be drawn and saved without a warning, and is returned, not shown.
2. No text in it is smaller than 8 points.
3. Drawing leaves matplotlib's settings as they were.
4. What is drawn is what was given: counts, results of a convolution, stages.
5. The colours of the two classes stand out from the paper, 3:1 or more (WCAG 1.4.11).
6. F0 is found to within 2 Hz, and none in silence or noise.
7. The mel scale has its fixed points: 0 Hz is 0 mel, 1000 Hz is 1000 mel.
"""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.frontends import LogMel
from antispoof.plots import data, features, style
from antispoof_report import benchmark_plots
from antispoof_report.diagrams import background, pitch


def tone(f0=120.0, seconds=1.0):
    """Ten harmonics, falling off like a voice's."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    parts = [np.sin(2 * np.pi * f0 * k * t) / k for k in range(1, 11)]
    return (0.3 * np.sum(parts, axis=0)).astype(np.float32)


def trials():
    """Two speakers and attacks a partition; eval has five trials, train and dev ten."""
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


IMAGE = np.arange(25).reshape(5, 5)
KERNEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
WINDOWS = np.lib.stride_tricks.sliding_window_view(IMAGE, (3, 3))
OUTPUT = (WINDOWS * KERNEL).sum(axis=(-2, -1))
PAIR = {"bonafide": tone(120, 1.5), "spoof": tone(200, 5.0)}


WAYS = pd.DataFrame({"clips_per_second": [1500.0, 8.25]}, index=["store", "librosa"])
WORKS = pd.DataFrame(
    {
        "name": ["cnn", "cnn", "resnet", "resnet"],
        "work": ["train", "score"] * 2,
        "cpu_ms": [20.0, 4.0, 800.0, 250.0],
    }
)


def inputs():
    rng = np.random.default_rng(0)
    return {label: rng.standard_normal((64, 401)) for label in PAIR}


FIGURES = {
    "spectrogram": lambda: background.spectrogram_with_pitch(tone()),
    "mel scale": lambda: background.mel_scale(LogMel().mel_fb.numpy()),
    "perceptron": lambda: background.perceptron(
        np.array([1.0, 0.5, -1.0]), np.array([0.6, -0.4, 0.2]), 0.1
    ),
    "stride 1": lambda: background.convolution(IMAGE, KERNEL, OUTPUT, stride=1),
    "stride 2": lambda: background.convolution(
        IMAGE, KERNEL, OUTPUT[::2, ::2], stride=2
    ),
    "rnn": background.rnn_unrolled,
    "lstm": background.lstm_cell,
    "residual": background.residual_block,
    "classes": lambda: data.class_counts(trials()),
    "speakers": lambda: data.speakers(trials()),
    "attacks": lambda: data.attacks(trials()),
    "durations": lambda: data.durations(trials(), kept=4.0),
    "clips": lambda: data.clips(PAIR),
    "fixed length": lambda: features.fixed_length(PAIR, n_samples=4 * SAMPLE_RATE),
    "stages": lambda: features.stages(
        {"power": np.ones((257, 401)), "mel": np.eye(64, 401)}, LogMel()
    ),
    "ways": lambda: benchmark_plots.ways(
        WAYS, {"librosa": "a loop", "store": "the store"}
    ),
    "rates": lambda: benchmark_plots.rates(WORKS),
    "beside": lambda: features.beside(inputs(), LogMel(), unit="deviations"),
}


def texts(figure):
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]


def written(figure):
    return {text.get_text() for text in texts(figure)}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_returned_legible_and_not_left_open(name):  # 1, 2
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    assert plt.get_fignums() == []
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")
    assert min(text.get_fontsize() for text in texts(figure)) >= 8
    assert figure.get_figwidth() == style.WIDTH


def test_drawing_leaves_settings_alone():  # 3
    before = dict(plt.rcParams)
    data.class_counts(trials())
    assert dict(plt.rcParams) == before


def test_bars_are_the_measured_rates():  # 4
    assert {"1500", "8.2"} <= written(FIGURES["ways"]())
    assert {"50", "250", "1.2", "4.0"} <= written(FIGURES["rates"]())


def test_class_counts_are_the_trials():  # 4
    figure = data.class_counts(trials())
    assert {"2 (20%)", "8 (80%)", "1 (20%)", "4 (80%)"} <= written(figure)


def test_an_absent_partition_is_not_drawn():  # 4
    some = trials().query("partition != 'eval'")
    assert "eval" not in written(data.class_counts(some))
    assert not any("eval" in text for text in written(data.speakers(some)))


def test_attacks_are_counted_where_they_are():  # 4
    figure = data.attacks(trials())
    numbers = sorted(t for t in written(figure) if t.isdigit())
    assert numbers == ["2", "4"]  # none of the fields without trials
    assert {"A01", "A02", "A03", "A04"} <= written(figure)


def test_speakers_are_stacked_to_their_trials():  # 4
    axes = data.speakers(trials()).axes[0]
    heights = {}
    for bar in axes.patches:
        middle = round(bar.get_x() + bar.get_width() / 2)
        heights[middle] = heights.get(middle, 0) + bar.get_height()
    assert heights == {0: 5, 1: 5}


def test_the_convolution_shows_its_numbers():  # 4
    figure = background.convolution(IMAGE, KERNEL, OUTPUT, stride=1)
    shown = written(figure)
    assert f"{OUTPUT[0, 0]}".replace("-", "−") in shown
    first = IMAGE[:3, :3] * KERNEL
    assert first.sum() == OUTPUT[0, 0]
    assert any(t.startswith("first window:") and t.endswith("= −8") for t in shown)


def test_the_perceptron_shows_its_activations():  # 4
    figure = background.perceptron(np.array([1.0]), np.array([-2.0]), 0.5)
    assert {"step\n0", "sigmoid\n0.182", "ReLU\n0"} <= written(figure)


def test_what_is_cut_off_is_said():  # 4
    figure = features.fixed_length(PAIR, n_samples=4 * SAMPLE_RATE)
    assert "bona fide: 1.50 s, 2.50 s of zeros added" in written(figure)
    assert "spoof: 5.00 s, last 1.00 s cut off" in written(figure)


def test_classes_stand_out_from_the_paper():  # 5
    for colour in style.LABEL_COLOURS.values():
        channels = np.array(to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        luminance = linear @ [0.2126, 0.7152, 0.0722]
        assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize("f0", [90.0, 120.0, 220.0, 350.0])
def test_the_fundamental_of_a_tone(f0):  # 6
    times, found = pitch.fundamental(tone(f0))
    assert len(times) == len(found)
    assert np.isfinite(found).all()
    # a period is a whole number of samples, so high tones are coarser
    assert np.abs(found - f0).max() <= max(2.0, f0**2 / SAMPLE_RATE)


def test_no_fundamental_in_silence_or_noise():  # 6
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE)
    assert np.isnan(pitch.fundamental(np.zeros(SAMPLE_RATE))[1]).all()
    assert np.isnan(pitch.fundamental(noise)[1]).mean() > 0.95


def test_a_clip_shorter_than_a_window_has_one_frame():  # 6
    times, found = pitch.fundamental(tone(seconds=0.01))
    assert len(times) == len(found) == 1


def test_fixed_points_of_the_mel_scale():  # 7
    assert background.hertz_to_mel(0) == 0
    assert background.hertz_to_mel(1000) == pytest.approx(1000, abs=0.05)
