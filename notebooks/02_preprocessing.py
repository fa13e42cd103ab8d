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
# Every clip goes through the same steps, for all three models. Badges: **S**, stated by
# the thesis; **N**, common in similar public work; **O**, our choice.

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
report.table(
    pd.DataFrame(steps, columns=["Step", "Setting", "Badge"]),
    caption="From file to model input",
)

# %% [markdown]
# The thesis has a section on the mel spectrogram. That it is the input of the models is
# our inference {mark}`O`. The number of bands and the other settings are common in
# similar work {mark}`N`. Lengths are in samples: a window is {result}`window` long, and a
# new window starts every {result}`hop`.

# %% [markdown]
# ## Run
#
# ### Load
#
# Two clips, one of each class. All decoders of the library return the same format: one
# channel, 16 000 samples per second, values between -1 and 1.

# %%
trials = la.require_both_classes(partition or min(la.partitions))
chosen = trials.groupby("label").nth(clip).set_index("label")
voices = {x: audio.load_mono_16k(chosen["path"][x]) for x in LABELS[::-1]}
{label: voice.shape for label, voice in voices.items()}

# %% [markdown]
# ### Pad or cut

# %%
n_samples = front_end.n_samples
fixed = {x: fix_length(voices[x], n_samples) for x in voices}
{label: voice.shape for label, voice in fixed.items()}

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-fixed", "caption": "The two clips before they get the same length. The part after the dashed line is cut off; the shaded part is padded with zeros."}, "image": {"alt": "Waveforms of a bona fide and a spoof clip with a dashed line at four seconds."}}
features.fixed_length(voices, n_samples=n_samples)

# %% [markdown]
# ### Mel, decibels, normalise
#
# The front-end is a PyTorch module with one method for each step, so we can look at each
# result. Its input is a batch of clips; here the batch contains only the bona fide clip.

# %%
batches = {x: torch.from_numpy(fixed[x])[None] for x in fixed}
waveform = batches["bonafide"]
power = front_end.power_spectrogram(waveform)
mel = front_end.apply_filters(power)
decibel = front_end.power_to_db(mel)
normal = front_end.normalize(decibel)

# %% [markdown]
# Calling the module does all steps. It also adds the channel axis that convolutions
# expect, as in a grey picture.

# %%
inputs = {x: front_end(batch) for x, batch in batches.items()}
torch.testing.assert_close(inputs["bonafide"][:, 0], normal)

# %% [markdown]
# ## Result
#
# ### The shape after each step

# %% tags=["hide-input"]
after = {
    "load": torch.from_numpy(voices["bonafide"]),
    "one length": waveform[0],
    "power spectrogram": power[0],
    "mel bands": mel[0],
    "decibels": decibel[0],
    "normalise": normal[0],
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
report.glue("n_before", f"{waveform.numel():,}".replace(",", " "))
report.glue("n_after", f"{normal.numel():,}".replace(",", " "))
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
# zero. This is also a problem for a model. The logarithm makes speech visible.
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
# - Every clip becomes a picture with one channel and {result}`frames` columns of ten
#   milliseconds. {result}`n_before` samples become {result}`n_after` numbers.
# - **Lost:** the phase of the sound, fine pitch at high frequencies, and everything after
#   four seconds. If an attack is only wrong there, these models cannot detect it.
# - **Not lost:** the *length* of a clip is still visible as the black area on the right,
#   and silence before the words as a dark area on the left. {doc}`01_data` explains why
#   this matters. Only the loudness is removed.
# - The module is part of the library and is tested against librosa {cite}`mcfee2015`.
