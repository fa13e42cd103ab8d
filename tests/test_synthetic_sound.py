"""How the synthetic corpus sounds, measured.

1. An utterance depends on the seed and its own trial only.
2. Length, level, bandwidth, background and silences do not separate the classes (area
   under the ROC curve between 0.3 and 0.7).
3. Bona fide speech is voiced at its own pitch and falls off towards high frequencies.
4. Each attack changes the sound, keeps its length and where it is loud, and depends on
   its random generator only.
5. The analysis is right: synthesis inverts it, mel bands sum to one.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from antispoof.corpora.synthetic import ATTACKS, PartitionSpec
from antispoof.corpora.synthetic.generate import render_trial
from antispoof.corpora.synthetic.plan import list_trials
from antispoof.corpora.synthetic.spectra import istft, mel_bank, stft
from antispoof.corpora.synthetic.voice import draw_speaker, speak

SAMPLE = {"eval": PartitionSpec(5, bonafide=6, spoof=1, attacks=tuple(ATTACKS))}


@pytest.fixture(scope="module")
def utterances():
    """30 bona fide and 30 fake utterances: (is bona fide, waveform)."""
    trials = list_trials(SAMPLE, seed=5)
    return [
        (t.label == "bonafide", render_trial(t.utt_id, t.speaker, t.attack, seed=5))
        for t in trials.itertuples()
    ]


@pytest.fixture(scope="module")
def utterance():
    rng = np.random.default_rng(11)
    return speak(draw_speaker(rng), rng)


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
    render_trial("LA_E_2", "LA_0001", "M03", seed=5)
    assert np.array_equal(first, render_trial("LA_E_1", "LA_0001", "M02", seed=5))
    other = render_trial("LA_E_2", "LA_0001", "M02", seed=5)
    assert not np.array_equal(first[:8000], other[:8000])


@pytest.mark.parametrize("name", MEASURES)
def test_no_simple_measure_separates_the_classes(utterances, name):
    bonafide = [label for label, _ in utterances]
    values = [MEASURES[name](waveform / 32768) for _, waveform in utterances]
    assert 0.3 < roc_auc_score(bonafide, values) < 0.7


def test_lengths_are_those_of_sentences(utterances):
    seconds = np.array([len(waveform) for _, waveform in utterances]) / 16_000
    assert 2.0 < seconds.mean() < 3.9
    assert 1 < seconds.min() < seconds.max() < 8


def test_speech_is_voiced_at_its_own_pitch(utterance):
    errors = []
    for time in utterance.pulses[5:-5:5].astype(int):
        if utterance.tracks.voicing[time // 80] > 0.8:
            around = utterance.waveform[time - 400 : time + 400]
            correlation = np.fft.irfft(np.abs(np.fft.rfft(around, 2048)) ** 2)[40:320]
            pitch = 16_000 / (40 + np.argmax(correlation))
            errors.append(abs(np.log2(pitch / utterance.tracks.f0[time // 80])))
    assert np.median(errors) < 0.05


def test_bona_fide_speech_has_the_slope_of_speech(utterances):
    powers = [
        np.mean(np.abs(stft(waveform / 32768, 512, 256)) ** 2, axis=1)
        for bonafide, waveform in utterances
        if bonafide
    ]
    decibels = 10 * np.log10(np.mean(powers, axis=0))
    bands = ((6, 24), (48, 80), (160, 224))
    low, middle, high = (decibels[a:b].mean() for a, b in bands)
    assert 6 < low - middle < 30
    assert 3 < middle - high < 30


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_makes_a_fake(utterance, name):
    original = utterance.waveform.copy()
    fakes = [
        ATTACKS[name].apply(utterance, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(utterance.waveform, original)
    assert np.array_equal(fakes[0], fakes[1])
    assert not np.array_equal(fakes[0], fakes[2])
    assert fakes[0].shape == original.shape
    assert np.corrcoef(fakes[0], original)[0, 1] < 0.97
    assert np.corrcoef(is_loud(fakes[0]), is_loud(original))[0, 1] > 0.5


def test_every_attack_has_a_title_of_one_line():
    titles = {attack.title for attack in ATTACKS.values()}
    assert len(titles) == len(ATTACKS)
    assert all(0 < len(title) < 72 and "\n" not in title for title in titles)


@pytest.mark.parametrize("n_samples", [4000, 4097])
def test_synthesis_inverts_analysis(n_samples):
    x = np.random.default_rng(0).standard_normal(n_samples)
    again = istft(stft(x, 512, 128), 128, n_samples)
    np.testing.assert_allclose(again, x, atol=1e-12)


def test_mel_bands_overlap_to_one():
    bank = mel_bank(40, 2048)
    inner = slice(np.argmax(bank[0]), np.argmax(bank[-1]))
    np.testing.assert_allclose(bank.sum(axis=0)[inner], 1, atol=1e-12)
