"""Contracts of the front-ends.

1. Log-mel in decibels equals librosa's within 1e-3 dB: on noise, a tone, silence with a
   click, and real speech; within 2.5e-3 dB on a chirp. The log-linear bank and LFCC
   with deltas equal what torchaudio computes, normalised.
2. Every clip, and every row of LFCC, is normalised to mean 0 and variance 1; silence
   gives zeros, a constant clip values that float16 holds.
3. A clip of 64 000 samples gives 1 x 64 x 401, 1 x 96 x 401 and 1 x 60 x 401; stages
   have the documented shapes; a batch equals its clips one by one; rows have the
   frequencies of their filters, LFCC none.
4. A clip is cut or zero-padded on the right; a front-end does the same to a clip of any
   length without transforming those zeros.
5. A wrong setting is a ParameterError that names the value.
6. Skipping zeros of the filter bank changes less than 3e-5 dB, for any number of bands,
   also for bands so narrow that they contain no frequency.
7. The dynamics of cepstra equal NumPy's and SciPy's, without the quiet frames. What is
   distilled or dynamic ignores the highest band, repeats a short clip, and is finite;
   both together are the two side by side.
"""

import librosa
import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import dct

from antispoof import audio, frontends
from antispoof.errors import ParameterError
from antispoof.frontends import FRONTENDS, LFCC, LogLinear, LogMel, fix_length
from antispoof.frontends.distilled import N_LAYERS

N = 64_000
RATE = 16_000
REAL = "corpora/asvspoof2019-la-subset/LA"


def noise(n=N, seed=1):
    return np.random.default_rng(seed).standard_normal(n).astype(np.float32) / 10


TIME = np.arange(N) / RATE
CLIPS = {
    "noise": noise(),
    "tone": (0.3 * np.sin(2 * np.pi * 440 * TIME)).astype(np.float32),
    "chirp": (0.3 * np.sin(2 * np.pi * 900 * TIME**2)).astype(np.float32),
    "click": 0.5 * np.eye(1, N, 30_000, dtype=np.float32)[0],
}

ATOL = {"chirp": 2.5e-3}  # dB
SHAPES = {"logmel": (1, 64, 401), "linear": (1, 96, 401), "lfcc": (1, 60, 401)}


def decibels(waveform):
    """Our log-mel before it is normalised, (64, n_frames)."""
    module = LogMel(n_samples=len(waveform))
    return module.decibels(torch.from_numpy(waveform)[None])[0].numpy()


def librosa_decibels(waveform):
    frames = {"n_fft": 512, "win_length": 400, "hop_length": 160}
    bands = {"n_mels": 64, "fmin": 0.0, "fmax": RATE / 2, "htk": True, "norm": None}
    mel = librosa.feature.melspectrogram(
        y=waveform.astype(np.float64), sr=RATE, pad_mode="reflect", **frames, **bands
    )
    return librosa.power_to_db(mel, ref=1.0, amin=1e-10, top_db=80.0)


# 1


@pytest.mark.parametrize("name", CLIPS)
def test_equals_librosa(name):
    ours, theirs = decibels(CLIPS[name]), librosa_decibels(CLIPS[name])
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=ATOL.get(name, 1e-3))


@pytest.mark.parametrize("partition", ["train", "dev", "eval"])
def test_equals_librosa_on_speech(shared, partition):
    folder = shared(f"{REAL}/ASVspoof2019_LA_{partition}/flac")
    for path in sorted(folder.glob("*.flac"))[::40][:3]:
        wave = fix_length(audio.load_mono_16k(path), N)
        ours, theirs = decibels(wave), librosa_decibels(wave)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)
        check_linear(wave, atol=2e-3)


def check_linear(waveform, atol):
    """Compare both linear front-ends with torchaudio's, in deviations."""
    try:
        import torchaudio
    except RuntimeError:  # it is built for another CUDA than the newest PyTorch
        pytest.skip("torchaudio does not fit this PyTorch")
    wave = torch.from_numpy(waveform)[None]
    sizes = {"n_fft": 512, "hop_length": 160}
    power = torchaudio.transforms.Spectrogram(win_length=400, **sizes)(wave)
    filters = torchaudio.functional.linear_fbanks(257, 0.0, RATE / 2, 96, RATE)
    bands = torchaudio.transforms.AmplitudeToDB(top_db=80)(filters.T @ power)
    expected = (bands - bands.mean()) / bands.std(correction=0)
    torch.testing.assert_close(LogLinear()(wave)[0], expected, rtol=0, atol=atol)
    sizes |= {"win_length": 320, "window_fn": torch.hamming_window}
    rows = [torchaudio.transforms.LFCC(RATE, 20, n_lfcc=20, speckwargs=sizes)(wave)]
    for _ in range(2):
        rows.append(torchaudio.functional.compute_deltas(rows[-1], win_length=7))
    rows = torch.cat(rows, 1)
    centred = rows - rows.mean(-1, keepdim=True)
    expected = centred / rows.std(-1, correction=0, keepdim=True).clamp(min=0.01)
    torch.testing.assert_close(LFCC()(wave)[0], expected, rtol=0, atol=atol)


@pytest.mark.parametrize("name", CLIPS)
def test_linear_front_ends_equal_torchaudio(name):
    # Cepstra of a click vary by rounding alone, which is divided by 0.01 dB.
    check_linear(CLIPS[name], atol=0.03 if name == "click" else 2e-3)


# 2


@pytest.mark.parametrize("name", SHAPES)
def test_normalised_clip_by_clip(name):
    quiet_and_loud = np.stack([0.01 * CLIPS["noise"], CLIPS["chirp"]])
    with torch.inference_mode():
        features = frontends.build(name)(torch.from_numpy(quiet_and_loud)).double()
    for clip in features[:, 0]:
        for part in clip if name == "lfcc" else [clip]:
            assert abs(part.mean()) < 1e-4
            assert abs(part.var(correction=0) - 1) < 1e-3


@pytest.mark.parametrize("n_samples", [5_200, N])
@pytest.mark.parametrize("name", SHAPES)
def test_silence_gives_zeros(name, n_samples):
    module = FRONTENDS[name].factory(n_samples=n_samples)
    assert module(torch.zeros(1, n_samples)).abs().max() < 0.01
    assert module(torch.full((1, n_samples), 0.3)).half().isfinite().all()


# 3


def test_shapes():
    module = LogMel()
    wave = torch.from_numpy(np.stack([noise(), noise(seed=2)]))
    power = module.power_spectrogram(wave)
    mel = module.apply_filters(power)
    level = module.power_to_db(mel)
    assert power.shape == (2, 257, 401)
    assert mel.shape == level.shape == module.normalize(level).shape == (2, 64, 401)


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_batch_is_its_clips(name, shape):
    module = frontends.build(name)
    assert module.shape == shape
    wave = torch.from_numpy(np.stack(list(CLIPS.values())))
    with torch.inference_mode():
        alone = torch.cat([module(clip[None]) for clip in wave])
        assert alone.shape == (len(CLIPS), *shape)
        torch.testing.assert_close(module(wave), alone, rtol=0, atol=1e-4)


# 4


def test_fix_length():
    wave = np.arange(1, 6, dtype=np.float32)
    assert fix_length(wave, 3).tolist() == [1, 2, 3]
    assert fix_length(wave, 5).tolist() == [1, 2, 3, 4, 5]
    assert fix_length(wave, 7).tolist() == [1, 2, 3, 4, 5, 0, 0]
    assert fix_length(wave, 7).dtype == np.float32


@pytest.mark.parametrize("n", [1, 100, 30_000, 63_300, 63_743, 63_744, N - 1, N])
@pytest.mark.parametrize("name", SHAPES)
def test_clips_of_any_length(name, n):
    module = frontends.build(name)
    filled = torch.from_numpy(fix_length(noise()[:n], N))[None]
    with torch.inference_mode():
        short = module(torch.from_numpy(noise()[:n])[None])
        long = module(torch.from_numpy(noise(2 * N))[None])
        torch.testing.assert_close(short, module(filled), rtol=0, atol=1e-5)
        cut = module(torch.from_numpy(noise(2 * N)[:N])[None])
        torch.testing.assert_close(long, cut)


@pytest.mark.parametrize("name", ["logmel", "linear"])
def test_row_frequencies_are_the_peaks_of_the_filters(name):
    module = frontends.build(name)
    assert module.row_frequencies.shape == (SHAPES[name][1],)
    peaks = module.filters.argmax(0).numpy() * RATE / 512
    assert np.abs(module.row_frequencies - peaks).max() < RATE / 512  # one FFT bin
    assert np.isnan(LFCC().row_frequencies).sum() == 60


# 5


def test_bad_settings():
    for settings, message in (
        ({"n_bands": 0}, "n_bands=0"),
        ({"top_db": 0.0}, "top_db=0.0"),
        ({"win_length": 600}, "win_length=600 must be at most n_fft=512"),
        ({"n_samples": 256}, "n_samples=256"),
    ):
        with pytest.raises(ParameterError, match=message):
            LogMel(**settings)


# 6


@pytest.mark.parametrize("n_bands", [1, 16, 64, 250])
@pytest.mark.filterwarnings("ignore:At least one mel filterbank:UserWarning")
def test_bands_are_of_the_whole_filter_bank(n_bands):
    module = LogMel(n_bands=n_bands)
    power = module.power_spectrogram(torch.from_numpy(np.stack(list(CLIPS.values()))))
    whole = torch.einsum("bft,fm->bmt", power.double(), module.filters.double())
    error = module.power_to_db(module.apply_filters(power)) - module.power_to_db(whole)
    assert error.abs().max() < 3e-5


def test_distilled_equals_the_package(monkeypatch):
    """The first layers of the package's network, on a clip of its own length."""
    distillmos = pytest.importorskip("distillmos", reason="not installed")
    monkeypatch.setattr("antispoof.frontends.distilled.HIGHEST", 8_100)  # no limit
    theirs = distillmos.ConvTransformerSQAModel(segmenting_in_forward=False).eval()
    x = torch.randn(1, 122_880, generator=torch.Generator().manual_seed(0))
    found = []
    encoder = theirs.transformer_pool_attn.transformer.transformer_encoder
    for layer in encoder.layers[:N_LAYERS]:
        layer.register_forward_hook(lambda _m, _x, out: found.append(out))
    with torch.inference_mode():
        theirs(x)
        ours = frontends.build("distilled").layers(x)[1:]
    for one, other in zip(ours, found, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0.02)  # half precision


# 7


def test_dynamics_of_one_resolution():
    """Frames of 512 samples; the quiet ones are not used."""
    x = np.random.default_rng(0).standard_normal(N).astype(np.float32)
    x[20_000:40_000] *= 0.01
    frames = sliding_window_view(x / np.abs(x).max(), 512)[::160] * np.hanning(512)
    distance = np.abs(np.arange(257)[:, None] * 31.25 - (np.arange(60) + 0.5) * 350 / 3)
    bank = np.clip(1 - distance / (350 / 3), 0, None)
    bands = np.abs(np.fft.rfft(frames)) ** 2 @ (bank / bank.sum(0))
    loud = bands.sum(1) > np.quantile(bands.sum(1), 0.4)
    cepstra = dct(np.log(bands + 1e-9), norm="ortho")[:, :40]
    change = np.diff(cepstra, axis=0)[loud[1:]]
    found = frontends.build("dynamics")(torch.from_numpy(x)[None])[0, 0, 10].numpy()
    np.testing.assert_allclose(found, np.log(change.std(0) + 1e-4), atol=1e-3)


@pytest.mark.parametrize("name", ["distilled", "dynamics"])
def test_the_highest_band_is_not_seen(name):
    """A clip that was at another sample rate gives the same features."""
    module = frontends.build(name)
    wave = np.random.default_rng(0).standard_normal(N).astype(np.float32)
    there = audio.resample(wave, 16_000, 44_100)
    back = audio.resample(there, 44_100, 16_000)[:N]
    both = module(torch.from_numpy(np.stack([wave, back])))
    assert (both[0] - both[1]).abs().max() < 0.05 * both[0].abs().max()


def test_a_short_clip_is_repeated():
    made = [frontends.build(n) for n in ("distilled", "dynamics", "distilled_dynamics")]
    wave = torch.randn(1, 16_000, generator=torch.Generator().manual_seed(0))
    one, other, both = (module(wave.repeat(1, 4)) for module in made)
    for module, expected in zip(made, (one, other, both), strict=True):
        torch.testing.assert_close(module(wave), expected)
        for clip in (torch.randn(3, 5), torch.zeros(2, 9)):
            assert module(clip).isfinite().all()
    assert both.flatten().equal(torch.cat((one.flatten(), other.flatten())))
