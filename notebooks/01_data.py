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
# # What is in the data?
#
# ## Question
#
# What does the corpus hold, is it whole, and what could a model learn from it that has
# nothing to do with fakes?

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
max_clips = 3000  # for lengths; a random choice if there are more

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import antispoof_report as report
from antispoof import audio, corpora
from antispoof.constants import LABELS, PARTITIONS, SAMPLE_RATE
from antispoof.corpora import ISSUES, audit, synthetic
from antispoof.plots import data

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# *ASVspoof 2019 LA* {cite}`wang2020` is a corpus of English sentences. Some were spoken
# by people (*bona fide*). The others are *spoof*: made to sound like the same people by
# speech synthesis and voice conversion, each way of doing so being an *attack*. It has
# three partitions:
#
# | Partition | In the thesis | Serves for |
# | :-- | :-- | :-- |
# | `train` | training dataset | fitting the models |
# | `dev` | testing dataset | attacks known from training, other speakers |
# | `eval` | evaluation dataset | unknown attacks, other speakers again |
#
# A text file for each partition, the *protocol*, lists its clips: speaker, utterance,
# attack, and the answer. We go by the protocols and never by what lies in the folders,
# because the original's folders also hold clips that belong to no trial.
#
# ### How to train_or_load the data
#
# The corpus is free, under the Open Data Commons Attribution License (ODC-BY 1.0).
#
# 1. From the University of Edinburgh, its official home: download `LA.zip` at
#    [doi.org/10.7488/ds/2555](https://doi.org/10.7488/ds/2555) and unpack it.
# 2. On Kaggle: add the dataset
#    [awsaf49/asvpoof-2019-dataset](https://www.kaggle.com/datasets/awsaf49/asvpoof-2019-dataset)
#    to the notebook. It is found there by itself.
#
# Then give the folder as the parameter `corpus`, or set the environment variable
# `ASVSPOOF2019_LA` to it, or put it under `data/`. Without any of these, the chapter
# makes the mini corpus of simulated speech and says so at the top.
#
# ## Run
#
# The audit decodes every clip that the protocols list, and holds what it finds against
# the protocols and against the size of the original.

# %%
checked = audit(la)
broken = {issue.name for issue in checked.issues}
whole = la.trials[~la.trials["utt_id"].isin(broken)]

# %% [markdown]
# The length of a clip stands in its header, so it can be had without decoding.

# %%
measured = whole.sample(min(len(whole), max_clips), random_state=0)
samples = [audio.info(path).samples for path in measured["path"]]
measured = measured.assign(seconds=np.array(samples) / SAMPLE_RATE)

# %% [markdown]
# ## Result
#
# ### Is the folder whole?

# %% tags=["hide-input"]
rows = [
    {
        "Partition": name,
        "Listed": part.listed.total,
        "Usable": part.usable.total,
        "In the original": part.expected.total if part.expected else None,
        "In no protocol": part.unlisted,
        "Minutes": part.seconds / 60,
    }
    for name, part in checked.partitions.items()
]
report.table(
    pd.DataFrame(rows),
    caption="Clips that the protocols list, and clips that are whole",
    formats={"Minutes": ".1f"},
)

# %% tags=["hide-input"]
found = [(text, checked.count(kind)) for kind, text in ISSUES.items()]
report.glue("n_faults", len(checked.issues))
report.table(
    pd.DataFrame(found, columns=["What would be wrong", "Found"]),
    caption="What the audit looked for, and how often it found it",
)

# %% [markdown]
# Number of faults: {result}`n_faults`. `antispoof corpus audit` makes the same check
# from the command line and names every file concerned.
#
# ### How many of each class?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-classes", "caption": "Trials of each class in the three partitions, with their share of the partition."}, "image": {"alt": "Horizontal bars of the number of bona fide and spoof trials in train, dev and eval."}}
share = la.trials["label"].eq("spoof").groupby(la.trials["partition"]).mean()
report.glue("spoof_share_train", f"{share['train']:.1%}")
report.glue("spoof_share_dev", f"{share['dev']:.1%}")
report.glue("spoof_share_eval", f"{share['eval']:.1%}")
data.class_counts(la.trials)

# %% [markdown]
# A program that answers "spoof" to everything is right in {result}`spoof_share_dev` of
# the testing clips and in {result}`spoof_share_eval` of the evaluation clips, without
# having listened to any. An accuracy means nothing until it is compared with this. In
# the complete ASVspoof 2019 LA, nine of ten clips are spoof in each partition.
#
# ### Who speaks?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-speakers", "caption": "Trials of each speaker. Each bar is one speaker, the busiest first."}, "image": {"alt": "Three bar charts, one a partition, of the number of bona fide and spoof trials of each speaker."}}
data.speakers(la.trials)

# %% tags=["hide-input"]
voices = la.trials.groupby("partition")["speaker"].agg(set)
shared = {
    one: [len(voices[one] & voices[other]) for other in PARTITIONS]
    for one in PARTITIONS
}
report.table(
    pd.DataFrame(shared, index=pd.Index(PARTITIONS, name="Speakers")),
    caption="Speakers that two partitions share (diagonal: that one has)",
    index=True,
)

# %% [markdown]
# A model that had learned the training voices by heart would gain nothing from it as
# long as `train` shares no speaker with the others.
#
# ### Which attacks?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-attacks", "caption": "Trials of each attack in each partition. The attacks of train and dev are the same; those of eval are in neither."}, "image": {"alt": "A table of attacks by partitions with the number of trials in each field; train and dev fill the same rows, eval fills others."}}
data.attacks(la.trials)

# %% [markdown]
# `dev` therefore asks whether a model recognises new clips of attacks it knows, and
# `eval` whether it recognises attacks it has never met. The second question is the
# harder one, and the one that matters outside the laboratory.

# %% tags=["hide-input"]
made = {name: way.description for name, way in synthetic.ATTACKS.items()}
spoof = la.trials[la.trials["label"] == "spoof"]
listed = spoof.groupby("attack").size().reset_index(name="Trials")
listed["How the fake is made"] = listed["attack"].map(made)
report.table(
    listed.fillna("see Wang et al. (2020)").rename(columns=str.capitalize),
    caption="The attacks of this corpus",
)

# %% [markdown]
# The mini corpus has twelve attacks of its own, M01 to M12. What A01 to A19 of ASVspoof
# are, its authors describe {cite}`wang2020`.

# %% [markdown]
# ### How long are the clips?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-durations", "caption": "Lengths of the clips. The dashed line is the length that all models see: what is longer is cut off there, what is shorter is filled up with zeros."}, "image": {"alt": "Three histograms, one a partition, of clip lengths in seconds for bona fide and spoof clips, with a dashed line at four seconds."}}
median = measured.groupby("label")["seconds"].median()
report.glue("median_bonafide", f"{median['bonafide']:.2f} s")
report.glue("median_spoof", f"{median['spoof']:.2f} s")
report.glue("cut_off", f"{(measured['seconds'] > 4).mean():.0%}")
data.durations(measured, kept=4.0)

# %% [markdown]
# Half of the bona fide clips are shorter than {result}`median_bonafide`, half of the
# spoof clips shorter than {result}`median_spoof`; {result}`cut_off` of all clips lose
# something at four seconds. Wherever the two classes differ in length, zeros at the end
# tell a model something about the answer that has nothing to do with the voice. The
# silence before and after the words does the same {cite}`muller2021`.
#
# ### How do they sound?
#
# One speaker of `dev`, once bona fide and once forged.

# %%
dev = whole[whole["partition"] == "dev"]
speaker = dev.groupby("speaker")["label"].nunique().idxmax()
chosen = dev[dev["speaker"] == speaker].drop_duplicates("label")
chosen = chosen.set_index("label")
heard = {x: audio.load_mono_16k(chosen["path"][x]) for x in LABELS[::-1]}

# %% tags=["hide-input"]
attack = chosen["attack"]["spoof"]
real = report.player(heard["bonafide"], label=f"Bona fide, {speaker}")
fake = report.player(heard["spoof"], label=f"Spoof of {speaker}, {attack}")
real + fake

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-listen", "caption": "The two clips as waveforms and spectrograms, at most four seconds of each."}, "image": {"alt": "Waveform and spectrogram of the bona fide clip above waveform and spectrogram of the spoof clip."}}
data.clips({x: voice[: 4 * SAMPLE_RATE] for x, voice in heard.items()})

# %% [markdown]
# To keep the page small, the players hold compressed sound. The models are given the
# clips as they are.
#
# ### What was this page made with?

# %% tags=["hide-input"]
report.table(
    report.environment().rename(columns=str.capitalize),
    caption="Hardware and versions",
)

# %% [markdown]
# ## What it means
#
# - **Accuracy deceives here.** Whoever always says "spoof" scores
#   {result}`spoof_share_eval` on the evaluation clips. That is why macro-F1, which counts
#   both classes alike, stands beside every accuracy in this book.
# - **Testing and evaluation ask different questions.** Attacks of `dev` are known from
#   training, those of `eval` are not. Good results on `dev` promise little for `eval`.
# - **Not all differences are in the voice.** Length and silence may tell the classes
#   apart, and a model uses what helps it.
