# ---
# jupyter:
#   antispoof:
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
# # The data
#
# *What is in the data?*
#
# **Goals.** After this chapter you can read a protocol, say what the nineteen attacks are,
# check a corpus before you trust it, and name differences between the classes that are not
# in the voice. *About 30 minutes.*
#
# ## Question
#
# What does the corpus contain, is it complete, and what could a model learn from it that
# has nothing to do with fakes?

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

from antispoof import audio, corpora, runs
from antispoof.constants import LABELS, PARTITIONS, SAMPLE_RATE
from antispoof.corpora import ISSUES, audit
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS
from antispoof.corpora.synthetic.attacks import ATTACKS
from antispoof.plots import data
from antispoof_report import report

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# *ASVspoof 2019 LA* {cite}`wang2020` is a corpus of English sentences; LA stands for
# {term}`logical access`. Some were spoken by people ({term}`bona fide`). The others are
# {term}`spoof`: speech synthesis or voice conversion made them sound like the same people.
# Each method is an {term}`attack`. A clip that is judged is a {term}`trial`. The corpus has
# three partitions:
#
# | Partition | In the thesis | Use |
# | :-- | :-- | :-- |
# | `train` | training dataset | training the models |
# | `dev` | testing dataset | testing with the attacks of `train` and other speakers |
# | `eval` | evaluation dataset | testing with other attacks and other speakers |
#
# The thesis does not say that its testing dataset is `dev`; this is our inference
# {mark}`O`.
#
# The official counts, from the protocols of the corpus:

# %% tags=["hide-input"]
official = [
    {
        "Partition": name,
        "Bona fide": counts.bonafide,
        "Spoof": sum(counts.attacks.values()),
        "Attacks": f"{min(counts.attacks)} to {max(counts.attacks)}",
        "Clips of each attack": min(counts.attacks.values()),
        "Speakers": counts.speakers,
        "Always “spoof” right": sum(counts.attacks.values()) / counts.total,
    }
    for name, counts in EXPECTED_COUNTS.items()
]
report.table(
    pd.DataFrame(official),
    caption="ASVspoof 2019 LA as it was published",
    formats={"Always “spoof” right": ".1%"},
)

# %% [markdown]
# The runs on real speech in this book use a *sample* of it. It is a convenience sample:
# authors of public code had put some clips beside their programs; we collected these
# clips and put them back into the official layout. Nobody drew them at random, so the
# shares of classes, speakers and attacks are not those of the corpus. Of the 377 training
# clips, 237 are bona fide and 140 spoof. In the corpus, most clips are spoof.

# %% tags=["hide-input"]
references = runs.load_references("cnn")[:1]
sample = [
    {
        "Partition": name,
        "Clips": run.corpus["trials"][name],
        "Bona fide": (run.scores(name)["label"] == "bonafide").sum(),
        "Spoof": (run.scores(name)["label"] == "spoof").sum(),
        "Speakers": run.scores(name)["speaker"].nunique(),
    }
    for run in references
    for name in run.partitions
]
report.table(
    pd.DataFrame(sample), caption="The clips of the sample that are judged"
) if sample else None

# %% [markdown]
# ### The nineteen attacks
#
# You need not know the names in the last column. Look at the second one: does the fake
# begin with a text, or with a recording of a person?
#
# | Attack | Kind | How the fake is made |
# | :-- | :-- | :-- |
# | A01 | text-to-speech | neural acoustic model, WaveNet |
# | A02, A03 | text-to-speech | neural acoustic models, WORLD vocoder |
# | A04, **A16** | text-to-speech | pieces of recordings put together (MaryTTS) |
# | A05 | voice conversion | variational autoencoder, WORLD vocoder |
# | A06, **A19** | voice conversion | the spectrum of a recording is filtered |
# | A07 | text-to-speech | WORLD vocoder, improved by an adversarial network |
# | A08 | text-to-speech | neural source-filter vocoder |
# | A09 | text-to-speech | Vocaine vocoder |
# | A10 | text-to-speech | Tacotron 2, WaveRNN |
# | A11 | text-to-speech | Tacotron 2, Griffin-Lim |
# | A12 | text-to-speech | WaveNet |
# | A13 | text-to-speech, then voice conversion | the waveform is filtered |
# | A14 | text-to-speech, then voice conversion | STRAIGHT vocoder |
# | A15 | text-to-speech, then voice conversion | WaveNet |
# | A17 | voice conversion | the waveform is filtered |
# | A18 | voice conversion | vocoder of cepstral features |
#
# Training and testing use A01 to A06, evaluation A07 to A19 {cite}`wang2020`. Two of the
# evaluation attacks (bold) use the algorithm of a training attack, built from other
# clips. So eleven are unknown. A filtered recording, as in A06, A17 and A19, may be
# especially hard to notice: most of it *is* a human voice.
#
# ### The protocol
#
# For each partition, a text file (the *protocol*) lists the clips with speaker,
# *utterance* (the name of the clip's file), attack and label. The third column is not used
# in LA. We read the protocols and never list the folders, because the original folders
# also contain clips that belong to no trial. These are the first lines of one, and how to
# read it without our library:

# %%
# cm: countermeasure; trl or trn before .txt: a list of trials or for training.
protocol = sorted(la.root.rglob("*.cm.*.t*.txt"))[0]
print("".join(protocol.open().readlines()[:3]))
columns = ["speaker", "utterance", "-", "attack", "label"]
read = pd.read_csv(protocol, sep=" ", names=columns)
read["label"].value_counts()

# %% [markdown]
# ### How to download the data
#
# The corpus is free, under the Open Data Commons Attribution License (ODC-BY 1.0).
#
# 1. From the University of Edinburgh, the official source: download `LA.zip` at
#    [doi.org/10.7488/ds/2555](https://doi.org/10.7488/ds/2555) and extract it.
# 2. On Kaggle: add the dataset
#    [awsaf49/asvpoof-2019-dataset](https://www.kaggle.com/datasets/awsaf49/asvpoof-2019-dataset)
#    to the notebook. The chapter finds it.
#
# Then set the parameter `corpus` or the environment variable `ASVSPOOF2019_LA` to the
# folder, or copy it to `data/`. Otherwise, the chapter creates the synthetic corpus of
# simulated speech and says so at the top.
#
# ## Run
#
# The audit decodes every clip in the protocols. It compares the clips with the protocols,
# and their number with the official one.

# %%
checked = audit(la)
usable = checked.trials[checked.trials["issue"] == ""]

# %% [markdown]
# ## Result
#
# ### Is the corpus complete?

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
    caption="Clips in the protocols, and clips without a problem",
    formats={"Minutes": ".1f"},
)

# %% tags=["hide-input"]
kinds = [issue.kind for issue in checked.issues]
found = [(text, kinds.count(kind)) for kind, text in ISSUES.items()]
report.glue("n_faults", sum(kind != "near_duplicate" for kind in kinds))
report.table(
    pd.DataFrame(found, columns=["Problem", "Found"]),
    caption="The problems that the audit looks for, and how many it found",
)

# %% [markdown]
# Number of problems: {result}`n_faults`. On the command line, `antispoof corpus audit`
# makes the same check and names every file with a problem.
#
# "One recording in two partitions, changed in level, cut or coded" is a *near duplicate*. It
# is not counted as a problem: a voice conversion that only filters a recording gives such a clip. But if a
# model has learned from the recording, the fake is no independent test of it.
#
# ### How many of each class?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-classes", "caption": "Clips of each class in the three partitions, with their percentage of the partition. The models are compared on dev and eval; look at how different the shares of the classes are there."}, "image": {"alt": "Horizontal bars of the number of bona fide and spoof trials in train, dev and eval."}}
spoof_rate = (
    la.trials["label"].eq("spoof").groupby(la.trials["partition"]).mean()
)
for name in PARTITIONS:
    share = f"{spoof_rate[name]:.1%}" if name in spoof_rate else "0%"
    report.glue(f"spoof_share_{name}", share)
data.class_counts(la.trials)

# %% [markdown]
# A system that always answers "spoof" is right for {result}`spoof_share_dev` of the
# testing clips and for {result}`spoof_share_eval` of the evaluation clips, without using
# the sound. Compare every accuracy with this baseline. In the full ASVspoof 2019 LA, nine
# of ten clips are spoof in each partition.
#
# ### Who speaks?

# %% tags=["hide-input"]
clips = (
    la.trials.groupby(["partition", "speaker"]).size().groupby("partition")
)
report.table(
    clips.agg(["count", "min", "median", "max"])
    .reindex(la.partitions)
    .rename(
        columns={
            "count": "speakers",
            "min": "fewest trials",
            "max": "most trials",
        }
    )
    .rename_axis("partition"),
    caption="Speakers of each partition, and how many trials one speaker has",
    formats={"median": ".0f"},
    index=True,
)

# %% tags=["hide-input"]
voices = la.trials.groupby("partition")["speaker"].agg(set)
common = {
    one: [len(voices[one] & voices[other]) for other in la.partitions]
    for one in la.partitions
}
report.table(
    pd.DataFrame(common, index=pd.Index(la.partitions, name="Speakers")),
    caption="Common speakers of two partitions (diagonal: of one)",
    index=True,
)

# %% [markdown]
# If `train` has no speaker in common with the other partitions, a model cannot profit from
# memorising the training voices.
#
# ### Which attacks?
#
# The attacks of the synthetic corpus have names that begin with M.

# %% tags=["hide-input"]
fakes = la.trials[la.trials["label"] == "spoof"]
counts = pd.crosstab(fakes["attack"], fakes["partition"])
report.table(
    counts.reindex(columns=la.partitions).rename_axis(columns=None),
    caption="Trials of each attack in each partition",
    index=True,
)

# %% [markdown]
# So `dev` tests whether a model recognises new clips of attacks from training, and `eval`
# tests whether it recognises other attacks. The second test is the one that matters in
# practice, because the next fake may be made in a new way.

# %% tags=["hide-input"]
made = {name: attack.title for name, attack in ATTACKS.items()}
listed = fakes.groupby("attack").size().reset_index(name="Trials")
listed["How the fake is made"] = listed["attack"].map(made)
report.table(
    listed.fillna("see the list above").rename(columns=str.capitalize),
    caption="The attacks of this corpus",
)

# %% [markdown]
# ### How long are the clips?

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-durations", "caption": "Lengths of the clips. The dashed line is the input length of all models: longer clips are cut off there, shorter clips are padded with zeros. The bars of each class have a total area of 1, so the classes can be compared."}, "image": {"alt": "Three histograms, one for each partition, of clip lengths in seconds for bona fide and spoof clips, with a dashed line at four seconds."}}
median = usable.groupby("label")["seconds"].median()
report.glue("median_bonafide", f"{median['bonafide']:.2f} s")
report.glue("median_spoof", f"{median['spoof']:.2f} s")
report.glue("cut_off", f"{(usable['seconds'] > 4).mean():.0%}")
data.durations(usable, kept=4.0)

# %% [markdown]
# The median length is {result}`median_bonafide` for bona fide clips and
# {result}`median_spoof` for spoof clips; {result}`cut_off` of all clips are longer than
# four seconds and lose their end. If the classes differ in length, the zeros at the end
# help a model to guess the class without using the voice. The silence before and after
# the words has the same effect {cite}`muller2021`.
#
# ### How do they sound?
#
# A bona fide clip and a fake, of one speaker of `dev` if the corpus has both.

# %%
dev = usable[usable["partition"] == min(la.partitions)]
# The speaker with the most labels comes first; the others fill what lacks.
speaker = dev.groupby("speaker")["label"].nunique().idxmax()
chosen = pd.concat([dev[dev["speaker"] == speaker], dev])
chosen = chosen.drop_duplicates("label").set_index("label")
sounds = {x: audio.load_mono_16k(chosen["path"][x]) for x in LABELS[::-1]}

# %% tags=["hide-input"]
attack, who = chosen["attack"]["spoof"], chosen["speaker"]
real = report.player(
    sounds["bonafide"], label=f"Bona fide, {who['bonafide']}"
)
fake = report.player(
    sounds["spoof"], label=f"Spoof of {who['spoof']}, {attack}"
)
real + fake

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-listen", "caption": "The two clips as waveforms and spectrograms, at most four seconds of each. Can you see which one is the fake? Usually one cannot, which is why a network is trained."}, "image": {"alt": "Waveform and spectrogram of the bona fide clip above waveform and spectrogram of the spoof clip."}}
data.clips({x: voice[: 4 * SAMPLE_RATE] for x, voice in sounds.items()})

# %% [markdown]
# To keep the page small, the players use compressed sound. The models get the original
# clips.
#
# ### Hardware and software of this page

# %% tags=["hide-input"]
report.table(
    report.environment().rename(columns=str.capitalize),
    caption="Hardware and versions",
)

# %% [markdown]
# ## What it means
#
# - **Accuracy can mislead.** A system that always says "spoof" has an accuracy of
#   {result}`spoof_share_eval` on the evaluation clips. So this book shows every accuracy
#   together with {term}`macro-F1`, which gives both classes the same weight (exercise 1).
# - **Testing and evaluation answer different questions.** `dev` has the attacks of the
#   training data, `eval` has others. A good result on `dev` does not promise a good
#   result on `eval`.
# - **Not all differences are in the voice.** The classes may also differ in length and
#   silence, and a model uses every difference that helps.

# %% [markdown]
# ## Exercises
#
# 1. A system answers "spoof" to every clip. What are its accuracy and its macro-F1 in each
#    partition of the official corpus? Of the clips that are decided to be of a class,
#    *precision* is the share that is of it. Of the clips of a class, *recall* is the share
#    that is found. And $F_1 = 2 \cdot \text{precision} \cdot \text{recall} / (\text{precision} +
#    \text{recall})$. The F1 of a class that is never chosen is 0. Macro-F1 is the mean of
#    both classes.

# %% tags=["hide-cell", "solution"]
for name, counts in EXPECTED_COUNTS.items():
    n_spoof = sum(counts.attacks.values())
    precision, recall = n_spoof / counts.total, 1
    f1_spoof = 2 * precision * recall / (precision + recall)
    macro_f1 = (f1_spoof + 0) / 2
    print(f"{name}: accuracy {precision:.3f}, macro-F1 {macro_f1:.3f}")

# %% [markdown]
# 2. Build a detector that never listens: decide by the length of a clip, which is the
#    column `seconds` of `usable`. A clip may be bona fide if it is longer than a threshold,
#    or if it is shorter; try both. How often is the best threshold right on the testing
#    clips of this page, and how often is the answer that is always the larger class?

# %% tags=["hide-cell", "solution"]
lengths = usable[usable["partition"] == min(la.partitions)]
is_real = lengths["label"] == "bonafide"
cuts = [
    max(
        ((lengths["seconds"] > t) == is_real).mean(),
        ((lengths["seconds"] <= t) == is_real).mean(),
    )
    for t in lengths["seconds"]
]
larger = max(is_real.mean(), 1 - is_real.mean())
print(f"{max(cuts):.1%} right by length, {larger:.1%} with the larger class")
print("The threshold was chosen on these clips, so this is too good.")

# %% [markdown]
# 3. Why may no speaker be in both the training and the testing partition? Think of a
#    detector that knows one voice, of which it has only fakes.

# %% tags=["hide-cell", "solution"]
print(
    "It recognises the voice, not the fake. It calls all clips of this person"
)
print("fake, and is right for the fakes. So the test would be too good, and")
print("would not say how the detector judges voices that it does not know.")
