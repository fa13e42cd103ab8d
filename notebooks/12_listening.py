# ---
# jupyter:
#   antispoof:
#     reads: [data/listening.csv]
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
# # A listening test
#
# *Can you hear it?*
#
# **Goals.** After this chapter you have tried your own ears on fakes, and compared them with
# a detector. *About 15 minutes; headphones help.*
#
# ## Question
#
# Ten clips, some real, some fake. Decide for each one before you open its answer, and count
# how many you had right.

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
clips = ""  # folder of the listed clips, or "fetch"; empty: use the corpus

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import hashlib
from urllib.request import urlretrieve

import pandas as pd

from antispoof import corpora, inference
from antispoof.files import project_folder
from antispoof.inference.prediction import format_prediction
from antispoof_report import report
from antispoof_report.html import Html

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# The list `data/listening.csv` names ten clips of public repositories with free licences:
# the address, the SHA-256, the licence and the authors. This project holds no sound. The
# parameter `clips` says where the clips are: a folder, or the word `fetch` to load them
# from their addresses (`make book` takes it from the environment variable
# `ANTISPOOF_CLIPS`). A clip is used only if its SHA-256 is the listed one. If one is
# missing, clips of the corpus of this page stand in.

# %%
folder = project_folder() / (clips if clips != "fetch" else "data/listening")


def find(row):
    """The clip, or None where it is missing or another."""
    path = folder / row.file
    if clips == "fetch" and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        urlretrieve(row.address, path)
    if not clips or not path.is_file():
        return None
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return path if found in (row.sha256, row.sha256_16k) else None


# %%
listing = project_folder() / "data/listening.csv"
listed = pd.read_csv(listing) if listing.is_file() else pd.DataFrame()
paths = [find(row) for row in listed.itertuples()]
is_listed = bool(paths) and all(paths)

# %%
part = la.partition("eval").sample(frac=1, random_state=3)
some = part.groupby("label").head(5).sample(frac=1, random_state=3)
if is_listed:
    test = listed.assign(path=paths, by=listed["attribution"])
else:
    test = some.assign(system=some["attack"], by=la.title)

# %% [markdown]
# ## Run

# %%
detector = inference.load_detector()
named = [(f"clip {k}", path) for k, path in enumerate(test["path"], 1)]
answers = list(inference.predict_clips(named, detector))

# %% tags=["hide-input"]
real = "These are the listed clips, of real people and of modern fakes."
stands_in = f"The listed clips are not here. These are of {la.title}."
report.glue("which", real if is_listed else stands_in)
report.glue("n_fake", int((test["label"] == "spoof").sum()))
right = [a.answer == x for a, x in zip(answers, test["label"], strict=True)]
unsure = [a.answer in ("uncertain", None) for a in answers]
report.glue("detector_wrong", len(right) - sum(right) - sum(unsure))
report.glue("detector_right", sum(right))
report.glue("detector_unsure", sum(unsure))

# %% [markdown]
# ## Result
#
# {result}`which` Each player ends after four seconds; the detector reads all of the clip.

# %% tags=["hide-input"]
WORDS = {"bonafide": "Real", "spoof": "Fake"}
if la.is_synthetic and not is_listed:
    WORDS["bonafide"] = "Labelled real (simulated: no person spoke)"


def card(row, answer):
    """A player, and below it the truth behind a fold."""
    how = "" if row.label == "bonafide" else f" ({row.system})"
    says = format_prediction(answer)
    truth = (
        f"<p><strong>{WORDS[row.label]}{how}.</strong> The detector: {says}"
    )
    source = f" From {row.by}.</p>"
    fold = (
        f"<details><summary>Real or fake?</summary>{truth}{source}</details>"
    )
    sound = report.player(row.path, label=answer.clip.capitalize())
    return sound + Html(fold, WORDS[row.label])


cards = [card(r, a) for r, a in zip(test.itertuples(), answers, strict=True)]
sum(cards[1:], cards[0])

# %% [markdown]
# ## What it means
#
# - **How many did you have right?** In a published test, 529 listeners noticed 73 % of the
#   fakes, with and without training {cite}`mai2023`. They also took real clips for fakes.
# - **The detector** has {result}`detector_right` right and {result}`detector_wrong` wrong, and
#   cannot tell of {result}`detector_unsure`; {result}`n_fake` of the clips are fake. It never
#   calls a clip real. Ten clips say little about it, and simulated ones nothing: {doc}`08_check_a_clip` has its figures.
# - **Listen for** a metallic edge, a flat melody, breath in the wrong place, and silence
#   that is too clean. None of these is a proof.
#
# ## Exercises
#
# 1. You had seven of ten right. Could that be luck? How probable are seven or more right
#    answers, if you toss a coin for each?

# %% tags=["hide-cell", "solution"]
from math import comb

print(
    f"{sum(comb(10, k) for k in range(7, 11)) / 2**10:.0%}: it could be luck"
)

# %% [markdown]
# 2. How many clips would you need to show, with the same share of right answers, that you
#    do not guess? Say that you have shown it if a coin does as well in fewer than one of
#    twenty cases.

# %% tags=["hide-cell", "solution"]
for n in range(10, 60, 10):
    least = round(0.7 * n)
    print(n, f"{sum(comb(n, k) for k in range(least, n + 1)) / 2**n:.3f}")
print("About 30: the first number below one in twenty, 0.05.")

# %% [markdown]
# 3. Listen to a fake that you took for real, again, now that you know. Do you hear it now?
#    What does that say about witnesses who know what they are supposed to hear?

# %% tags=["hide-cell", "solution"]
print("Knowing changes what one hears: a witness who was told that a clip is")
print("fake hears it as fake. So a test hides the answer until you decide.")
