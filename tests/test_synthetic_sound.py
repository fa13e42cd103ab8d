"""How the synthetic corpus sounds, measured.

1. An utterance depends on the seed and its own trial only.
2. Length, level, bandwidth, background and silences do not separate the classes (area
   under the ROC curve between 0.3 and 0.7).
3. Bona fide speech is voiced at the pitch of its speaker and falls off towards high
   frequencies.
4. Each attack changes the sound, keeps its length and where it is loud, and depends on
   its random generator only.
"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from antispoof.corpora.synthetic.attacks import ATTACKS
from antispoof.corpora.synthetic.generate import render_trial
from antispoof.corpora.synthetic.plan import PartitionSpec, list_trials
from antispoof.corpora.synthetic.voice import draw_speaker, speak, stft

SAMPLE = {"eval": PartitionSpec(6, bonafide=6, spoof=2, attacks=tuple(ATTACKS))}


@pytest.fixture(scope="module")
def utterances():
    """36 bona fide and 48 fake utterances: (is bona fide, waveform)."""
    trials = list_trials(SAMPLE, seed=5)
    names = trials[["utt_id", "speaker", "attack"]].itertuples(index=False)
    waveforms = [render_trial(*trial, seed=5) / 32768 for trial in names]
    return list(zip(trials["label"] == "bonafide", waveforms, strict=True))


def frame_powers(waveform):
    return np.mean(waveform[: len(waveform) // 160 * 160].reshape(-1, 160) ** 2, axis=1)


def is_loud(waveform):
    """Whether each 10 ms lies within 35 dB of the loudest."""
    powers = frame_powers(waveform)
    return powers > powers.max() * 10**-3.5


def bandwidth(waveform):
    power = np.abs(np.fft.rfft(waveform)) ** 2
    return power[int(0.75 * len(power)) :].sum() / power.sum()


MEASURES = {
    "length": len,
    "level": np.std,
    "offset": np.mean,
    "bandwidth": bandwidth,
    "background": lambda waveform: np.percentile(frame_powers(waveform), 5),
    "leading silence": lambda waveform: np.argmax(is_loud(waveform)),
    "trailing silence": lambda waveform: np.argmax(is_loud(waveform)[::-1]),
}


def test_an_utterance_depends_on_its_trial_only():
    first = render_trial("LA_E_1", "LA_0001", "M02", seed=5)
    other = render_trial("LA_E_2", "LA_0001", "M02", seed=5)
    assert np.array_equal(first, render_trial("LA_E_1", "LA_0001", "M02", seed=5))
    assert not np.array_equal(first[:8000], other[:8000])


@pytest.mark.parametrize("name", MEASURES)
def test_no_simple_measure_separates_the_classes(utterances, name):
    values = [MEASURES[name](waveform) for _, waveform in utterances]
    assert 0.3 < roc_auc_score([label for label, _ in utterances], values) < 0.7


def test_speech_is_voiced_at_the_pitch_of_its_speaker():
    ratios = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        speaker = draw_speaker(rng)
        waveform = speak(speaker, rng)
        for start in 160 * np.flatnonzero(is_loud(waveform))[10:-10:5]:
            power = np.abs(np.fft.rfft(waveform[start : start + 800], 2048)) ** 2
            lags = np.arange(40, 320)
            correlation = np.fft.irfft(power)[lags] / (800 - lags)
            ratios.append(16_000 / lags[np.argmax(correlation)] / speaker.f0)
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    assert 0.8 < low < middle < high < 1.25
    assert middle == pytest.approx(1, abs=0.05)


def test_bona_fide_speech_has_the_length_and_slope_of_speech(utterances):
    bonafide = [waveform for label, waveform in utterances if label]
    seconds = np.array([len(waveform) for waveform in bonafide]) / 16_000
    assert 2.0 < seconds.mean() < 3.9
    assert 1 < seconds.min() < seconds.max() < 8
    powers = [np.mean(np.abs(stft(x, 512, 256)) ** 2, axis=1) for x in bonafide]
    decibels = 10 * np.log10(np.mean(powers, axis=0))
    bands = ((6, 24), (48, 80), (160, 224))
    low, middle, high = (decibels[a:b].mean() for a, b in bands)
    assert 6 < low - middle < 30
    assert 3 < middle - high < 30


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_makes_a_fake(name):
    rng = np.random.default_rng(11)
    waveform = speak(draw_speaker(rng), rng)
    original = waveform.copy()
    apply = ATTACKS[name].apply
    fakes = [apply(waveform, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert np.array_equal(waveform, original)
    assert np.array_equal(fakes[0], fakes[1])
    assert not np.array_equal(fakes[0], fakes[2])
    assert fakes[0].shape == original.shape
    assert np.corrcoef(fakes[0], original)[0, 1] < 0.97
    assert np.corrcoef(is_loud(fakes[0]), is_loud(original))[0, 1] > 0.5
