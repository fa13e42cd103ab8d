# ---
# jupyter:
#   antispoof:
#     trains: resnet_lstm
#     reads: [data/reference-runs]
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
# # Does reading the clip as a sequence help?
#
# ## Question
#
# ResNet50 averages over time and so forgets what came first. The thesis's third model
# {mark}`S` reads the same maps from left to right with a recurrent network instead. Does
# the order of things in a clip tell bona fide from spoof?

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
seeds = [0, 1, 2, 3, 4]  # one run each
seed = None  # type: int  this one alone, instead of `seeds`
epochs = 0  # passes over the training clips; 0 is the config's own
settings = {}  # other changes to configs: {"cnn": {"lr": 1e-4}}
fresh = False  # train even where a recorded run could be shown

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import antispoof_report as report
from antispoof import corpora, frontends, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, training

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# The trunk is that of {doc}`04_resnet` without its last averaging. Its maps are averaged
# over frequency only; what is left is one vector for each step in time. An *LSTM*
# {cite}`hochreiter1997` reads these steps one after another and keeps a memory of what it has
# seen ({numref}`fig-lstm` draws a cell). After the last step one layer decides
# {mark}`S/O`. The thesis gives no sizes; a single LSTM layer of 256 is our choice
# {mark}`O`.

# %%
model = models.build("resnet_lstm")
frontend = frontends.build("logmel")
layers = models.summary(model, frontend.shape)

# %% tags=["hide-input"]
report.glue(
    "parameters", f"{models.n_parameters(model):,}".replace(",", "\u202f")
)
report.glue("input", " × ".join(map(str, frontend.shape)))
report.table(
    layers, caption="The layers of ResNet50+LSTM, from sound to answer"
)

# %% [markdown]
# It has {result}`parameters` parameters. A recurrent layer makes sense only where there
# is a sequence to read. In some public code the maps are pooled first, and the LSTM reads
# a "sequence" of length one. Here the sequence is {result}`steps` steps long:

# %%
import torch

clip = torch.zeros(1, *frontend.shape)
_, n_steps, n_features = model.eval().sequence(clip).shape

# %% tags=["hide-input"]
report.glue("steps", n_steps)
n_lstm = models.n_parameters(model.lstm)
report.glue("lstm_parameters", f"{n_lstm:,}".replace(",", "\u202f"))
print(f"what the LSTM reads: {n_steps} steps of {n_features} features")

# %% [markdown]
# ## Run
#
# The config holds every setting that decides what the model becomes. Two training
# speakers are held out; after each epoch they say how good the model is, and, unless the
# config keeps the last epoch, which one is kept. Neither the testing nor the evaluation
# dataset has a say in that.

# %%
config = TrainConfig.from_profile(
    "resnet_lstm", settings, epochs=epochs or None
)
done = runs.train_or_load(
    config,
    la,
    seeds if seed is None else [seed],
    reference=None if fresh else runs.REFERENCE,
    say=report.progress_line(),
)

# %% tags=["hide-input"]
report.settings_table(config, caption="The config of these runs")

# %% [markdown]
# ## Result
#
# ### This corpus

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-learning", "caption": "Training of ResNet50+LSTM on the corpus of this page: loss on the fitted and on the held-out speakers, and held-out macro-F1. Lines are means over seeds, bands reach from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in done])

# %% tags=["hide-input"]
report.results_table(done, caption="ResNet50+LSTM on the corpus of this page")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-confusion", "caption": "Confusion matrices of ResNet50+LSTM on the corpus of this page at score 0, averaged over seeds. Percentages are shares of the true class."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and shares of the true class."}}
decisions.confusions(runs.confusions(done))

# %% [markdown]
# ### Real speech
#
# These runs were recorded once on real speech, a sample of ASVspoof 2019 LA. They are
# shown as long as today's code still behaves like the code that made them.

# %%
recorded = runs.load_references("resnet_lstm")

# %% tags=["hide-input"]
report.origin(recorded)

# %% tags=["hide-input"]
report.results_table(
    recorded, caption="ResNet50+LSTM on real speech, recorded runs"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-real-learning", "caption": "Training of ResNet50+LSTM on real speech, drawn as above."}, "image": {"alt": "Two line charts over epochs for the recorded runs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in recorded]) if recorded else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-lstm-real-confusion", "caption": "Confusion matrices of ResNet50+LSTM on real speech at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices of the recorded runs, of the testing and the evaluation dataset."}}
decisions.confusions(runs.confusions(recorded)) if recorded else None

# %% [markdown]
# ## What it means
#
# - **More parts, more parameters, not always more insight.** The LSTM adds
#   {result}`lstm_parameters` parameters to the trunk. Whether it earns them is a question of
#   paired comparisons over seeds, which {doc}`06_analysis` makes.
# - **The last step sees the padding.** A clip shorter than four seconds ends in zeros, so
#   the LSTM's last steps read silence. This is how the common implementation has it, and
#   one way for the model to pick up the length of a clip instead of its voice.
# - **What it shares with ResNet50 it shares for good and ill**: the same trunk, the same
#   small number of clips, the same spread between seeds.
