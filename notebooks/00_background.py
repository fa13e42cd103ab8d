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
# # Sound, pictures and networks
#
# *How does a voice become a picture, and a picture a decision?*
#
# **Goals.** After this chapter you can read a mel spectrogram, say how a machine makes a
# voice, compute a convolution and one step of an LSTM on paper, and explain how a network
# learns. *About 75 minutes.*
#
# **Before you start.** You need Python with NumPy, vectors and matrices, and what a
# derivative is. You need not know anything about sound or networks.
#
# ## Question
#
# What do you need to know about fakes, sound and neural networks to follow this book?
# Three things: how the signal of a microphone becomes a picture, how a fake is made, and
# the parts that the three models consist of.

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
clip = 0  # index of the clip that is shown, among the bona fide ones of dev

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import librosa
import numpy as np
import torch
from torch import nn

from antispoof import audio, corpora, frontends
from antispoof.constants import SAMPLE_RATE
from antispoof_report import report
from antispoof_report.diagrams import drawing, networks, sound

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# The figures with numbers are drawn from real values: a clip of the corpus, the filter bank
# of the models, or numbers that you can check on paper. Most parts of a network are
# computed by hand and with PyTorch, and `assert_close` compares the results. If they
# differ, the page is not built.
#
# ## Run
#
# The example is one bona fide clip. We use its first three seconds. In all chapters,
# `report` is the part of the library that shows players and tables.

# %%
partition = min(la.partitions)  # first by name: dev, or eval without dev
spoken = la.partition(partition).query("label == 'bonafide'")
voice = audio.load_mono_16k(spoken["path"].iloc[clip])[: 3 * SAMPLE_RATE]
report.player(voice, label="The example: a bona fide clip")

# %% [markdown]
# ## Result
#
# ### A voice is a sum of waves
#
# A microphone measures air pressure, here 16 000 times per second. In vowels and other
# voiced sounds, the vocal folds open and close in a regular rhythm. The rate of this
# rhythm is the *fundamental frequency* F0, which we hear as pitch. Such a regular sound is
# a sum of waves: one has the frequency F0, and the others, the *harmonics*, have two,
# three, four times F0. Throat and mouth make some harmonics loud and others quiet; this
# pattern distinguishes one vowel from another.
#
# A *spectrogram* shows this. The signal is cut into short overlapping windows in which the
# voice hardly changes. The *Fourier transform* finds the waves in a window. For each
# frequency it computes the *level*, which is how strong the wave is, and the *phase*, which
# is its position within its cycle. The spectrogram shows only the levels: the horizontal
# axis is time, the vertical axis is frequency, and brightness is the level. It is given in
# decibels (dB), which {doc}`02_preprocessing` explains.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-spectrogram", "caption": "A bona fide clip as a waveform (above) and as a spectrogram (below). The blue line is the fundamental frequency, found by the pYIN method. It is interrupted where nobody speaks or the sound has no pitch. The stripes above it are the harmonics."}, "image": {"alt": "Waveform of three seconds of speech above its spectrogram from 0 to 4 kHz; horizontal stripes show the harmonics, and a blue line follows the lowest stripe."}}
times, f0 = sound.fundamental_frequency(voice)
report.glue("median_f0", f"{np.nanmedian(f0):.0f} Hz")
report.glue("voiced", f"{np.isfinite(f0).mean():.0%}")
sound.spectrogram_with_pitch(voice)

# %% [markdown]
# In this clip, {result}`voiced` of the windows are voiced. Their median F0 is
# {result}`median_f0`.
#
# ### The mel scale is close to human hearing
#
# We hear a large step from 200 Hz to 300 Hz, but a small one from 6000 Hz to 6100 Hz. The
# *mel scale* {cite}`stevens1937` changes the frequency axis so that equal steps sound
# equally large. With the frequency $f$ in hertz and $m$ in mel, a common formula is
#
# $$ m = 2595 \, \log_{10} \left( 1 + \frac{f}{700} \right). $$
#
# A *mel filter bank* sums the spectrogram in overlapping triangles of equal width in mel.
# There are many narrow triangles at low frequencies and few wide ones at high
# frequencies.

# %%
front_end = frontends.LogMel()
front_end.filters.shape

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-mel", "caption": "The mel scale (above): eight equal steps in mel are increasing steps in hertz. Below: every fourth filter of the filter bank of this book. The low filters cover only two or three frequencies of the spectrogram, so their peaks do not always reach 1."}, "image": {"alt": "A curve of mel against hertz that rises steeply and then flattens, above a row of triangles that grow wider to the right."}}
n_freqs, n_mels = front_end.filters.shape
report.glue("n_freqs", n_freqs)
report.glue("n_mels", n_mels)
sound.mel_scale(front_end.filters.numpy())

# %% [markdown]
# So {result}`n_freqs` frequencies become {result}`n_mels` bands. The picture becomes
# smaller and keeps its detail where speech has most detail.
# {doc}`02_preprocessing` shows each step from clip to picture.
#
# ### How a machine makes a voice
#
# A *deepfake* is a fake made by a program, most often a deep network. To fake a voice,
# there are two ways:
#
# - **Text-to-speech** (TTS): the machine gets a text and some clips of the person. An
#   *acoustic model* turns the text into a spectrogram in that voice.
# - **Voice conversion** (VC): somebody else speaks. The machine keeps the words and the
#   rhythm and changes the voice.
#
# Most systems of both kinds end with a *vocoder*, which turns a spectrogram or another
# description of the voice into sound. A spectrogram does not hold the phase. So the vocoder
# has to invent it, and what it invents is often not quite right. Detectors can find such
# errors. Other systems put pieces of recordings together, or filter a recording.
#
# Here is a fake made on this page, without a network. We throw the phase of the clip away
# and let the method of {cite:t}`griffin1984` guess another: begin with a random phase,
# compute a sound from it and the levels, take the phase of that sound, put it together with
# the levels again, and repeat. One kind of fakes in the corpus, A11, was made with it.
#
# `librosa.stft` computes the Fourier transform of windows of `n_fft` samples, one every
# `hop_length` samples. Its results are complex numbers: the absolute value is the level,
# the angle is the phase.

# %%
levels = np.abs(librosa.stft(voice, n_fft=512, hop_length=128))
copy = librosa.griffinlim(levels, n_iter=32, hop_length=128, random_state=0)
kept = np.abs(librosa.stft(copy, n_fft=512, hop_length=128))
difference = np.linalg.norm(kept - levels) / np.linalg.norm(levels)
report.player(copy, label="The same clip with an invented phase")

# %% tags=["hide-input"]
report.glue("difference", f"{difference:.0%}")

# %% [markdown]
# We compare the levels of the copy with those of the clip: the length of the vector of
# all differences is {result}`difference` of the length of the vector of all levels. It is
# not zero, because neighbouring windows overlap and must agree. With a guessed phase they
# do not, so no sound has exactly these levels and this phase. Do you hear it? Listen for
# a metallic edge.
#
# ### Machine learning and deep learning
#
# *Machine learning* finds rules in examples; nobody writes them down. In its classical
# form, a person decides which *features* of the sound are looked at, and the machine
# learns how to weigh them. In *deep learning*, a network with many layers also finds the
# features. It needs more examples for that.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-deep-learning", "caption": "Machine learning and deep learning. What is learned from examples is blue. LFCC are one kind of features, described in the glossary."}, "image": {"alt": "Two rows of boxes from sound to score; above, features made by hand and a small model, below, one network that finds the features and decides."}}
drawing("machine_and_deep_learning")

# %% [markdown]
# ### The perceptron computes a weighted sum
#
# The smallest part of a network is the perceptron. It multiplies each input $x_i$ by a
# *weight* $w_i$, adds the products and a *bias* $b$, and applies an *activation*
# function to the sum $z = \sum_i w_i x_i + b$. Training means finding good weights and
# biases. One activation is the *sigmoid*, $\sigma(z) = 1 / (1 + e^{-z})$; the figure shows
# it and two others.
#
# Many perceptrons that read the same inputs are a *layer*. A layer without the activation
# is a *linear layer*: $z = W x + b$, where each row of the matrix $W$ holds the weights of
# one perceptron. The activation is what makes several layers worth more than one: without
# it, $W_2 (W_1 x) = (W_2 W_1) x$, which is one linear layer again.
#
# Here is the sum $z$, by hand and with PyTorch. PyTorch computes many perceptrons and
# many examples at once. So it expects an axis for them, and `[None]` adds an axis of
# length 1 in front.

# %%
inputs = torch.tensor([1.0, 0.5, -1.0])
weights, bias = torch.tensor([0.6, -0.4, 0.2]), 0.1
by_hand = (weights * inputs).sum() + bias

# %%
neuron = nn.functional.linear(inputs, weights[None], torch.tensor([bias]))
torch.testing.assert_close(neuron[0], by_hand)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-perceptron", "caption": "The weighted sum z of the perceptron (dotted line) and the output of three activation functions (dots): the step function of the first perceptrons; the sigmoid, which maps any number to a value between 0 and 1; and the ReLU of today's networks, which keeps positive numbers and replaces negative ones by 0."}, "image": {"alt": "Three curves, step, sigmoid and ReLU, each with a dot at the weighted sum of the perceptron."}}
networks.perceptron(inputs.numpy(), weights.numpy(), bias)

# %% [markdown]
# ### A network learns by gradient descent
#
# How does training find the weights? It needs a number for how wrong the network is, the
# *loss*, and it changes each weight in the direction in which the loss falls.
#
# Our models have two outputs, $z_0$ for spoof and $z_1$ for bona fide. The *softmax* makes
# probabilities of them, and the loss, {term}`cross entropy`, is minus the logarithm of the
# probability that the correct class got:
#
# $$
# p_c = \frac{e^{z_c}}{e^{z_0} + e^{z_1}}, \qquad \text{loss} = -\log p_\text{correct}.
# $$
#
# The logarithm is the natural one. A sure and correct answer costs almost nothing; a sure
# and wrong one costs much. The {term}`score` of a clip in this book is the difference of
# the two outputs, bona fide minus spoof, $z_1 - z_0$. If it is above 0, bona fide is the
# more probable class.

# %%
z, correct = torch.tensor([0.2, 1.0]), 0
p = z.exp() / z.exp().sum()
loss = -p[correct].log()
expected = nn.functional.cross_entropy(z[None], torch.tensor([correct]))
torch.testing.assert_close(loss, expected)

# %% [markdown]
# How does the loss change if we change a weight a little? This slope, for all weights
# together, is the *gradient*. We compute it in two steps:
#
# 1. The slope of the loss with respect to an output $z_c$. The loss is
#    $\log(e^{z_0} + e^{z_1}) - z_\text{correct}$, so the slope is $p_c - 1$ for the correct
#    class and $p_c$ for the other.
# 2. The slope of $z_c$ with respect to a weight. Since $z_c = \sum_i w_{ci} x_i$, it is
#    the input $x_i$.
#
# By the chain rule, the slope of the loss with respect to the weight $w_{ci}$ is the
# product of both. PyTorch computes it with `backward()`, which stores it in `.grad`:

# %%
# One row for each class; requires_grad: PyTorch keeps a record of what is computed.
learned = torch.zeros(2, 3, requires_grad=True)
z = learned @ inputs
nn.functional.cross_entropy(z[None], torch.tensor([0])).backward()
slope = z.detach().softmax(0) - torch.tensor([1.0, 0.0])  # no record
torch.testing.assert_close(learned.grad, slope[:, None] * inputs)

# %% [markdown]
# In a network of many layers, the chain rule continues: the slope at an early layer is a
# product with one factor for each layer after it. PyTorch computes it from the last layer
# back to the first, which is called the *backward pass*.
#
# *Gradient descent* takes a small step against the gradient, again and again. The size of
# the step is the *learning rate*. One pass through all training clips is an *epoch*; the
# clips whose losses are averaged for one step are a *batch*.
#
# A network begins with random weights and gets the clips in a random order. The random
# numbers follow from a start value, the *seed*. So the same training with another seed
# gives another network, with another result.
#
# Here are twenty steps for one example, from weights of zero. `torch.autograd.grad`
# computes the same as `backward()`, but returns the gradient instead of storing it.

# %%
losses, rate = [], 0.5
for _ in range(20):
    loss = nn.functional.cross_entropy(
        (learned @ inputs)[None], torch.tensor([0])
    )
    (slope,) = torch.autograd.grad(loss, learned)
    losses.append(loss.item())
    with torch.no_grad():  # the step itself is not recorded
        learned -= rate * slope

# %% tags=["hide-input"]
report.glue("loss_first", f"{losses[0]:.2f}")
report.glue("loss_last", f"{losses[-1]:.2f}")

# %% [markdown]
# The loss falls from {result}`loss_first`, which is what guessing costs ($\log 2$), to
# {result}`loss_last`.
#
# A network can also learn its examples one by one. This is *overfitting*: the loss on the
# training clips keeps falling, but the loss on other clips rises. So a part of the clips, the
# validation set, is held back and never learned from.
#
# ### Convolution finds one pattern at every position
#
# A pattern in a picture can be at any position. So a *convolution* moves one small table
# of weights, the *kernel* (or *filter*), over the picture and computes the weighted sum at
# each position. The *stride* is the step of this movement: with stride 2, the output has about
# half as many rows and columns. *Padding* adds rows and columns of zeros around the
# picture, so that the kernel also fits at its edge. With $n$ rows, a kernel of $k$ rows,
# padding $p$ on each side and stride $s$, the output has
# $\lfloor (n + 2p - k) / s \rfloor + 1$ rows. The brackets $\lfloor\ \rfloor$ mean:
# rounded down.

# %%
image = np.random.default_rng(0).integers(0, 3, size=(5, 5))
kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])  # vertical edges
# All 3 × 3 windows of the picture: an array of 3 × 3 tables of 3 × 3 numbers.
windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
stride_1 = (windows * kernel).sum(axis=(-2, -1))
stride_2 = stride_1[::2, ::2]

# %% [markdown]
# PyTorch gives the same numbers. It expects four axes: clip, channel, row, column. So
# `[None, None]` adds the first two; `padding=1` would add the zeros. (In mathematics, this
# operation is a correlation: a convolution would reverse the kernel first.)

# %%
picture = torch.tensor(image)[None, None].float()
weight = torch.tensor(kernel)[None, None].float()
for stride, expected in ((1, stride_1), (2, stride_2)):
    got = nn.functional.conv2d(picture, weight, stride=stride)[0, 0]
    np.testing.assert_array_equal(got, expected)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-stride-1", "caption": "Convolution with stride 1. The blue result is the sum of the products of the blue window and the kernel. One step to the right, the orange window gives the orange result."}, "image": {"alt": "A 5 by 5 table of numbers, a 3 by 3 kernel and the 3 by 3 output; two windows one column apart and their two results are outlined."}}
networks.convolution(image, kernel, stride_1, stride=1)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-stride-2", "caption": "The same convolution with stride 2. The window moves two columns at a time, and the output shrinks to 2 by 2."}, "image": {"alt": "The same 5 by 5 table and kernel with a 2 by 2 output; the two outlined windows are two columns apart."}}
networks.convolution(image, kernel, stride_2, stride=2)

# %% [markdown]
# ### What else a CNN has
#
# - *Max-pooling* cuts the picture into blocks of 2 × 2 and keeps the largest number of
#   each. The picture shrinks to a quarter, and a small shift of a pattern changes little.
# - *Batch normalisation* subtracts the mean and divides by the standard deviation, for
#   each kernel, so that the numbers of all layers stay in one range. While training, both
#   are those of the batch. A running mean of them is kept, and used when a single clip is
#   judged. The result is multiplied by a learned weight and a learned bias is added; at
#   first, these are 1 and 0.
# - *Dropout* sets a share of the numbers to zero at random while training, so that the
#   network cannot rely on single ones.
#
# The first two, by hand and with PyTorch:

# %%
maps = torch.randn(8, 3, 4, 6)  # 8 clips, 3 kernels, 4 rows, 6 columns
blocks = maps.reshape(8, 3, 2, 2, 3, 2)  # 4 rows: 2 pairs; 6 columns: 3 pairs
largest = blocks.amax(dim=(3, 5))
torch.testing.assert_close(nn.functional.max_pool2d(maps, 2), largest)

# %%
mean = maps.mean(dim=(0, 2, 3), keepdim=True)
variance = maps.var(dim=(0, 2, 3), keepdim=True, unbiased=False)
normal = (maps - mean) / torch.sqrt(variance + 1e-5)  # never divides by 0
torch.testing.assert_close(nn.BatchNorm2d(3)(maps), normal)

# %% [markdown]
# A *convolutional neural network* (CNN) stacks such layers, each with many kernels. Each
# kernel gives one picture, a *channel* of the output. A kernel of the next layer reads all
# channels: it has one table of weights for each, and sums over all. The first layers find
# edges, later layers find patterns of edges. The number of channels grows, their size
# shrinks. {doc}`03_cnn` builds this one:

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-layers", "caption": "The CNN of this book. Sheets stand for channels; below, their number, rows and columns."}, "image": {"alt": "In two rows, from left to right: the input picture, four stacks of ever smaller and more pictures, a stack of 4 by 4 pictures, and two linear layers of 128 and 2 numbers."}}
drawing("cnn_layers")

# %% [markdown]
# ### Residual blocks make deep networks trainable
#
# Deeper networks should be better, but a simple stack of many layers is hard to train: a
# stack of 56 layers can do worse than one of 20, even on its training pictures
# {cite}`he2016`. Why?
#
# One possible reason is the *vanishing gradient*. The slope at the first layers is a
# product with one factor for each layer after them. If most factors are smaller than one,
# the product is almost zero and the first layers do not learn. {doc}`04_resnet` measures
# this in a stack without batch normalisation. But with batch normalisation, the gradient
# does not vanish, and deep stacks are still hard to train. So {cite:t}`he2016` think that
# this is not the reason, and leave open what it is.
#
# A *residual block* {cite}`he2016` adds its input $x$ to the output $F(x)$ of its layers, so
# the block gives $F(x) + x$. The layers only have to learn the difference $F(x)$. If a block
# is not needed, $F(x)$ can stay at zero. And in the backward pass, the sum adds 1 to the
# factor of the block.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-residual", "caption": "Two residual blocks. The blue line is the shortcut from the input to the addition. The bottleneck block first reduces 256 channels to 64, so that the expensive 3 by 3 convolution has less to compute, and then expands them again."}, "image": {"alt": "Two columns of boxes: the basic block with two convolutions and the bottleneck block with three; in both a line leads from the input around the convolutions to an addition."}}
drawing("residual_block")

# %% [markdown]
# A 1 × 1 convolution is a weighted sum over the channels at each position. The ResNet50 of
# {doc}`04_resnet` consists of bottleneck blocks.
#
# ### Recurrent layers read a sequence in order
#
# A *recurrent* layer (RNN) reads a sequence $x_1, x_2, \dots$ of vectors step by step.
# In this book, the sequence is a picture, column by column, from the start of the clip to
# its end. The layer keeps a *state* $h_t$, a vector that depends on all steps so far and
# begins with zeros. It uses the same weights at every step, a matrix $W$ for the input and
# a matrix $U$ for the state before:
#
# $$ h_t = \tanh(W x_t + U h_{t-1} + b). $$
#
# The hyperbolic tangent, $\tanh z = (e^z - e^{-z}) / (e^z + e^{-z})$, maps any number to a
# value between −1 and 1.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-rnn", "caption": "A recurrent layer as a loop (left) and unrolled in time (right). Each step gets one element of the sequence and the state of the step before."}, "image": {"alt": "One box with an arrow back to itself equals a chain of four boxes, each with an input below, an output above and an arrow to the next."}}
drawing("rnn_unrolled")

# %% [markdown]
# Simple recurrent layers forget early steps: here, too, the slope at an early step is a
# product, with one factor for each step after it. The *long short-term memory* (LSTM)
# {cite}`hochreiter1997` adds a memory $c_t$ and three *gates*. A gate is a vector of values
# between 0 and 1, made by a sigmoid $\sigma$. The gates control what is kept ($f_t$, the
# forget gate), what is written ($i_t$, the input gate) and what becomes the state ($o_t$,
# the output gate); $g_t$ is the candidate to be written. Each has its own $W$, $U$ and $b$:
#
# $$
# f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f), \quad
# i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i),
# $$
#
# $$
# o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o), \quad
# g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g),
# $$
#
# $$
# c_t = f_t \, c_{t-1} + i_t \, g_t, \qquad h_t = o_t \tanh(c_t).
# $$
#
# Products of two vectors are element by element. Here is one step with one input, a state
# of one number and no $b$, so that you can do it on paper; then the same by PyTorch, which
# keeps the four matrices $W$ as one, in the order i, f, g, o.

# %%
x, h, c = torch.tensor([[1.0]]), torch.tensor([[0.5]]), torch.tensor([[2.0]])
w = torch.tensor([[0.0], [1.0], [0.5], [-1.0]])  # for i, f, g, o
u = torch.tensor([[2.0], [0.0], [1.0], [0.0]])
i, f, g, o = (x @ w.T + h @ u.T).chunk(4, dim=1)  # cut into four
i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
memory = f * c + i * g
state = o * memory.tanh()

# %% tags=["hide-input"]
numbers = {"i": i, "f": f, "g": g, "o": o, "memory": memory, "state": state}
print({name: round(value.item(), 3) for name, value in numbers.items()})

# %%
cell = nn.LSTMCell(input_size=1, hidden_size=1, bias=False)
with torch.no_grad():
    cell.weight_ih.copy_(w)  # from the input
    cell.weight_hh.copy_(u)  # from the state
torch.testing.assert_close((state, memory), cell(x, (h, c)))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-lstm", "caption": "The LSTM cell. The memory is the upper line. It changes in two places only: the forget gate reduces it, and the input gate adds the candidate. The output gate controls how much of the memory becomes the state. Blue boxes are gates with values between 0 and 1; yellow boxes map to values between −1 and 1."}, "image": {"alt": "A cell with two lines through it, memory above and state below; three blue gates and a yellow candidate rise from the lower line and act on the upper one by multiplication and addition."}}
drawing("lstm_cell")

# %% [markdown]
# In {doc}`05_resnet_lstm`, an LSTM reads the output of ResNet50 from the start of the clip
# to its end.
#
# ## What it means
#
# - A clip of speech becomes a picture with {result}`n_mels` rows, the mel spectrogram.
#   From here on, the detection of fake voices is a classification of pictures.
# - The three models consist of the parts in this chapter: weighted sums, convolutions,
#   residual blocks, and in one model an LSTM. None of these parts is made for speech. A
#   model learns everything from the data, so the next chapter is {doc}`01_data`.
# - For every part that was computed twice, the results by hand and with PyTorch were the
#   same.

# %% [markdown]
# ## Exercises
#
# 1. A picture of 64 rows and 401 columns goes through a convolution with a 3 × 3 kernel,
#    padding 1 and stride 2. How large is the output? Compute it with the formula, then
#    with `nn.Conv2d(1, 1, 3, stride=2, padding=1)`. Its input has four axes: clip, channel,
#    row, column.

# %% tags=["hide-cell", "solution"]
print([(n + 2 - 3) // 2 + 1 for n in (64, 401)])
nn.Conv2d(1, 1, 3, stride=2, padding=1)(torch.zeros(1, 1, 64, 401)).shape

# %% [markdown]
# 2. The second class is correct. What is the loss of a network with equal outputs,
#    $z_0 = z_1 = 0$, and what is it with $z_0 = 5$ and $z_1 = -5$? Which answer would you
#    rather give when you do not know?

# %% tags=["hide-cell", "solution"]
answers = torch.tensor([[0.0, 0.0], [5.0, -5.0]])
costs = nn.functional.cross_entropy(
    answers, torch.tensor([1, 1]), reduction="none"
)
print("log 2 and log(1 + e^10):", costs)
ratio = costs[1] / costs[0]
print(f"Equal outputs: a sure wrong answer costs {ratio:.0f} times as much.")

# %% [markdown]
# 3. Set the forget gate of the LSTM to 1 and the input gate to 0. What happens to the
#    memory? Why is this good for learning from a long sequence? Think of the product in
#    the backward pass.

# %% tags=["hide-cell", "solution"]
open_forget, closed_input = torch.ones(1, 1), torch.zeros(1, 1)
torch.testing.assert_close(open_forget * c + closed_input * g, c)
print("The memory passes unchanged. The slope of the new memory with respect")
print("to the old one is 1, so a product of many such factors stays 1, and")
print("the first steps of the sequence can still be learned from.")
