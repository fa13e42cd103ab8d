"""Contracts of augmentations.

1. The same generator state gives the same sound; the input is not written to; values
   are finite float32; `apply` never makes a waveform longer.
2. A tuple is drawn uniformly between its ends, a list gives one of its elements, and
   anything else is returned without using random numbers.
3. `apply` applies each with its probability, in the order given, passes over those
   for another kind of input, and names what is accepted for an unknown name.
4. A module outside the library registers an augmentation of its own.
5. The conditions of the robustness table give the same sound as when the recorded table
   was made, and do what their names say.
"""

import numpy as np
import pytest

from antispoof import augment
from antispoof.errors import ParameterError
from conditions import CLEAN, CONDITIONS, apply_condition

RATE = 16_000
BUILT_IN = list(augment.AUGMENTATIONS)


@pytest.fixture
def wave():
    """Noise whose level rises and falls, with silence at both ends."""
    noise = np.random.default_rng(1).standard_normal(40_123)
    noise *= 0.05 * (1 + np.sin(np.arange(len(noise)) / 800))
    return np.concatenate([np.zeros(3_000), noise, np.zeros(2_000)]).astype(np.float32)


@pytest.fixture
def registry(monkeypatch):
    """The registry, restored afterwards."""
    known = dict(augment.AUGMENTATIONS._entries)
    monkeypatch.setattr(augment.AUGMENTATIONS, "_entries", known)
    return augment.AUGMENTATIONS


@pytest.mark.parametrize("name", BUILT_IN)
def test_an_augmentation_is_a_function_of_the_generator(name, wave):  # 1
    before = wave.copy()
    differ = []
    for seed in [*range(8)] * 2:
        one = augment.apply([name], wave, np.random.default_rng(seed), 1.0)
        assert one.dtype == np.float32
        assert 0 < len(one) <= len(wave)
        assert np.isfinite(one).all()
        differ.append(one.tobytes())
    np.testing.assert_array_equal(wave, before)
    assert differ[:8] == differ[8:]
    assert len(set(differ)) > 1
    for n in (160, 3_200):
        silence = np.zeros(n, np.float32)
        changed = augment.apply([name], silence, np.random.default_rng(0), 1.0)
        assert np.isfinite(changed).all()
        assert len(changed) <= n


def test_draw():  # 2
    rng = np.random.default_rng(0)
    reals = [augment.draw(rng, (2.0, 4.0)) for _ in range(500)]
    assert 2 <= min(reals) < 2.1
    assert 3.9 < max(reals) < 4
    assert {augment.draw(rng, (1, 3)) for _ in range(100)} == {1, 2, 3}
    assert {augment.draw(rng, ["a", "b"]) for _ in range(50)} == {"a", "b"}
    state = rng.bit_generator.state
    assert [augment.draw(rng, value) for value in (7, None, "mp3")] == [7, None, "mp3"]
    assert rng.bit_generator.state == state


def test_apply(registry):  # 3
    register = augment.register_augmentation
    register("twice", title="twice as loud")(lambda waveform, rng: 2 * waveform)
    register("plus", title="shifted")(lambda waveform, rng: waveform + np.float32(1))
    register("mask", title="masked", on="features")(lambda features, rng: 0 * features)
    rng = np.random.default_rng(0)
    one = np.ones(3, np.float32)
    assert augment.apply(["twice", "plus", "mask"], one, rng, 1.0).tolist() == [3] * 3
    assert augment.apply(["plus", "twice"], one, rng, 1.0).tolist() == [4] * 3
    assert augment.apply(["twice"], one, rng, 0.0).tolist() == [1] * 3
    features = np.ones((1, 2, 3), np.float32)
    masked = augment.apply(["twice", "mask"], features, rng, 1.0, on="features")
    assert not masked.any()
    drawn = [augment.apply(["twice"], one, rng, 0.25)[0] for _ in range(2_000)]
    assert drawn.count(2) == pytest.approx(500, abs=80)


def test_refused(registry):  # 3, 4
    with pytest.raises(ParameterError, match="'reverb'; accepted: noise, trim"):
        augment.apply(["reverb"], np.zeros(3), np.random.default_rng(0))
    with pytest.raises(ParameterError, match="on='spectrum'; accepted: waveform"):
        augment.register_augmentation("x", title="x", on="spectrum")
    with pytest.raises(ParameterError, match="already registered"):
        augment.register_augmentation("noise", title="other")(lambda w, rng: w)


# 5

# Length, and samples 5000, 20000 and 40000, as the functions gave them with which
# inference/pretrained_weights/measured.csv was recorded.
RECORDED = {
    "MP3 at 64 kbit/s": (45123, 0.0133, -0.0409, -0.0225),
    "telephone": (45124, 0.0034, -0.0160, -0.0046),
    "noise at 20 dB": (45123, -0.0148, -0.0037, -0.0302),
    "noise at 10 dB": (45123, -0.0180, 0.0246, -0.0459),
    "44.1 kHz and back": (45124, -0.0024, -0.0365, -0.0177),
    "8 kHz and back": (45124, 0.0214, -0.0166, -0.0044),
    "silence trimmed": (40320, -0.0139, -0.0129, -0.0536),
    "WAV at 44.1 kHz": (45124, -0.0024, -0.0365, -0.0176),
    "FLAC at 48 kHz": (45123, -0.0024, -0.0365, -0.0176),
    "m4a at 44.1 kHz": (45697, 0.1775, -0.1205, -0.1374),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_give_the_recorded_sound(name, wave):
    changed = apply_condition(name, wave)
    length, *samples = RECORDED[name]
    assert len(changed) == length
    np.testing.assert_allclose(changed[[5_000, 20_000, 40_000]], samples, atol=1e-3)


def test_conditions_do_what_their_names_say(wave):
    np.testing.assert_array_equal(apply_condition(CLEAN, wave), wave)
    noisy = apply_condition("noise at 20 dB", wave)
    snr = 10 * np.log10(np.square(wave).mean() / np.square(noisy - wave).mean())
    assert snr == pytest.approx(20, abs=0.2)
    spectrum = np.abs(np.fft.rfft(apply_condition("telephone", wave)))
    hertz = np.linspace(0, RATE / 2, len(spectrum))
    inside = np.square(spectrum[(hertz > 500) & (hertz < 3_000)]).mean()
    assert np.square(spectrum[hertz > 4_500]).mean() < 1e-3 * inside
