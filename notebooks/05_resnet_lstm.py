# ---
# jupyter:
#   antispoof:
#     trains: resnet_lstm
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
# # ResNet50 with an LSTM
#
# *Does reading the clip as a sequence help?*
#
# **Goals.** After this chapter you can turn the output of a CNN into a sequence, put an
# LSTM on it, and say what such a layer can and cannot use. *About 25 minutes.*
#
# ## Question
#
# ResNet50 averages over time, so it loses the order of events. The third model of the
# thesis {mark}`S` reads the same features in time order with a recurrent network. Does
# the order help to distinguish bona fide from spoof?

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

from antispoof import corpora, frontends, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, training
from antispoof_report import report

la = corpora.load_or_synthesize(corpus)
report.glue("live_title", la.title)
report.header(la)

# %% [markdown]
# ## Method
#
# The model uses the ResNet50 of {doc}`04_resnet` without its last average pooling. Its
# output is averaged over frequency only, which gives one vector for each time step. An
# *LSTM* {cite}`hochreiter1997` reads these vectors one after another and keeps a memory
# ({numref}`fig-lstm` shows a cell). A linear layer reads the state after the last step and
# gives the two numbers {mark}`S/O`. We do not know the sizes in the thesis; one LSTM layer
# with a state of 256 numbers is our choice {mark}`O`.
#
# ### From maps to a sequence, in code
#
# The convolutions give 2048 maps with rows (frequency) and columns (time). The mean over
# the rows leaves one vector of 2048 numbers for each column. `transpose` puts time
# second, where an LSTM with `batch_first=True` expects it.


# %%
def to_sequence(maps):  # maps: (batch, 2048, rows, columns)
    return maps.mean(dim=2).transpose(1, 2)  # (batch, columns, 2048)


# %% [markdown]
# The part after the convolutions, the *head*, reads this sequence and classifies its last
# state. `nn.LSTM` repeats the step of {doc}`00_background` for each vector of the sequence.
# It returns the states of all steps, and the last state and memory, which we do not need.


# %%
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2048, 256, batch_first=True)
        self.fc = nn.Linear(256, 2)

    def forward(self, sequence):
        states, _ = self.lstm(sequence)  # one state for each time step
        return self.fc(states[:, -1])


# %% [markdown]
# With the weights of the library's model, both give the same numbers. `forward_features` is
# its convolutional part:

# %%
torch.manual_seed(0)
model = models.build("resnet_lstm").eval()
frontend = frontends.build("logmel")
head = Head()
head.load_state_dict(
    {k: v for k, v in model.state_dict().items() if k in head.state_dict()}
)
x = torch.randn(2, *frontend.shape)
maps = model.forward_features(x)
torch.testing.assert_close(head(to_sequence(maps)), model(x))

# %% [markdown]
# ### The layers and their sizes

# %%
stages = dict(model.named_children())
x = torch.zeros(1, *frontend.shape)  # one clip, sent through layer by layer
layers = []
with torch.inference_mode():
    for name, layer in stages.items():
        if name == "lstm":
            x = to_sequence(x)
        x = layer(x)
        if name == "lstm":
            x = x[0][:, -1]  # the output of the last step
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
report.table(
    pd.DataFrame(layers),
    caption="The layers of ResNet50+LSTM, from input to output",
)

# %% [markdown]
# The model has {result}`parameters` parameters. A recurrent layer needs a sequence. In some
# public code, the features are pooled first, and the LSTM reads a "sequence" of length
# one. Here the sequence has {result}`steps` steps:

# %%
clip = torch.zeros(1, *frontend.shape)
_, n_steps, n_features = model.eval().sequence(clip).shape

# %% tags=["hide-input"]
report.glue("steps", n_steps)
n_lstm = models.n_parameters(model.lstm)
report.glue("lstm_parameters", f"{n_lstm:,}".replace(",", "\u202f"))
print(f"input of the LSTM: {n_steps} steps of {n_features} features")

# %% [markdown]
# ## Run
#
# As in {doc}`03_cnn`: the configuration contains every setting. The clips of two training
# speakers are the validation set.

# %%
chosen = seeds if seed is None else [seed]
settings, seeds = report.plan_training(
    la, ["resnet_lstm"], settings, chosen, epochs=epochs
)
config = TrainConfig.from_profile(
    "resnet_lstm", settings, epochs=epochs or None
)
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
references = runs.load_references("resnet_lstm")

# %% tags=["hide-input"]
report.glue_results("real", references)
alone = runs.load_references("resnet")
report.glue_results("without", alone)
lead = "—"
if references and alone:
    table = runs.tables.results_frame(references + alone)
    found = table.query("partition == 'eval'").groupby("model")
    right = found["accuracy"].mean() * found["n"].first()
    lead = f"{right['resnet_lstm'] - right['resnet']:+.1f}"
report.glue("lead", lead)
report.describe_runs(references)

# %% tags=["hide-cell"]
report.settings_table(
    references[0].config, caption="The configuration of the reference runs"
) if references else None

# %% [markdown]
# The EER of ResNet50+LSTM is {result}`real_resnet_lstm_dev_eer` % on the testing clips and
# {result}`real_resnet_lstm_eval_eer` % on the evaluation clips.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-real-learning", "caption": "Training of ResNet50+LSTM on real speech: loss on the training set and on the validation set, and macro-F1 on the validation set. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs for the reference runs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves(
    [run.history for run in references]
) if references else None

# %% [markdown]
# The training loss comes close to zero, and the validation loss stays far above it, a sign
# of overfitting. The validation macro-F1 jumps, because two speakers are few clips.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-real-confusion", "caption": "Confusion matrices of ResNet50+LSTM on real speech at score 0, averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Two confusion matrices of the reference runs, of the testing and the evaluation dataset."}}
decisions.confusions(
    runs.tables.confusions(references)
) if references else None

# %% [markdown]
# The upper row is the fakes. Like those of ResNet50, most of the accepted ones on the testing
# clips are of A06, an attack that it was trained on.

# %% [markdown]
# ### The runs of this build
#
# The same code also ran while this book was built, on {result}`live_title`. These runs show
# that the code works. On the synthetic corpus they prove nothing about voices.
# After a short training such as that of this page, a network of this size has hardly begun
# to learn, and often says "spoof" to every clip; that is expected.

# %% tags=["hide-cell"]
report.results_table(
    trained, caption="ResNet50+LSTM on the corpus of this build"
)

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-resnet-lstm-learning", "caption": "Training of ResNet50+LSTM on the corpus of this build, with the same lines as above."}, "image": {"alt": "Two line charts over epochs: the loss on the training set and on the validation set, and macro-F1 on the validation set."}}
training.learning_curves([run.history for run in trained])

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-resnet-lstm-confusion", "caption": "Confusion matrices of ResNet50+LSTM on the corpus of this build at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and percentages of the true class."}}
decisions.confusions(runs.tables.confusions(trained))

# %% [markdown]
# ## What it means
#
# - **Does reading in order help?** These runs do not show it. On the evaluation clips the
#   macro-F1 is {result}`real_resnet_lstm_eval_macro_f1`, and that of ResNet50, without the LSTM,
#   {result}`without_resnet_eval_macro_f1`. This looks like an advantage, but the difference in
#   right answers is only {result}`lead` of {result}`real_n_eval` clips, and ± is the deviation
#   over seeds: with other clips, the order could be another ({doc}`06_analysis`). On the
#   testing clips it *is* another: {result}`real_resnet_lstm_dev_macro_f1` against
#   {result}`without_resnet_dev_macro_f1`. H8 in {doc}`07_claims` tests whether the order of the
#   sounds matters at all.
# - **The sequence is short.** The LSTM adds {result}`lstm_parameters` parameters to read
#   {result}`steps` steps: four matrices $W$, four matrices $U$ and four pairs of biases. (One
#   bias of each pair would do; PyTorch has both.)
# - **The last steps read the padding.** The 401 columns of 10 ms are halved five times, so
#   one step is 32 columns, about 0.3 s. A clip shorter than four seconds ends in zeros, so
#   the last steps of the LSTM read mostly silence. This is common in public code. It allows
#   the model to use the length of a clip instead of the voice.
#
# ## Exercises
#
# 1. Reverse the sequence (`sequence.flip(1)`) before the head of this page. Do the outputs
#    change? Would they change if the head took the mean over time instead?

# %% tags=["hide-cell", "solution"]
sequence = to_sequence(maps)
change = (head(sequence) - head(sequence.flip(1))).abs().max().item()
print(f"Yes, by {change:.2f}: an LSTM depends on the order.")
print("(Its weights are untrained here, and the input is random.)")
average = sequence.mean(1)
torch.testing.assert_close(average, sequence.flip(1).mean(1))
print("No: a mean is the same in any order.")

# %% [markdown]
# 2. In some public code the maps are averaged over time first, so that the LSTM reads one
#    step. Which gate has nothing to do then? Use $c_t = f_t c_{t-1} + i_t g_t$.

# %% tags=["hide-cell", "solution"]
print("The forget gate: the memory before the first step is zero. (The state")
print("before it is zero, too, so the matrices U have nothing to do either.)")

# %% [markdown]
# 3. A clip of two seconds is padded to four. How many of the steps that the LSTM reads lie
#    in the padding?

# %% tags=["hide-cell", "solution"]
print(f"About {n_steps // 2} of {n_steps}, by their position. But each step")
print("also sees its neighbourhood, so some of them see the voice, too.")
