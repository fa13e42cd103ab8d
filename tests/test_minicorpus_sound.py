"""What the embedded corpus sounds like, measured.

1. An utterance depends on the seed and its own trial alone.
2. Lengths, levels, bandwidth and silences are as likely in bona fide speech as in
   fakes: none alone tells the classes apart (area under the curve from 0.3 to 0.7).
3. Bona fide speech is voiced at its speaker's pitch, falls off towards high
   frequencies, and moves.
4. Each attack changes the sound, keeps loudness and about the length, is not the
   same twice with another stream, and is the same with the same stream.
5. The tools under the attacks are right: analysis and synthesis invert each other, a
   filter that does not change filters like any other, the predictors solve their
   equations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter
from sklearn.metrics import roc_auc_score

from antispoof.corpora.synthetic import ATTACKS, Share
from antispoof.corpora.synthetic.attacks.lpc import levinson
from antispoof.corpora.synthetic.frames import filter_by_frames, istft, mel_bank, stft
from antispoof.corpora.synthetic.performance import perform
from antispoof.corpora.synthetic.phones import draw_sentence
from antispoof.corpora.synthetic.plan import KNOWN_ATTACKS, trials
from antispoof.corpora.synthetic.speaker import draw_speaker
from antispoof.corpora.synthetic.utterance import render

SAMPLE = {
    "train": Share(speakers=5, bonafide=6, spoof=1, attacks=KNOWN_ATTACKS),
}


@pytest.fixture(scope="module")
def utterances():
    """30 bona fide and 30 forged utterances: is it bona fide, and the waveform."""
    return [
        (trial.label == "bonafide", render(trial, seed=5) / 32768)
        for trial in trials(SAMPLE, seed=5)
    ]


@pytest.fixture(scope="module")
def performance():
    rng = np.random.default_rng(11)
    speaker = draw_speaker(rng)
    return perform(draw_sentence(rng, seconds=1.2), speaker, rng)


def loud_frames(waveform):
    """Whether each 10 ms lies within 35 dB of the loudest."""
    frames = waveform[: len(waveform) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    return power > power.max() * 10**-3.5


def duration(waveform):
    return len(waveform)


def level(waveform):
    return np.sqrt(np.mean(waveform**2))


def offset(waveform):
    return np.mean(waveform)


def leading_silence(waveform):
    return np.argmax(loud_frames(waveform))


def trailing_silence(waveform):
    return np.argmax(loud_frames(waveform)[::-1])


def background(waveform):
    frames = waveform[: len(waveform) // 160 * 160].reshape(-1, 160)
    return np.percentile(np.mean(frames**2, axis=1), 5)


def bandwidth(waveform):
    power = np.abs(np.fft.rfft(waveform)) ** 2
    return power[int(0.75 * len(power)) :].sum() / power.sum()


MEASURES = (
    duration,
    level,
    offset,
    bandwidth,
    background,
    leading_silence,
    trailing_silence,
)


def test_an_utterance_depends_on_nothing_else():
    first = trials(SAMPLE, seed=5)[3]
    render(trials(SAMPLE, seed=5)[7], seed=5)
    alone, again = render(first, seed=5), render(first, seed=5)
    assert np.array_equal(alone, again)
    other = render(replace(first, index=first.index + 1), seed=5)
    assert not np.array_equal(alone[:8000], other[:8000])


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
def test_no_simple_measure_tells_the_classes_apart(utterances, measure):
    bonafide = [label for label, _ in utterances]
    values = [measure(waveform) for _, waveform in utterances]
    assert 0.3 < roc_auc_score(bonafide, values) < 0.7


def test_lengths_are_those_of_sentences(utterances):
    seconds = np.array([len(waveform) for _, waveform in utterances]) / 16_000
    assert 2.3 < seconds.mean() < 3.9
    assert seconds.min() > 1
    assert seconds.max() < 8


def test_speech_is_voiced_at_the_pitch_it_was_given(performance):
    steady = [
        int(time)
        for time in performance.closures[2:-2]
        if performance.tracks.voicing[int(time) // 80] > 0.8
    ]
    errors = []
    for time in steady[::5]:
        around = performance.waveform[time - 400 : time + 400]
        power = np.abs(np.fft.rfft(around, 2048)) ** 2
        correlation = np.fft.irfft(power)[40:320]
        heard = 16_000 / (40 + np.argmax(correlation))
        errors.append(abs(np.log2(heard / performance.f0[time])))
    assert np.median(errors) < 0.05


def test_bona_fide_speech_has_the_slope_of_speech(utterances):
    spectra = [
        np.mean(np.abs(stft(waveform, n_fft=512, hop=256)) ** 2, axis=0)
        for bonafide, waveform in utterances
        if bonafide
    ]
    decibels = 10 * np.log10(np.mean(spectra, axis=0))
    low, middle, high = (
        decibels[a:b].mean() for a, b in ((6, 24), (48, 80), (160, 224))
    )
    assert 6 < low - middle < 24
    assert 3 < middle - high < 24


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_forges(performance, name):
    forge = ATTACKS[name].forge
    original = performance.waveform.copy()
    fake = forge(performance, np.random.default_rng(1))
    assert np.array_equal(performance.waveform, original)
    assert np.isfinite(fake).all()
    assert 0.7 < len(fake) / len(original) < 1.4
    assert np.array_equal(fake, forge(performance, np.random.default_rng(1)))
    assert not np.array_equal(fake, forge(performance, np.random.default_rng(2)))
    size = min(len(fake), len(original))
    likeness = np.corrcoef(fake[:size], original[:size])[0, 1]
    assert likeness < 0.97
    assert np.mean(loud_frames(fake)) == pytest.approx(
        np.mean(loud_frames(original)), abs=0.25
    )


def test_every_attack_is_told_in_one_line():
    lines = [attack.description for attack in ATTACKS.values()]
    assert len(set(lines)) == len(lines) == 12
    assert all(0 < len(line) < 72 and "\n" not in line for line in lines)


@pytest.mark.parametrize("size", [4000, 4097])
def test_synthesis_inverts_analysis(size):
    x = np.random.default_rng(0).standard_normal(size)
    spectra = stft(x, n_fft=512, hop=128)
    assert spectra.shape == (1 + size // 128, 257)
    again = istft(spectra, hop=128, length=size)
    np.testing.assert_allclose(again[:-128], x[:-128], atol=1e-12)


def test_a_steady_filter_by_frames_is_a_filter():
    x = np.random.default_rng(0).standard_normal(1600)
    b, a = [1.0, 0.3], [1.0, -0.6]
    response = np.fft.rfft(b, 1024) / np.fft.rfft(a, 1024)
    filtered = filter_by_frames(x, np.tile(response, (20, 1)), hop=80)
    np.testing.assert_allclose(filtered, lfilter(b, a, x), atol=1e-12)


def test_mel_bands_are_triangles_that_overlap_by_half():
    bank = mel_bank(40, 2048)
    inner = slice(np.argmax(bank[0]), np.argmax(bank[-1]))
    np.testing.assert_allclose(bank.sum(axis=0)[inner], 1, atol=1e-12)
    assert bank.max() <= 1


def test_levinson_solves_the_normal_equations():
    rng = np.random.default_rng(0)
    power = np.abs(np.fft.rfft(rng.standard_normal((3, 64)), 256, axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, :9]
    predictor, error = levinson(correlation)
    for row in range(3):
        expected = solve_toeplitz(correlation[row, :8], -correlation[row, 1:])
        np.testing.assert_allclose(predictor[row, 1:], expected, atol=1e-10)
        np.testing.assert_allclose(
            error[row], np.sum(predictor[row] * correlation[row]), rtol=1e-10
        )
