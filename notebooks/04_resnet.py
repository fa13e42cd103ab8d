# ---
# jupyter:
#   antispoof:
#     trains: resnet
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
# # Does a deep residual network do better?
#
# ## Question
#
# Does depth help? ResNet50 {cite}`he2016` is the thesis's second model {mark}`S`: fifty layers that
# were made for photographs, given a spectrogram instead.

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
# A deep network is hard to train because what the last layers learn has to find its way
# back to the first ones. A *residual block* adds its input to its output, so there is
# always a short way back ({numref}`fig-residual` draws one). ResNet50 stacks sixteen such
# blocks in four stages. Each stage halves the picture and doubles the number of maps; at
# the end all maps are averaged and one layer gives the two numbers.
#
# Two things differ from the original: the first convolution takes one channel, as a
# spectrogram has no colours, and the last layer gives two classes. The names of all
# parameters are those of the widely used implementation, so its ImageNet weights can be
# loaded {mark}`O`. Here the network starts from random weights.

# %%
model = models.build("resnet")
frontend = frontends.build("logmel")
layers = models.summary(model, frontend.shape)

# %% tags=["hide-input"]
report.glue(
    "parameters", f"{models.n_parameters(model):,}".replace(",", "\u202f")
)
report.glue("input", " × ".join(map(str, frontend.shape)))
report.table(layers, caption="The layers of ResNet50, from sound to answer")

# %% [markdown]
# It has {result}`parameters` parameters for the same {result}`input` input: far more to
# learn, from the same number of clips.

# %% [markdown]
# ## Run
#
# The config holds every setting that decides what the model becomes. Two training
# speakers are held out; after each epoch they say how good the model is, and, unless the
# config keeps the last epoch, which one is kept. Neither the testing nor the evaluation
# dataset has a say in that.

# %%
config = TrainConfig.from_profile("resnet", settings, epochs=epochs or None)
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

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-learning", "caption": "Training of ResNet50 on the corpus of this page: loss on the fitted and on the held-out speakers, and held-out macro-F1. Lines are means over seeds, bands reach from the lowest to the highest seed."}, "image": {"alt": "Two line charts over epochs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in done])

# %% tags=["hide-input"]
report.results_table(done, caption="ResNet50 on the corpus of this page")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-confusion", "caption": "Confusion matrices of ResNet50 on the corpus of this page at score 0, averaged over seeds. Percentages are shares of the true class."}, "image": {"alt": "Two confusion matrices, of the testing and the evaluation dataset, with counts and shares of the true class."}}
decisions.confusions(runs.confusions(done))

# %% [markdown]
# ### Real speech
#
# These runs were recorded once on real speech, a sample of ASVspoof 2019 LA. They are
# shown as long as today's code still behaves like the code that made them.

# %%
recorded = runs.load_references("resnet")

# %% tags=["hide-input"]
report.origin(recorded)

# %% tags=["hide-input"]
report.results_table(
    recorded, caption="ResNet50 on real speech, recorded runs"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-real-learning", "caption": "Training of ResNet50 on real speech, drawn as above."}, "image": {"alt": "Two line charts over epochs for the recorded runs: the loss on fitted and on held-out speakers, and macro-F1 on held-out speakers."}}
training.learning([run.history for run in recorded]) if recorded else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-resnet-real-confusion", "caption": "Confusion matrices of ResNet50 on real speech at score 0, averaged over seeds."}, "image": {"alt": "Two confusion matrices of the recorded runs, of the testing and the evaluation dataset."}}
decisions.confusions(runs.confusions(recorded)) if recorded else None

# %% [markdown]
# ## What it means
#
# - **A large network needs data.** Trained from random weights on few clips, it can learn
#   its training speakers by heart long before it learns what a fake is; compare the loss
#   on fitted and on held-out speakers above.
# - **One run ranks nothing.** The spread between seeds, printed behind each ±, belongs to
#   the result as much as the mean.
# - **Accuracy can hide a lean.** The column *decided spoof* says how often the network
#   chose that answer; its true share is in the confusion matrices.
