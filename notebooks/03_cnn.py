# ---
# jupyter:
#   antispoof:
#     trains: cnn
#     reads: [data/study/la/main]
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
# # The CNN
#
# *How far does a small convolutional network get?*
#
# **Goals.** After this chapter you can write a CNN and its training loop in PyTorch, and
# read learning curves and confusion matrices. *About 40 minutes.*
#
# ## Question
#
# What does a small network of four convolutions and two linear layers learn from a log-mel
# spectrogram? It is the first model of the thesis {mark}`S`, and the baseline for the two
# larger models.

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
seeds = None  # type: list  one run each; None: five, or a short one on a CPU
seed = None  # type: int  one seed, instead of `seeds`
epochs = 0  # number of epochs; 0: the default of the configuration
settings = {}  # changes to configurations: {"cnn": {"lr": 1e-4}}
fresh = False  # True: train, do not use reference runs

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import corpora, frontends, metrics, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, training
from antispoof.training import fit, split_validation
from antispoof_report import report

la = corpora.load_or_synthesize(corpus)
report.glue("live_title", la.title)
report.header(la)

# %% [markdown]
# ## Method
#
# A convolution moves small filters over the spectrogram and finds the same pattern at
# every frequency and time. The network ({numref}`fig-cnn-layers`) has four blocks. Each
# has a convolution with 3 × 3 filters, batch normalisation, max-pooling, which halves the
# picture in both directions, and ReLU (negative values become zero). After four blocks
# the picture has 4 rows and 25 columns. It is averaged to a grid of 4 × 4: the rows stay,
# and the columns are averaged in four groups. So the size of the linear layers does not
# depend on the length of the input.
#
# Two linear layers turn the grid into two numbers, $z_0$ for spoof and $z_1$ for bona
# fide. The **score** is $z_1 - z_0$. By the softmax, the probability $p$ of bona fide
# divided by that of spoof is $p / (1 - p) = e^{z_1} / e^{z_0}$, so the score is its
# logarithm. Above 0, bona fide is the more probable class, and the clip is classified as
# bona fide. The thesis names a CNN {mark}`S`; the sizes of the layers are common in
# near-identical public work {mark}`N`.
#
# Three measures are used below, and {doc}`06_analysis` computes them by hand: the
# {term}`accuracy`; the {term}`macro-F1`, which gives both classes the same weight; and the
# {term}`EER`, the error rate at the threshold where as many real clips are rejected as
# fakes are accepted. An EER of 50 % is guessing.
#
# ### The network in code
#
# `nn.Sequential` applies its layers one after another. A convolution from `n_in` to `n_out`
# channels has a 3 × 3 kernel for each pair of an input and an output channel: an output
# channel is the sum of `n_in` filtered pictures, plus a bias. Padding 1 keeps the size of
# the picture. After the division by the standard deviation, batch normalisation
# multiplies each channel by a learned weight and adds a learned bias; they begin at 1
# and 0.


# %%
def block(n_in, n_out):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel_size=3, padding=1),
        nn.BatchNorm2d(n_out),
        nn.MaxPool2d(2),
        nn.ReLU(),
    )


# %% [markdown]
# In PyTorch, a network is a class derived from `nn.Module`: `__init__` makes its layers,
# `forward` says how an input goes through them, and `model(x)` calls `forward`. Here: four
# blocks, the average over a grid of 4 × 4, two linear layers with dropout between them.


# %%
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(
            block(1, 16), block(16, 32), block(32, 64), block(64, 128)
        )
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(128 * 4 * 4, 128),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, 2),  # spoof, bona fide
        )

    def forward(self, x):
        return self.classifier(self.pool(self.blocks(x)))


# %% [markdown]
# It has the same layers as the CNN of the library: with the same weights, both give the
# same numbers. `state_dict` holds all weights by name. `eval` switches dropout off, and
# batch normalisation to its running means.

# %%
model = models.build("cnn").eval()
written = CNN().eval()
written.load_state_dict(model.state_dict())  # fails if a layer differs
x = torch.randn(2, *frontends.build("logmel").shape)
torch.testing.assert_close(written(x), model(x))

# %% [markdown]
# ### The layers and their sizes

# %%
frontend = frontends.build("logmel")
stages = {f"block {i}": block for i, block in enumerate(model.blocks, 1)}
stages |= {"pooling": model.pool, "classifier": model.classifier}
x = torch.zeros(1, *frontend.shape)  # one clip, sent through layer by layer
layers = []
with torch.inference_mode():
    for name, layer in stages.items():
        x = layer(x)
        layers.append(
            {
                "layer": name,
                "output": " × ".join(map(str, x.shape[1:])),
                "parameters": models.n_parameters(layer),
            }
        )

# %% tags=["hide-input"]
report.glue(
    "parameters", f"{models.n_parameters(model):,}".replace(",", "\u202f")
)
report.glue("input", " × ".join(map(str, frontend.shape)))
report.table(
    pd.DataFrame(layers), caption="The layers of CNN, from input to output"
)

# %% [markdown]
# The input is a picture of {result}`input`. Most of the {result}`parameters` parameters are
# in the first linear layer, not in the convolutions.

# %% [markdown]
# ### Training in code
#
# An *epoch* shows every training clip to the network once, in *batches*. For each batch:
# compute the outputs (forward), measure how wrong they are (cross entropy), compute how
# each weight changes that (backward), and change the weights a little (step). Before,
# `zero_grad` deletes the gradients of the last batch; PyTorch would add the new ones to
# them. `order` contains the numbers of the clips in random order, and `np.split` cuts it into
# batches.


# %%
def train_epoch(model, x, y, order, optimizer, batch_size=64):
    model.train()  # dropout and batch normalisation as in training
    total = 0.0
    for rows in np.split(order, range(batch_size, len(order), batch_size)):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    return total / len(order)


# %% [markdown]
# After each epoch, the network is tested on the clips of two training speakers that it
# does not learn from, the validation set. In `inference_mode`, PyTorch prepares no
# gradients, which saves time.


# %%
def validate(model, x, y):
    model.eval()  # no dropout; running means, not those of the batch
    with torch.inference_mode():
        z = model(x)
    loss = nn.functional.cross_entropy(z, y).item()
    scores = (z[:, 1] - z[:, 0]).numpy()
    return loss, metrics.macro_f1(scores, y.numpy())


# %% [markdown]
# Two epochs with these functions. `x` holds one spectrogram for each training clip, `y` its
# class: 0 is spoof, 1 is bona fide. *Adam* is gradient descent with two changes: it uses a
# mean of the latest gradients, and each weight has a step size of its own.

# %%
train_set, val_set = split_validation(
    frontends.load_features(la, "train"), n_speakers=2
)
x, y = train_set.read(), torch.from_numpy(train_set.labels)
x_val, y_val = val_set.read(), torch.from_numpy(val_set.labels)
x.shape  # clips, channels, rows, columns

# %%
torch.manual_seed(0)
network, history = CNN(), []
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
for epoch in range(2):  # the library shuffles with [0, epoch], too
    order = np.random.default_rng([0, epoch]).permutation(len(y))
    loss = train_epoch(network, x, y, order, optimizer)
    history.append((loss, *validate(network, x_val, y_val)))

# %% [markdown]
# The library has the same loop in `antispoof.training.fit`. It can also use a GPU, shorter
# number formats and {term}`augmentation`, and it resumes after an interruption. Its losses
# agree within 2 %: it rounds differently, and every step of the training makes the
# difference larger.

# %%
short = TrainConfig.for_model("cnn", epochs=2)
fitted = fit(short, train_set, val_set, seed=0, cpu=True).history
columns = ["loss", "val_loss", "val_macro_f1"]
losses = np.array(history)[:, :2]
np.testing.assert_allclose(fitted[columns[:2]], losses, rtol=2e-2)

# %% tags=["hide-input"]
report.glue("n_batches", len(range(0, len(y), 64)))
report.table(
    pd.DataFrame(history, pd.Index([1, 2], name="epoch"), columns),
    caption="Two epochs of the loop on this page",
    formats=dict.fromkeys(columns, ".3f"),
    index=True,
)

# %% [markdown]
# After two epochs with {result}`n_batches` batches each, the network has hardly begun to
# learn. Guessing has a loss of $\log 2$, which is 0.69, and a network that gives one
# answer to all clips has a macro-F1 of at most
# 0.5.

# %% [markdown]
# ## Run
#
# The configuration contains every setting that affects the trained model:
#
# - `lr` is the learning rate. With the `schedule` "cosine" it falls to 0 during the
#   training, along half a period of a cosine.
# - `precision` is the number format: fp32 has 32 bits.
# - `keep_checkpoint` says which weights are kept: those of the epoch with the best macro-F1
#   on the validation set, or the last. The testing and the evaluation dataset are not used
#   for this choice.
# - A setting that is 0, none or empty does nothing. `antispoof train --help` explains all.

# %%
chosen = seeds if seed is None else [seed]
settings, seeds = report.plan_training(
    la, ["cnn"], settings, chosen, epochs=epochs
)
config = TrainConfig.from_profile("cnn", settings, epochs=epochs or None)
trained = runs.train_or_load(
    config,
    la,
    seeds,
    references=None if fresh else runs.REFERENCES,
    log=report.progress_line(),
)

# %% tags=["hide-input"]
report.settings_table(config, caption="The configuration of these runs")

# %% [markdown]
# ## Result
#
# ### Real speech
#
# *Reference runs* were trained before, on real speech, and their scores were saved. They
# are shown only if today's code still computes the same numbers on a small fixed input.
# Their learning rate falls to 0, and the last epoch is kept. There is one run for each
# {term}`seed`, which decides all that is random: the first weights, the order of the clips
# and the dropout.

# %%
references = runs.load_references("cnn")

# %% tags=["hide-input"]
report.glue_results("real", references)
report.describe_runs(references)

# %% tags=["hide-cell"]
report.settings_table(
    references[0].config, caption="The configuration of the reference runs"
) if references else None

# %% [markdown]
# The CNN's EER is {result}`real_cnn_dev_eer` % on the testing clips and
# {result}`real_cnn_eval_eer` % on the evaluation clips, as mean and standard deviation over
# {result}`real_seeds` seeds.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-real-learning", "caption": "Training of CNN on real speech: loss on the training set and on the validation set, and macro-F1 on the validation set. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs for the reference runs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves(
    [run.history for run in references]
) if references else None

# %% [markdown]
# The training loss falls to nearly zero: the network fits the training clips almost perfectly.
# The validation loss stops falling after some epochs and stays above it. The gap between
# the two lines is a sign of overfitting, though a mild one: the validation loss does not
# keep rising, and macro-F1 does not fall. Near the end little changes, because the learning
# rate is close to 0. So the figure does not say what longer training would do.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-real-confusion", "caption": "Confusion matrices of CNN on real speech at score 0, averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Two confusion matrices of the reference runs, of the testing and the evaluation dataset."}}
decisions.confusions(
    runs.tables.confusions(references)
) if references else None

# %% [markdown]
# Read the rows: the upper row is the fakes, and its right field has those that were
# accepted as bona fide. The lower left field has the real clips that were rejected. The
# counts are means over seeds, so they need not be whole numbers. On the testing clips, most
# accepted fakes are of one attack, on the evaluation clips of three; {doc}`06_analysis`
# shows which.

# %% [markdown]
# ### The runs of this build
#
# The same code also ran while this book was built, on {result}`live_title`. These runs show
# that the code works. On the synthetic corpus they prove nothing about voices.

# %% tags=["hide-cell"]
report.results_table(trained, caption="CNN on the corpus of this build")

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-cnn-learning", "caption": "Training of CNN on the corpus of this build, with the same lines as above."}, "image": {"alt": "Two line charts over epochs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves([run.history for run in trained])

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-cnn-confusion", "caption": "Confusion matrices of CNN on the corpus of this build at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and percentages of the true class."}}
decisions.confusions(runs.tables.confusions(trained))

# %% [markdown]
# ## What it means
#
# - **The evaluation clips are harder.** The EER rises from {result}`real_cnn_dev_eer` % on
#   attacks of the training data to {result}`real_cnn_eval_eer` % on others. Without three of
#   the attacks, nearly all of this rise disappears ({doc}`06_analysis`). So it seems to depend
#   on the kind of attack more than on whether it is new. Accuracy and macro-F1 cannot show
#   the rise, because they also depend on the class balance, which differs between the two
#   datasets.
# - **It is better than a constant answer.** Always saying "spoof" has an accuracy of
#   {result}`real_always_spoof_dev_accuracy` on the testing clips and
#   {result}`real_always_spoof_eval_accuracy` on the evaluation clips; the CNN has
#   {result}`real_cnn_dev_accuracy` and {result}`real_cnn_eval_accuracy`.
# - **A small network can be a good network.** It trains within minutes without a GPU.
#   {doc}`06_analysis` compares it with the larger models.
#
# ## Exercises
#
# 1. The first linear layer has most of the parameters. How many, and from which sizes of
#    the network do they follow? Do the same for block 2: it has a convolution, and a batch
#    normalisation with a weight and a bias for each channel.

# %% tags=["hide-cell", "solution"]
print("128 maps x 4 x 4 places x 128 outputs, and 128 biases:")
print(128 * 4 * 4 * 128 + 128, "of", models.n_parameters(model))
print("16 x 32 kernels of 3 x 3, 32 biases, and 2 x 32 of the normalisation:")
print(16 * 32 * 3 * 3 + 32 + 2 * 32, models.n_parameters(model.blocks[1]))

# %% [markdown]
# 2. In the block, pooling comes before ReLU. Does the order of these two matter? Try both
#    on random numbers. Which order has less to compute?

# %% tags=["hide-cell", "solution"]
numbers = torch.randn(1, 3, 8, 8)
pool, relu = nn.MaxPool2d(2), nn.ReLU()
torch.testing.assert_close(relu(pool(numbers)), pool(relu(numbers)))
print("The same: the largest number is still the largest after ReLU.")
print("Pool first: then ReLU has a quarter of the numbers to compute.")

# %% [markdown]
# 3. Train the network of this page for one epoch with a learning rate of 1. What does the
#    loss do? Look at the probabilities, `.softmax(1)` of the outputs: how sure is this
#    network of its answers?

# %% tags=["hide-cell", "solution"]
torch.manual_seed(0)
fast = CNN()
steps = torch.optim.Adam(fast.parameters(), lr=1.0)
loss = train_epoch(fast, x, y, np.arange(len(y)), steps)
print(f"loss {loss:.0f}: far worse than guessing ({np.log(2):.2f})")
with torch.inference_mode():
    z = fast.eval()(x)
sure = (z.softmax(1).max(1).values > 0.99).float().mean()
print(f"{sure:.0%} of its answers have a probability of more than 99 %.")
print("The steps are far too large, and so are the outputs. Where it is")
print("wrong, the loss is about the difference of the two outputs.")
