# ---
# jupyter:
#   antispoof:
#     reads: [data/travel, data/study/la/main]
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
# # Voices from other sources
#
# *What are these models worth outside their corpus?*
#
# **Goals.** After this chapter you can test a detector on another corpus, and say why a
# low EER on its own corpus promises nothing on others. *About 20 minutes.*
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
from antispoof import corpora, runs
from antispoof.plots import scores
from antispoof_report import report, travel

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# *open-fakes* is a collection of clips from public repositories: real speech of many
# kinds, and fakes of 99 systems of the years 2018 to 2025, such as neural vocoders, neural
# codecs and text-to-speech. Its parts share no source, but some well-known sentences, and
# some speakers of LJSpeech, VCTK and LibriTTS, occur in more than one part.

# %%
recorded = travel.load()

# %% tags=["hide-input"]
base = recorded.get(("thesis", "base"), [])
for part in ("dev", "eval"):
    for name in ("ASVspoof 2019", "open-fakes"):
        size = report.UNKNOWN
        if base:
            clips = travel.split_by_corpus(base[0].scores(part))[name]
            kinds = clips["label"].value_counts()
            size = (
                f"{len(clips)} clips ({kinds['bonafide']} real, "
                f"{kinds['spoof']} fake)"
            )
            if name == "open-fakes":
                size += f" of {clips['speaker'].nunique()} sources"
        report.glue(f"{name[:3]}_{part}", size)
report.glue("here_rate", f"{base[0].config.lr:g}" if base else report.UNKNOWN)
main = runs.load_references("cnn")
report.glue("rate", f"{main[0].config.lr:g}" if main else report.UNKNOWN)

# %% [markdown]
# The CNN of {doc}`03_cnn` was trained by one rule on four sets of clips: ASVspoof 2019 alone;
# the same with copies of its real clips by vocoders; open-fakes alone; and both corpora
# with copies of all real clips and sentences that text-to-speech programs have read, here
# called *everything*. The runs are recorded; {repo}`profiles/travel.yaml` lists them
# {mark}`O`.
#
# The CNN was tested on both corpora. The sample of ASVspoof 2019 has {result}`ASV_dev` in dev
# and {result}`ASV_eval` in eval; open-fakes has {result}`ope_dev` in dev and {result}`ope_eval` in
# eval. Its learning rate here is {result}`here_rate`, the usual one; in {doc}`06_analysis` it
# is {result}`rate`, the best of three. So the numbers of ASVspoof 2019 differ a little between
# the two chapters.
#
# To test a model of your own on another corpus:
# `antispoof score RUN --corpus OTHER --partition eval`, and `antispoof evaluate` on what it
# writes. Any folder of clips with a table is a corpus ({doc}`../book/how_to_run`).
#
# The EER alone hides what a user meets, because its threshold is chosen on the very clips
# that are tested. So there is a second measure. We choose the threshold on dev clips like
# those that the model was trained on, its *own threshold*, and use it for all other clips.
# The *half total error rate* (HTER) is the mean of the two error rates at this threshold;
# 50 % is chance.
#
# ## Run

# %%
rates = travel.rates_table(recorded)

# %% [markdown]
# ## Result
#
# ### Trained on one corpus, tested on both

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-train-test", "caption": "Equal error rate of the CNN by training corpus (rows) and test clips (columns), means over three seeds. At 50 %, a model decides as a coin does."}, "image": {"alt": "Table of coloured cells with equal error rates: trained on ASVspoof 2019, low on its dev, higher on its eval, and high on both parts of open-fakes; the same with vocoder copies; trained on open-fakes, high everywhere; trained on everything, higher on ASVspoof 2019 and a little lower on eval of open-fakes."}}
scores.attack_heatmap(
    travel.heat_map(recorded), rows="trained on"
) if recorded else report.missing_runs("The figure")

# %% tags=["hide-input"]
by = rates.set_index(["trained", "group", "tested"])
for name, tested in (
    ("home", "ASVspoof 2019, dev"),
    ("unknown", "ASVspoof 2019, eval"),
    ("away_dev", "open-fakes, dev"),
    ("away", "open-fakes, eval"),
):
    for rate in ("eer", "hter", "accused", "found"):
        for trained in travel.TRAINED_ON:
            value, key = report.UNKNOWN, (trained, "base", tested)
            if key in by.index:
                value = f"{by.loc[key, rate]:.0%}"
            own = "" if trained == "thesis" else f"{trained}_"
            report.glue(f"{name}_{own}{rate}", value)

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
    caption="The CNN at its own threshold",
    formats=dict.fromkeys(
        ("EER", "HTER", "Real called fake", "Fake called fake"), ".0%"
    ),
) if recorded else report.missing_runs("The table")

# %% [markdown]
# At its own threshold, the CNN of ASVspoof 2019 calls {result}`away_accused` of the real
# evaluation clips of open-fakes fake, and {result}`away_found` of the fakes. It says "fake" to
# nearly everything.
#
# ## What it means
#
# - **A low EER on its own corpus says nothing about other corpora.** The same network, with
#   the same weights, has an EER of {result}`home_eer` on the testing dataset of its own corpus.
#   On the evaluation clips of open-fakes, at its own threshold, its half total error rate is
#   {result}`away_hter`; chance is 50 %.
# - **Fakes of one kind do not stand for others.** With vocoder copies of its real clips, the
#   CNN has {result}`home_copies_eer` on the testing dataset of ASVspoof 2019. On eval of
#   open-fakes it has {result}`away_copies_eer` and calls {result}`away_copies_accused` of the real
#   clips fake: it has learned to tell our copies from our clips, and little else. Trained on
#   the modern fakes of open-fakes alone, it has {result}`away_modern_eer` there, on sources
#   that it has not learned from.
# - **More training clips did not help clearly.** With both corpora and copies, the EER on the
#   testing dataset of ASVspoof 2019 is {result}`home_all_eer` instead of {result}`home_eer`. On
#   open-fakes it is {result}`away_dev_all_eer` instead of {result}`away_dev_eer` on dev, and
#   {result}`away_all_eer` instead of {result}`away_eer` on eval: worse on one, better on the other.
#   With so few sources, neither is certain. {doc}`11_travel` tries what else could help.
# - **To call a real person fake is the worst error.** A detector that is used on other
#   sources needs a way to say that it cannot tell.

# %% [markdown]
# ## Exercises
#
# 1. A detector has an EER of 1 % on its own corpus. On another, its scores rank the clips as
#    well as before, but all are two units lower. What is its EER there? What does it do at
#    the threshold of its own corpus?

# %% tags=["hide-cell", "solution"]
import numpy as np

from antispoof import metrics

rng = np.random.default_rng(0)
labels = np.repeat([0, 1], 1000)
own_scores = rng.normal(size=2000) + 4.65 * labels - 2.3
for moved in (0, -2):
    s = own_scores + moved
    called_fake = np.mean(s[labels == 1] <= 0)
    print(
        f"EER {metrics.eer(s, labels):.1%}, real called fake {called_fake:.1%}"
    )
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
