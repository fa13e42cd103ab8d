# ---
# jupyter:
#   antispoof:
#     trains: resnet
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
# # ResNet50
#
# *Does a deep residual network do better?*
#
# **Goals.** After this chapter you can write a residual block, explain the vanishing
# gradient and show it, and say what a network of this size needs. *About 30 minutes.*
#
# ## Question
#
# Does a deeper network help? ResNet50 {cite}`he2016` is the second model of the thesis
# {mark}`S`. It has fifty layers and was made for photographs; here its input is a
# spectrogram.

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
import pandas as pd
import torch
from torch import nn

from antispoof import corpora, frontends, metrics, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, training
from antispoof_report import report

la = corpora.load_or_synthesize(corpus)
report.glue("live_title", la.title)
report.header(la)

# %% [markdown]
# ## Method
#
# In a deep network, the gradient has to pass from the last layers back to the first. A
# *residual block* adds its input to its output, which gives the gradient a short path
# ({numref}`fig-residual` shows one). ResNet50 has sixteen such blocks in four stages,
# with three convolutions in each block. With the first convolution and the last linear
# layer, these are the fifty layers. Each stage after the first halves the picture and
# doubles the number of channels. At the end, each channel is averaged, and the linear
# layer gives two numbers, one for each class.
#
# Input and output of a block can only be added if they have the same size. In the first
# block of each stage they do not, so a 1 × 1 convolution, which is not counted, first gives
# the input the size of the output.
#
# Two things differ from the original. The first convolution has one input channel,
# because a spectrogram has no colours. The last layer has two classes. The parameters
# have the names of torchvision, PyTorch's library for pictures {mark}`O`, so weights that
# were trained elsewhere can be loaded. Here the network starts from random weights. Weights
# that were trained on photographs (ImageNet) were not at hand, and this book fetches none. So
# the study leaves out ResNet50 with such weights.
#
# ### The block in code
#
# A bottleneck block: a 1 × 1 convolution, a weighted sum of the channels at each point,
# reduces their number. A 3 × 3 convolution looks for patterns, and a 1 × 1 convolution
# expands the channels again. Then the input is added. The convolutions have no bias, because
# batch normalisation would subtract it again.


# %%
class Bottleneck(nn.Module):
    def __init__(self, n, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(n, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, n, 1, bias=False),
            nn.BatchNorm2d(n),
        )

    def forward(self, x):
        return torch.relu(self.layers(x) + x)


# %% [markdown]
# It computes what a block of the library does. The names of the weights differ, but their
# order is the same:

# %%
model = models.build("resnet").eval()
library = model.layer1[1]  # the first block, [0], changes the size
mine = Bottleneck(256, 64).eval()
weights = [*library.state_dict().values()]
mine.load_state_dict(dict(zip(mine.state_dict(), weights, strict=True)))
x = torch.rand(1, 256, 16, 16)
torch.testing.assert_close(mine(x), library(x))

# %% [markdown]
# ### What the shortcut does to the gradient
#
# Training changes the first layers only if the gradient reaches them. We stack plain
# convolutions with ReLU, with and without a shortcut around each, and compare the
# gradient at the input of the stack with that at its output. Where it shrinks with every
# layer, the last layers learn and the first ones do not: this is the *vanishing gradient*
# that the thesis names as the reason for ResNet {mark}`S`. A gradient needs a number to
# start from; a random sum of the outputs will do. `retain_grad` keeps the gradient of an
# inner result.


# %%
def gradient_ratio(n_layers, shortcut, normalised):
    torch.manual_seed(0)
    x = first = torch.rand(4, 32, 8, 8, requires_grad=True)
    for _ in range(n_layers):
        y = nn.Conv2d(32, 32, 3, padding=1)(x)
        y = torch.relu(nn.BatchNorm2d(32)(y) if normalised else y)
        x = y + x if shortcut else y
    x.retain_grad()
    (x * torch.randn_like(x)).mean().backward()
    return (first.grad.norm() / x.grad.norm()).item()


# %%
depths = [1, 2, 4, 8, 16, 32]
ways = {
    "without shortcut": (False, False),
    "with shortcut": (True, False),
    "shortcut and batch normalisation": (True, True),
}
ratios = {
    name: [gradient_ratio(depth, *way) for depth in depths]
    for name, way in ways.items()
}
gradients = pd.DataFrame(ratios, index=pd.Index(depths, name="layers"))

# %% tags=["hide-input"]
report.glue("gradient_with", f"{gradients['with shortcut'].iloc[-1]:.2g}")
both = gradients["shortcut and batch normalisation"].iloc[-1]
report.glue("gradient_both", f"{both:.2g}")
plain = gradients["without shortcut"].iloc[-1]
report.glue("gradient_without", f"{plain:.2g}")
report.table(
    gradients.reset_index(),
    caption="Gradient at the input divided by the gradient at the output",
    formats=dict.fromkeys(ratios, ".2g"),
)

# %% [markdown]
# A ratio near 1 is best. With 32 layers and no shortcuts it is {result}`gradient_without`:
# almost nothing of the gradient arrives. With shortcuts it is {result}`gradient_with`: each
# block *adds* to the gradient, so it grows, and faster with every layer. With batch
# normalisation as well, it is {result}`gradient_both` and grows slowly. The ResNet has both.
# Exercise 2 tries batch normalisation alone.
#
# ### The layers and their sizes

# %%
frontend = frontends.build("logmel")
stages = dict(model.named_children())
x = torch.zeros(1, *frontend.shape)  # one clip, sent through layer by layer
layers = []
with torch.inference_mode():
    for name, layer in stages.items():
        x = layer(x.flatten(1) if name == "fc" else x)
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
    pd.DataFrame(layers),
    caption="The layers of ResNet50, from input to output",
)

# %% [markdown]
# Here `bn` is batch normalisation, `layer1` to `layer4` are the four stages, and `fc` is the
# linear layer ("fully connected"). The network has {result}`parameters` parameters for the
# same {result}`input` input. It has far more to learn from the same number of clips.

# %% [markdown]
# ## Run
#
# As in {doc}`03_cnn`: the configuration contains every setting. The clips of two training
# speakers are the validation set.

# %%
chosen = seeds if seed is None else [seed]
settings, seeds = report.plan_training(
    la, ["resnet"], settings, chosen, epochs=epochs
)
config = TrainConfig.from_profile("resnet", settings, epochs=epochs or None)
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
# The reference runs, as in {doc}`03_cnn`, by the same rule: the same number of steps, the
# same falling learning rate, the last epoch kept.

# %%
references = runs.load_references("resnet")

# %% tags=["hide-input"]
report.glue_results("real", references)
eers = [metrics.eer(*run.scores_and_labels("dev")) for run in references]
lowest, highest = (f"{f(eers):.0%}" if eers else "—" for f in (min, max))
report.glue("lowest", lowest)
report.glue("highest", highest)
n_val = [
    r.corpus["trials"]["train"] - r.corpus["n_train"] for r in references
]
report.glue("n_val", n_val[0] if n_val else "—")
report.describe_runs(references)

# %% tags=["hide-cell"]
report.settings_table(
    references[0].config, caption="The configuration of the reference runs"
) if references else None

# %% [markdown]
# ResNet50's EER is {result}`real_resnet_dev_eer` % on the testing clips and
# {result}`real_resnet_eval_eer` % on the evaluation clips. Like the CNN, it starts from random
# weights, sees the same few hundred clips and takes as many steps.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-real-learning", "caption": "Training of ResNet50 on real speech: loss on the training set and on the validation set, and macro-F1 on the validation set. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs for the reference runs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves(
    [run.history for run in references]
) if references else None

# %% [markdown]
# As with the CNN, the training loss falls to nearly zero and the validation loss stays above
# it. The validation macro-F1 jumps from epoch to epoch, because it is measured on the
# {result}`n_val` clips of two speakers.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-real-confusion", "caption": "Confusion matrices of ResNet50 on real speech at score 0, averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Two confusion matrices of the reference runs, of the testing and the evaluation dataset."}}
decisions.confusions(
    runs.tables.confusions(references)
) if references else None

# %% [markdown]
# The upper row is the fakes. Most of those that ResNet50 accepts on the testing clips are
# of one attack that it was trained on, A06 ({doc}`06_analysis`).

# %% [markdown]
# ### The runs of this build
#
# The same code also ran while this book was built, on {result}`live_title`. These runs show
# that the code works. On the synthetic corpus they prove nothing about voices.
# After a short training such as that of this page, a network of this size has hardly begun
# to learn, and often says "spoof" to every clip; that is expected.

# %% tags=["hide-cell"]
report.results_table(trained, caption="ResNet50 on the corpus of this build")

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-resnet-learning", "caption": "Training of ResNet50 on the corpus of this build, with the same lines as above."}, "image": {"alt": "Two line charts over epochs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves([run.history for run in trained])

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-resnet-confusion", "caption": "Confusion matrices of ResNet50 on the corpus of this build at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and percentages of the true class."}}
decisions.confusions(runs.tables.confusions(trained))

# %% [markdown]
# ## What it means
#
# - **A larger network is not a better one here.** ResNet50 has {result}`parameters` parameters
#   for a few hundred clips. With as many steps, its EER on the testing clips is higher than
#   that of the CNN ({doc}`06_analysis`). This is what one expects of a large network with
#   few clips. It says nothing about a large corpus, or about weights that were trained on
#   other pictures before.
# - **One run is not enough to rank models.** With the same settings and another seed, its
#   EER on the testing clips was between {result}`lowest` and {result}`highest`.
# - **It is better than a constant answer.** Its accuracy on the testing clips is
#   {result}`real_resnet_dev_accuracy`; always saying "spoof" has
#   {result}`real_always_spoof_dev_accuracy`.
#
# ## Exercises
#
# 1. Compare the number of weights of a bottleneck block for 256 channels with that of two
#    3 × 3 convolutions on 256 channels. Why is it called a bottleneck?

# %% tags=["hide-cell", "solution"]
plain = 2 * 256 * 256 * 9
narrow = 256 * 64 + 64 * 64 * 9 + 64 * 256
print(f"{narrow:,} against {plain:,}: {plain / narrow:.0f} times fewer.")
print("All 256 channels pass through 64, as through the neck of a bottle.")

# %% [markdown]
# 2. Is the shortcut the only remedy for the vanishing gradient? Repeat the experiment
#    without it, with batch normalisation after each convolution. Is all well then?

# %% tags=["hide-cell", "solution"]
ratio = gradient_ratio(32, shortcut=False, normalised=True)
print(f"{ratio:.0f} times: it no longer vanishes, but now it grows.")
print("And deep stacks with batch normalisation alone still train badly.")
print("With a shortcut, it is easy for a block to change nothing.")

# %% [markdown]
# 3. Set the learned weight and bias of the last batch normalisation of a bottleneck to zero
#    (`nn.init.zeros_`). What does the block compute now? Why is this a good state to begin
#    training in?

# %% tags=["hide-cell", "solution"]
nn.init.zeros_(mine.layers[-1].weight)
nn.init.zeros_(mine.layers[-1].bias)
x = torch.rand(1, 256, 16, 16)
torch.testing.assert_close(mine(x), x)
print("It computes ReLU(x). Its input comes from a ReLU, so this is x.")
print("A deep stack of such blocks begins as a shallow one.")
