# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Preprocessing
#
# *How does a clip become a model's input?*
#
# **Goals.** After this chapter you can compute a mel spectrogram from the samples of a clip
# with NumPy, say what each step throws away, and tell what a model can still see of
# length, silence and loudness. *About 30 minutes.*
#
# ## Question
#
# The models classify pictures of one fixed size. Which steps turn a sound file of any
# length into such a picture, and what is lost?

# %% tags=["bootstrap", "hide-cell"]
import sys
from importlib.util import find_spec
from pathlib import Path
from subprocess import check_call

if find_spec("antispoof") is None:  # on Kaggle or Colab; their torch stays
    name = "antispoof-*.whl"
    wheels = [*Path().glob(name), *Path("/content/drive/MyDrive").glob(name)]
    for folders in ("*", "*/*", "*/*/*"):
        wheels += Path("/kaggle/input").glob(f"{folders}/{name}")
    what = ["git+{{repository}}"]
    if wheels:  # from `make wheelhouse`; needs no internet
        what = ["--no-index", "--no-deps", "--find-links", wheels[0].parent]
        what += ["antispoof", "miniaudio", "av"]
    check_call([sys.executable, "-m", "pip", "install", "-q", *what])
from antispoof import platforms
from antispoof_report.notebooks.parameters import check_parameters

print(platforms.describe_environment())

# %% tags=["parameters"]
corpus = ""  # folder of ASVspoof 2019 LA; empty: find or create one
partition = ""  # of the two example clips; empty: dev, or eval without it
clip = 0  # index of the clip in each class

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import torch

from antispoof import audio, corpora
from antispoof.constants import LABELS, SAMPLE_RATE
from antispoof.frontends import LogMel, fix_length
from antispoof.plots import features
from antispoof_report import report

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# Every clip goes through the same steps, for all three models. Badges: {mark}`S` stated
# by the thesis, {mark}`N` common in similar public work, {mark}`O` our choice.

# %% tags=["hide-input"]
front_end = LogMel()
use = front_end.settings
seconds = use["n_samples"] / SAMPLE_RATE
frames = f"Hann {use['win_length']}, n_fft {use['n_fft']}"
steps = [
    ("load", f"one channel, {use['sample_rate']} Hz, full scale 1", "N"),
    (
        "one length",
        f"first {seconds:g} s, padded with zeros on the right",
        "N",
    ),
    ("power spectrogram", f"{frames}, hop {use['hop_length']}", "N"),
    ("mel bands", f"{use['n_bands']}, up to {SAMPLE_RATE // 2} Hz", "N/O"),
    ("decibels", f"{use['top_db']:g} dB below the clip's maximum", "N"),
    ("normalise", "zero mean and unit variance of each clip", "N"),
]
report.glue("window", f"{1000 * use['win_length'] / SAMPLE_RATE:g} ms")
report.glue("hop", f"{1000 * use['hop_length'] / SAMPLE_RATE:g} ms")
report.glue("n_before", f"{use['n_samples']:,}".replace(",", " "))
report.table(
    pd.DataFrame(steps, columns=["Step", "Setting", "Badge"]),
    caption="From file to model input",
)

# %% [markdown]
# The mel bands have two badges. The thesis has a section on the mel spectrogram; that it is
# the input of the models is our inference {mark}`O`. The number of bands, as the other
# settings, is common in similar work {mark}`N`. Lengths are in samples: a window is
# {result}`window` long, and a new window starts every {result}`hop`.

# %% [markdown]
# ## Run
#
# ### Load
#
# Two clips, one of each class. All decoders of the library return the same format: one
# channel, 16 000 samples per second, values between −1 and 1.

# %%
trials = la.require_both_classes(partition or min(la.partitions))
chosen = trials.groupby("label").nth(clip).set_index("label")
voices = {x: audio.load_mono_16k(chosen["path"][x]) for x in LABELS[::-1]}
{label: voice.shape for label, voice in voices.items()}

# %% [markdown]
# ### Pad or cut
#
# All clips get the same number of samples: {result}`n_before`. A shorter clip gets zeros at
# its end; a longer one loses its end.

# %%
n_samples = front_end.n_samples
fixed = {x: fix_length(voices[x], n_samples) for x in voices}
{label: voice.shape for label, voice in fixed.items()}

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-fixed", "caption": "The two clips before they get the same length. The part after the dashed line is cut off; the shaded part is padded with zeros."}, "image": {"alt": "Waveforms of a bona fide and a spoof clip with a dashed line at four seconds."}}
features.fixed_length(voices, n_samples=n_samples)

# %% [markdown]
# ### Power spectrogram
#
# Take a piece of 512 samples (`n_fft`), move on by 160 (the *hop*), take the next piece.
# Multiply each piece by the *Hann window*: 400 weights that rise smoothly from zero to one
# and fall again, with zeros on both sides up to 512. Without it, a piece would jump at its
# ends, and a jump contains all frequencies, also those that are not in the voice.
#
# The Fourier transform of 512 real samples gives 512 / 2 + 1 = 257 complex numbers, for the
# frequencies from 0 to 8000 Hz. Their absolute value is the level, their angle is the
# phase. The *power* is the absolute value squared; so the phase is lost here.
#
# The first piece is centred at the first sample. So half of it lies before the clip, and
# the clip is mirrored there and at its end. That is why there is one column for each hop,
# and one more.

# %%
size, win, hop = use["n_fft"], use["win_length"], use["hop_length"]
padded = np.pad(fixed["bonafide"], size // 2, mode="reflect")
frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
hann = np.sin(np.pi * np.arange(win) / win) ** 2
window = np.pad(hann, (size - win) // 2)
power = np.abs(np.fft.rfft(frames * window)).T ** 2  # rows: frequencies
power.shape

# %% [markdown]
# ### Mel bands
#
# For $n$ bands, place $n + 2$ points at equal distances on the mel scale, from 0 to 8000
# Hz, and number them from 0. Band $k$ is a triangle: it rises from point $k - 1$ to point
# $k$ and falls to point $k + 1$. The value of a band is the power at each frequency times
# the height of the triangle there, summed.


# %%
def mel(hertz):
    return 2595 * np.log10(1 + hertz / 700)


# %%
n_mels = use["n_bands"]
steps_mel = np.linspace(0, mel(SAMPLE_RATE / 2), n_mels + 2)
edges = 700 * (10 ** (steps_mel / 2595) - 1)  # in hertz: `mel` solved for it
lower, peak, upper = edges[:-2], edges[1:-1], edges[2:]
freqs = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)[:, None]  # one row for each
rising = (freqs - lower) / (peak - lower)
falling = (upper - freqs) / (upper - peak)
bank = np.maximum(0, np.minimum(rising, falling))

# %% [markdown]
# ### Decibels, normalise
#
# We hear ratios of power, not differences. *Decibels* count ratios: ten times the
# logarithm to base 10 of the power. Ten times the power is 10 dB more, a hundred times is
# 20 dB more. The logarithm of 0 does not exist, so no power is below $10^{-10}$. Then
# everything that is more than 80 dB below the loudest point of the clip is raised to that
# level.
#
# Last, subtract the mean of all numbers of the clip and divide by their standard
# deviation: zero mean and unit variance, as networks learn well from such numbers.

# %%
mels = bank.T @ power
decibel = 10 * np.log10(np.maximum(mels, 1e-10))
decibel = np.maximum(decibel, decibel.max() - use["top_db"])
normal = (decibel - decibel.mean()) / decibel.std(ddof=1)  # as PyTorch's std

# %% [markdown]
# The *front-end* of the library, the part before the model, is a PyTorch module with one
# method for each step. It computes many clips at once, and gives the same numbers. It
# rounds them more, because it computes with 32 bits for each; so the comparison allows for
# small differences.

# %%
batches = {x: torch.from_numpy(fixed[x])[None] for x in fixed}
waveform = batches["bonafide"]
ours = front_end.power_spectrogram(waveform)[0].numpy()
np.testing.assert_allclose(ours, power, rtol=1e-3, atol=1e-4 * power.max())
model_input = front_end(waveform)[0, 0].numpy()
np.testing.assert_allclose(model_input, normal, atol=2e-2)

# %% [markdown]
# Calling the module does all steps. It also adds the channel axis that convolutions
# expect, as in a grey picture.

# %%
inputs = {x: front_end(batch) for x, batch in batches.items()}
{label: tuple(x.shape) for label, x in inputs.items()}

# %% [markdown]
# ## Result
#
# ### The shape after each step

# %% tags=["hide-input"]
after = {
    "load": torch.from_numpy(voices["bonafide"]),
    "one length": waveform[0],
    "power spectrogram": torch.from_numpy(power),
    "mel bands": torch.from_numpy(mels),
    "decibels": torch.from_numpy(decibel),
    "normalise": torch.from_numpy(normal),
    "model input": inputs["bonafide"][0],
}
rows = [
    (
        step,
        " × ".join(map(str, x.shape)),
        x.numel(),
        x.min().item(),
        x.max().item(),
    )
    for step, x in after.items()
]
report.glue("n_after", f"{normal.size:,}".replace(",", " "))
report.glue("frames", normal.shape[-1])
columns = ["After", "Shape", "Numbers", "Smallest", "Largest"]
report.table(
    pd.DataFrame(rows, columns=columns),
    caption="The bona fide clip after each step (shape: rows × columns)",
    formats={"Smallest": ".4g", "Largest": ".4g"},
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-stages", "caption": "The bona fide clip after each step. Power covers so many orders of magnitude that only a few points are visible. The mel bands give low frequencies more space. Decibels make quiet parts visible. Normalising changes the numbers (see the scales on the right) but not the picture."}, "image": {"alt": "Four pictures below one another: power and mel spectrogram, nearly black, then the mel spectrogram in decibels and the same normalised."}}
pictures = {step: x.numpy() for step, x in list(after.items())[2:6]}
features.stages(pictures, front_end)

# %% [markdown]
# Power spectrogram and mel spectrogram look empty because nearly all numbers are close to
# zero. This is also a problem for a model: a few large numbers would decide all its
# weighted sums. The logarithm makes speech visible.
#
# ### Bona fide and spoof

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-beside", "caption": "The input of a model: the two clips as normalised mel spectrograms, with the same colour scale. If a clip is shorter than four seconds, the black area on the right is padding."}, "image": {"alt": "Two mel spectrograms side by side, bona fide on the left and spoof on the right."}}
features.compare_inputs(
    {label: x[0, 0].numpy() for label, x in inputs.items()},
    front_end,
    unit="standard deviations from the clip's mean",
)

# %% tags=["hide-input"]
real = report.player(voices["bonafide"], label="Bona fide clip")
fake = report.player(voices["spoof"], label="Spoof clip")
real + fake

# %% [markdown]
# ## What it means
#
# - Every clip becomes a picture with one channel and {result}`frames` columns, one every
#   {result}`hop`. {result}`n_before` samples become {result}`n_after` numbers.
# - **Lost:** everything after four seconds; the phase of the sound; the single harmonics at
#   high frequencies, where bands are wide; and what is 80 dB below the loudest point. If an
#   attack is only wrong there, these models cannot detect it.
# - **Not lost:** the *length* of a clip is still visible as the black area on the right,
#   and silence before the words as a dark area on the left. {doc}`01_data` explains why
#   this matters. Of length, silence and loudness, only the loudness is removed.
# - The module is part of the library and is tested against librosa {cite}`mcfee2015`.

# %% [markdown]
# ## Exercises
#
# 1. One cycle of a wave is a *period*: at 100 Hz, it lasts 1 / 100 s. To show harmonics
#    as separate lines, a window must hold about two periods of the voice. The window is
#    25 ms long. What is the lowest pitch of which it holds two periods? Is that low enough
#    for a man's voice of about 110 Hz?

# %% tags=["hide-cell", "solution"]
print(
    f"Two periods last 25 ms at {2 / 0.025:.0f} Hz. This is below 110 Hz: yes."
)

# %% [markdown]
# 2. Multiply all samples by one half. What changes in the decibels, and what in the
#    model's input? Remember that the power is the square.

# %% tags=["hide-cell", "solution"]
quiet = front_end(waveform / 2)[0, 0].numpy()
print(f"decibels: {20 * np.log10(0.5):.1f} everywhere")
print(f"input: changes by at most {np.abs(quiet - model_input).max():.1e}")

# %% [markdown]
# 3. Build as many bands of equal width in hertz, and count for both banks the bands whose
#    peak is above 4 kHz. In earlier work, linear spectrograms were better than mel
#    spectrograms {cite}`muller2022`. What could be the reason?

# %% tags=["hide-cell", "solution"]
linear_peak = np.linspace(0, SAMPLE_RATE / 2, n_mels + 2)[1:-1]
for name, peaks in (("mel", peak), ("linear", linear_peak)):
    print(f"{name}: {(peaks > 4000).sum()} of {n_mels} bands above 4 kHz")
print("A fake may differ from real speech at high frequencies, too.")
print("There the mel bands are wide and few, and small details are averaged.")
