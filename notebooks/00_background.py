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
# # How does a voice become a picture, and a picture an answer?
#
# ## Question
#
# What must one know about sound and about neural networks to follow this book? Not
# much: how a microphone's signal turns into a picture, and what the four parts are of
# which all three models are built.

# %% tags=["bootstrap", "hide-cell"]
from importlib.util import find_spec

if find_spec("antispoof") is None:  # Kaggle, Colab: add it, keep their torch
    import subprocess
    import sys
    from importlib.metadata import distributions
    from pathlib import Path

    name = "antispoof-*.whl"  # attached or beside the notebook: no internet
    wheels = [*Path().glob(name), *Path("/content/drive/MyDrive").glob(name)]
    for folders in ("*", "*/*", "*/*/*"):
        wheels += Path("/kaggle/input").glob(f"{folders}/{name}")
    if wheels:
        what = ["--no-index", "--no-deps", "--find-links", wheels[0].parent]
        what += ["antispoof", "miniaudio", "av"]
    else:
        kept = [d for d in distributions() if str(d.name).startswith("torch")]
        what = ["git+{{repository}}"]
        what += [f"{d.name}=={d.version}" for d in kept]
    subprocess.check_call(
        [sys.executable, "-m", "pip", "install", "-q", *what]
    )
from antispoof import platforms
from antispoof_report.notebooks.parameters import check_parameters

print(platforms.describe_environment())

# %% tags=["parameters"]
corpus = ""  # folder of ASVspoof 2019 LA; empty finds or makes one
clip = 0  # which bona fide clip of the dev partition is drawn

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np
import torch
from torch import nn

import antispoof_report as report
from antispoof import audio, corpora, frontends
from antispoof.constants import SAMPLE_RATE
from antispoof_report.diagrams import background, pitch

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# Every figure below is drawn by code, from something at hand: a clip of the corpus, the
# filter bank that the models use, numbers small enough to check on paper. Where PyTorch
# does the same computation, both are carried out and compared, and the page is not
# built if they differ.
#
# ## Run
#
# One bona fide clip serves as the example. Three seconds of it are enough.

# %%
spoken = la.partition("dev").query("label == 'bonafide'")
voice = audio.load_mono_16k(spoken["path"].iloc[clip])[: 3 * SAMPLE_RATE]
report.player(voice, label="The example: a bona fide clip")

# %% [markdown]
# ## Result
#
# ### A voice is a sum of waves
#
# A microphone measures air pressure, here 16 000 times a second. In vowels and other
# voiced sounds the vocal folds open and close in a steady rhythm. That rhythm is the
# *fundamental frequency* F0, which we hear as pitch. Above it lie the *harmonics*, at
# two, three, four times F0. Throat and mouth make some of them loud and others faint,
# and by this pattern we tell one vowel from another.
#
# A *spectrogram* makes that visible. The signal is cut into short windows, so short
# that the voice hardly changes within one, and the Fourier transform says how much of
# each frequency a window holds. Time runs to the right, frequency upwards, and
# brightness is the level.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-spectrogram", "caption": "A bona fide clip as a waveform (above) and as a spectrogram (below). The blue line is the fundamental, found by autocorrelation; it breaks off where nobody speaks or where the sound has no pitch. The stripes above it are the harmonics."}, "image": {"alt": "Waveform of three seconds of speech above its spectrogram from 0 to 4 kHz; horizontal stripes show the harmonics, and a blue line follows the lowest stripe."}}
times, f0 = pitch.fundamental(voice)
report.glue("median_f0", f"{np.nanmedian(f0):.0f} Hz")
report.glue("voiced", f"{np.isfinite(f0).mean():.0%}")
background.spectrogram_with_pitch(voice)

# %% [markdown]
# In this clip {result}`voiced` of the windows are voiced, and half of those lie below
# {result}`median_f0`.
#
# ### The mel scale hears like an ear
#
# From 200 Hz to 300 Hz is a wide step to the ear, from 6000 Hz to 6100 Hz a narrow one.
# The *mel scale* {cite}`stevens1937` bends the frequency axis so that equal steps sound
# equally far apart. The form in common use is
#
# $$ m = 2595 \, \log_{10} \left( 1 + \frac{f}{700} \right). $$
#
# A *mel filter bank* sums the spectrogram in overlapping triangles that are equally
# wide in mel: many narrow ones for low frequencies, few wide ones for high frequencies.

# %%
front_end = frontends.LogMel()
front_end.mel_fb.shape

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-mel", "caption": "The mel scale (above): eight equal steps in mel become wider and wider steps in hertz. Below, every fourth filter of the bank that the models of this book use. Low filters are so narrow that they cover two or three frequencies of the spectrogram, so their peaks do not always reach 1."}, "image": {"alt": "A curve of mel against hertz that rises steeply and then flattens, above a row of triangles that grow wider to the right."}}
n_freqs, n_mels = front_end.mel_fb.shape
report.glue("n_freqs", n_freqs)
report.glue("n_mels", n_mels)
background.mel_scale(front_end.mel_fb.numpy())

# %% [markdown]
# So {result}`n_freqs` frequencies become {result}`n_mels` bands. The picture gets
# smaller and keeps its detail where speech has most of it.
# {doc}`02_preprocessing` shows each step from clip to picture.
#
# ### The perceptron weighs and adds
#
# The smallest part of a network takes numbers $x_i$, multiplies each by a *weight*
# $w_i$, adds them up with a *bias* $b$, and passes the sum on through an *activation*.
# Training is nothing but finding weights and biases. Here is one, by hand and by
# PyTorch.

# %%
inputs = torch.tensor([1.0, 0.5, -1.0])
weights, bias = torch.tensor([0.6, -0.4, 0.2]), 0.1
by_hand = (weights * inputs).sum() + bias

# %%
neuron = nn.functional.linear(inputs, weights[None], torch.tensor([bias]))
torch.testing.assert_close(neuron[0], by_hand)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-perceptron", "caption": "A perceptron at work. The weighted sum z goes through one of three activations: the step of the first perceptrons, the sigmoid, which squeezes any number between 0 and 1, and the ReLU of today's networks, which lets positive numbers pass and turns negative ones into 0."}, "image": {"alt": "Three input circles lead with their weights into one circle with the sum z, which leads to three boxes with the results of step, sigmoid and ReLU."}}
background.perceptron(inputs.numpy(), weights.numpy(), bias)

# %% [markdown]
# ### Convolution looks for one pattern everywhere
#
# In a picture, a pattern matters wherever it stands. A *convolution* therefore moves
# one small table of weights, the *kernel*, over the whole picture and writes down the
# weighted sum at each place. The *stride* is the step by which it moves: with stride 2
# the output has about half as many rows and columns. For $n$ rows, a kernel of $k$ and
# a stride of $s$ the output has $\lfloor (n - k) / s \rfloor + 1$ rows.

# %%
image = np.random.default_rng(0).integers(0, 3, size=(5, 5))
kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])  # vertical edges
windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
stride_1 = (windows * kernel).sum(axis=(-2, -1))
stride_2 = stride_1[::2, ::2]

# %% [markdown]
# PyTorch gives the same numbers. (What networks call convolution is a correlation to a
# mathematician: the kernel is not turned around.)

# %%
picture = torch.tensor(image)[None, None].float()
weight = torch.tensor(kernel)[None, None].float()
for stride, expected in ((1, stride_1), (2, stride_2)):
    got = nn.functional.conv2d(picture, weight, stride=stride)[0, 0]
    np.testing.assert_array_equal(got, expected)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-stride-1", "caption": "Convolution with stride 1. The blue window, multiplied by the kernel number by number and added up, gives the blue result; one step to the right, the orange window gives the orange one."}, "image": {"alt": "A 5 by 5 table of numbers, a 3 by 3 kernel and the 3 by 3 output; two windows one column apart and their two results are outlined."}}
background.convolution(image, kernel, stride_1, stride=1)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-stride-2", "caption": "The same convolution with stride 2. The window moves two columns at a time, and the output shrinks to 2 by 2."}, "image": {"alt": "The same 5 by 5 table and kernel with a 2 by 2 output; the two outlined windows are two columns apart."}}
background.convolution(image, kernel, stride_2, stride=2)

# %% [markdown]
# A *convolutional neural network* (CNN) stacks such layers, with many kernels in each.
# The first ones find edges, later ones find patterns of edges. {doc}`03_cnn` builds one
# with four.
#
# ### Residual blocks let networks grow deep
#
# Deeper networks should be better, but plainly stacked they become harder to train: with
# 56 layers they can do worse than with 20, even on the pictures they were trained on. A
# *residual block* {cite}`he2016` adds its input to its output, so that its layers need
# only learn the difference $F(x)$. A block that has nothing to add can leave $F(x)$ at
# zero and do no harm.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-residual", "caption": "Two residual blocks. The blue line is the shortcut that carries the input past the layers. The bottleneck block first narrows 256 channels to 64, so that the costly 3 by 3 convolution is cheap, and then widens them again."}, "image": {"alt": "Two columns of boxes: the basic block with two convolutions and the bottleneck block with three; in both a line leads from the input around the convolutions to an addition."}}
background.residual_block()

# %% [markdown]
# ResNet50 of {doc}`04_resnet` is made of bottleneck blocks.
#
# ### Recurrence reads in order
#
# A *recurrent* layer (RNN) reads a sequence step by step and keeps a *state* $h_t$: what
# it remembers of everything so far. The same weights serve at every step.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-rnn", "caption": "A recurrent layer as a loop (left) and unrolled in time (right). Each step sees one element of the sequence and the state that the step before left."}, "image": {"alt": "One box with an arrow back to itself equals a chain of four boxes, each with an input below, an output above and an arrow to the next."}}
background.rnn_unrolled()

# %% [markdown]
# Plain recurrent layers forget early steps. The *long short-term memory* (LSTM)
# {cite}`hochreiter1997` adds a second line, the memory $c_t$, and three *gates* between
# 0 and 1 that decide what is forgotten ($f_t$), what is written ($i_t$) and what is
# shown ($o_t$):
#
# $$
# c_t = f_t \, c_{t-1} + i_t \, g_t, \qquad h_t = o_t \tanh(c_t),
# $$
#
# where $g_t$ is the candidate to be written. One step of it by hand, against PyTorch:

# %%
torch.manual_seed(0)
cell = nn.LSTMCell(input_size=3, hidden_size=2)
x, h, c = torch.randn(1, 3), torch.randn(1, 2), torch.randn(1, 2)

# %%
from_input = x @ cell.weight_ih.T + cell.bias_ih
from_state = h @ cell.weight_hh.T + cell.bias_hh
i, f, g, o = (from_input + from_state).chunk(4, dim=1)  # PyTorch's order
memory = f.sigmoid() * c + i.sigmoid() * g.tanh()
state = o.sigmoid() * memory.tanh()
torch.testing.assert_close((state, memory), cell(x, (h, c)))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-lstm", "caption": "The LSTM cell. The memory runs along the top and is changed in two places only: the forget gate fades it, and the input gate lets the candidate in. The output gate decides how much of it becomes the state. Blue boxes are gates between 0 and 1, yellow ones squeeze between -1 and 1."}, "image": {"alt": "A cell with two lines through it, memory above and state below; three blue gates and a yellow candidate rise from the lower line and act on the upper one by multiplication and addition."}}
background.lstm_cell()

# %% [markdown]
# {doc}`05_resnet_lstm` lets an LSTM read what ResNet50 saw, from the first second to the
# last.
#
# ## What it means
#
# - A clip of speech becomes a picture of {result}`n_mels` rows: the mel spectrogram.
#   From here on, detecting a fake voice is a question of recognising pictures.
# - All three models consist of the parts shown here: weighted sums, convolutions,
#   residual blocks, and one of them an LSTM. None of the parts knows anything about
#   speech. What a model knows, it has from the data, which is why {doc}`01_data` comes
#   next.
# - By hand and by PyTorch, every part gave the same numbers.
