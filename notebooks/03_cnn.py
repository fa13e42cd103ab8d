# ---
# jupyter:
#   antispoof:
#     trains: cnn
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
# # How far does a small convolutional network get?
#
# ## Question
#
# What does a small network, made of nothing but convolutions and two layers above them,
# learn from a log-mel spectrogram? It is the thesis's first model {mark}`S`, and the one
# that the two larger ones have to beat.

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
# A convolution slides small filters over the spectrogram, looking for the same pattern
# at every pitch and at every moment. Four blocks follow one another. Each one convolves
# with filters of 3 × 3, normalises over the batch, drops what is negative, and halves the
# picture in both directions. What is left is averaged to a grid of 4 × 4; two layers turn
# that into two numbers, one a class. Their difference is the **score**: above 0 the clip
# is called bona fide. The thesis states a CNN {mark}`S`; sizes and widths are those that
# near-identical public work has in common {mark}`N`.

# %%
model = models.build("cnn")
frontend = frontends.build("logmel")
layers = models.summary(model, frontend.shape)

# %% tags=["hide-input"]
report.glue(
    "parameters", f"{models.n_parameters(model):,}".replace(",", "\u202f")
)
report.glue("input", " × ".join(map(str, frontend.shape)))
report.table(layers, caption="The layers of CNN, from sound to answer")

# %% [markdown]
# The input is a picture of {result}`input`. Of the {result}`parameters` parameters most
# lie in the first layer after the averaging, not in the convolutions.

# %% [markdown]
# ## Run
#
# The config holds every setting that decides what the model becomes. Two training
# speakers are held out; after each epoch they say how good the model is, and, unless the
# config keeps the last epoch, which one is kept. Neither the testing nor the evaluation
# dataset has a say in that.

# %%
config = TrainConfig.from_profile("cnn", settings, epochs=epochs or None)
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

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-learning", "caption": "Training of CNN on the corpus of this page: loss on the fitted and on the held-out speakers, and held-out macro-F1. Lines are means over seeds, bands reach from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in done])

# %% tags=["hide-input"]
report.results_table(done, caption="CNN on the corpus of this page")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-confusion", "caption": "Confusion matrices of CNN on the corpus of this page at score 0, averaged over seeds. Percentages are shares of the true class."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and shares of the true class."}}
decisions.confusions(runs.confusions(done))

# %% [markdown]
# ### Real speech
#
# These runs were recorded once on real speech, a sample of ASVspoof 2019 LA. They are
# shown as long as today's code still behaves like the code that made them.

# %%
recorded = runs.load_references("cnn")

# %% tags=["hide-input"]
report.origin(recorded)

# %% tags=["hide-input"]
report.results_table(recorded, caption="CNN on real speech, recorded runs")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-real-learning", "caption": "Training of CNN on real speech, drawn as above."}, "image": {"alt": "Two line charts over epochs for the recorded runs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in recorded]) if recorded else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-cnn-real-confusion", "caption": "Confusion matrices of CNN on real speech at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices of the recorded runs, of the testing and the evaluation dataset."}}
decisions.confusions(runs.confusions(recorded)) if recorded else None

# %% [markdown]
# ## What it means
#
# - **The gap between testing and evaluation is the finding.** The testing dataset holds
#   attacks the network was trained on, the evaluation dataset holds others. Wherever the
#   second number is worse, that is how much of what was learned were habits of particular
#   attacks.
# - **Read macro-F1 beside the constant answer.** A system that says "spoof" to everything
#   stands in the same table. An accuracy that does not clear it is worth nothing.
# - **A small network is no bad network.** It trains in minutes without a GPU, and whether
#   the larger ones are better is answered only where all three stand side by side, in
#   {doc}`06_analysis`.
