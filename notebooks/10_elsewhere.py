# ---
# jupyter:
#   antispoof:
#     reads: [data/travel]
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
# # Voices from elsewhere
#
# *What are these models worth outside their corpus?*
#
# **Goals.** After this chapter you can test a detector on another corpus, and say why a
# low EER at home promises nothing elsewhere. *About 20 minutes.*
#
# ## Question
#
# The three models were trained and tested on one corpus. What is the CNN worth on real
# people and fakes from other sources?

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

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import pandas as pd

from antispoof import corpora, inference
from antispoof.plots import scores
from antispoof_report import report, travel

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# *open-fakes* is a collection of clips from public repositories: real speech of many
# kinds, and fakes of 99 systems from the years after 2019, such as neural vocoders, neural
# codecs and modern text-to-speech. Its parts share no source. The CNN of {doc}`03_cnn` was
# trained by one rule on two sets of clips: ASVspoof 2019 alone, and both corpora together
# with copies of the real clips by vocoders and sentences that text-to-speech programs have
# read, here called *everything*. It was tested on dev and eval of both corpora. The runs
# are recorded. {repo}`profiles/travel.yaml` lists them, and others that are not trained yet
# {mark}`O`.
#
# To test a model of your own on another corpus:
# `antispoof score RUN --corpus OTHER --partition eval`, and `antispoof evaluate` on what it
# writes. Any folder of clips with a table is a corpus ({doc}`../book/how_to_run`).
#
# The EER alone hides what a user meets, because its threshold is chosen on the very clips
# that are tested. So there is a second measure: we choose the threshold where the model
# is at home, on dev clips like those it was trained on, and carry it over. The *half total
# error rate* (HTER) is the mean of its two error rates there; 50 % is chance.
#
# ## Run

# %%
runs = travel.load()
rates = travel.rates_table(runs)

# %% [markdown]
# ## Result
#
# ### Trained here, tested there

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-train-test", "caption": "Equal error rate of the CNN by training corpus (rows) and test clips (columns), means over three seeds. At 50 %, a model decides as a coin does."}, "image": {"alt": "Table of coloured cells with equal error rates: trained on ASVspoof 2019, low on its dev, higher on its eval, and high on both parts of open-fakes; trained on everything, higher at home and a little lower on eval of open-fakes."}}
scores.attack_heatmap(
    travel.heat_map(runs), rows="trained on"
) if runs else report.missing_runs("The figure")

# %% tags=["hide-input"]
by = rates.set_index(["trained", "group", "tested"])
for name, tested in (
    ("home", "ASVspoof 2019, dev"),
    ("unknown", "ASVspoof 2019, eval"),
    ("away", "open-fakes, eval"),
):
    for rate in ("eer", "hter", "accused", "found"):
        key = ("thesis", "base", tested)
        value = f"{by.loc[key, rate]:.0%}" if runs else report.UNKNOWN
        report.glue(f"{name}_{rate}", value)
        key = ("all", "base", tested)
        value = f"{by.loc[key, rate]:.0%}" if runs else report.UNKNOWN
        report.glue(f"{name}_all_{rate}", value)

# %% [markdown]
# Trained on ASVspoof 2019, the CNN has an EER of {result}`home_eer` on its testing dataset,
# of {result}`unknown_eer` on the unknown attacks of its evaluation dataset, and of
# {result}`away_eer` on the test clips of open-fakes. With all training clips, these are
# {result}`home_all_eer`, {result}`unknown_all_eer` and {result}`away_all_eer`.
#
# ### What a user meets

# %% tags=["hide-input"]
base = rates[rates["group"] == "base"].drop(columns="group")
base["trained"] = base["trained"].map(travel.TRAINED_ON)
report.table(
    base.rename(
        columns={
            "trained": "Trained on",
            "tested": "Tested on",
            "eer": "EER",
            "hter": "HTER",
            "accused": "Real called fake",
            "found": "Fake called fake",
        }
    ),
    caption="The CNN at the threshold of its home",
    formats=dict.fromkeys(
        ("EER", "HTER", "Real called fake", "Fake called fake"), ".0%"
    ),
) if runs else report.missing_runs("The table")

# %% [markdown]
# With the threshold of home, the CNN of ASVspoof 2019 calls {result}`away_accused` of the
# real people elsewhere fake, and {result}`away_found` of the fakes. The decisions have
# little to do with the question.
#
# ### The voices of this page
#
# The detector of the library ({doc}`08_check_a_clip`) on forty clips of the corpus of this
# page. If that corpus is simulated, none of its voices is real.

# %%
detector = inference.load_detector()
dev = la.partition(min(la.partitions)).groupby("label").head(20)
answers = [
    p.answer
    for p in inference.predict_clips(
        zip(dev["utt_id"], dev["path"], strict=True), detector
    )
]

# %% tags=["hide-input"]
counts = pd.crosstab(dev["label"].to_numpy(), pd.Series(answers))
report.table(
    counts.rename_axis(index="Label", columns=None),
    caption="Answers to clips of the corpus of this page",
    index=True,
)

# %% [markdown]
# ## What it means
#
# - **A low EER at home says nothing about elsewhere.** The same network, with the same
#   weights, is good on one corpus. On another, at the threshold of home, its error
#   ({result}`away_hter`) is close to chance.
# - **More training clips are not enough.** With both corpora and copies, the CNN is worse at
#   home. Elsewhere it is no better on dev and a little better on eval. {doc}`11_travel` tries what else could help.
# - **Accusing real people is the worst error.** A detector that is used elsewhere needs a
#   way to say that it cannot tell.

# %% [markdown]
# ## Exercises
#
# 1. A detector has an EER of 1 % on one corpus. Elsewhere, its scores rank the clips as well
#    as before, but all are two units lower. What is its EER there? What does it do at the
#    threshold of home?

# %% tags=["hide-cell", "solution"]
import numpy as np

from antispoof import metrics

rng = np.random.default_rng(0)
labels = np.repeat([0, 1], 1000)
scores_home = rng.normal(size=2000) + 4.65 * labels - 2.3
for moved in (0, -2):
    s = scores_home + moved
    accused = np.mean(s[labels == 1] <= 0)
    print(f"EER {metrics.eer(s, labels):.1%}, real called fake {accused:.1%}")
print("The EER stays, because only the order of the scores counts for it.")

# %% [markdown]
# 2. The heat map has a row for each training corpus. Which of its cells may you use to
#    choose a model, and which only to report?

# %% tags=["hide-cell", "solution"]
print("dev cells may choose; eval cells only report")

# %% [markdown]
# 3. You record your own voice ten times, and the detector calls it fake twice. Name three
#    causes that have nothing to do with fakes.

# %% tags=["hide-cell", "solution"]
print("The microphone, the codec of the recorder, and the room.")
