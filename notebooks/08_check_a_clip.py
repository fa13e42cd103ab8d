# ---
# jupyter:
#   antispoof:
#     reads: [lib/antispoof/inference/pretrained_weights]
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
# # Check a clip
#
# *Is this clip fake?*
#
# **Goals.** After this chapter you can check a clip, read the answer without believing it too
# much, and say what it would mean among many clips. *About 20 minutes.*
#
# ## Question
#
# You hear a voice. Is it a human or a machine? What can a small network say about one clip,
# how certain can it be, and when should it not decide?

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
clip = ""  # your own sound file; empty: two clips of the corpus
run = ""  # folder of a run with weights; empty: the pretrained weights
upload = False  # True: show the upload button on other platforms too

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]

from antispoof import corpora, inference
from antispoof.constants import SAMPLE_RATE
from antispoof.plots import scores as plots
from antispoof.plots import timeline
from antispoof_report import report
from antispoof_report.inference_tables import read_measurements

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# The clip is decoded (any format, sampling rate and number of channels) and cut into
# windows of the input length of the model. Each window gets a score. The score of the clip
# is the mean. Two steps follow {mark}`O`:
#
# - **Answer.** The score is compared with those of clips from sources that the model was
#   not trained on. It is called *fake* only if fewer than one real clip in forty has such
#   a low score, and *real* only if fewer than one fake in twenty has such a high one. All
#   other clips are *uncertain*. This is a split-conformal decision: among clips such as
#   those of this calibration, not more real people are called fake. For clips of another
#   kind, nothing is promised.
# - **Probability.** A linear function turns the score into log odds {cite}`platt1999`, from
#   the same clips. Both classes and all sources have the same weight, so the probability
#   is valid if real and fake clips are equally frequent.
#
# The weights are part of the library. A network that was distilled from a self-supervised
# one {cite}`stahl2025` describes the sound; a linear model, trained on
# {result}`check_n_train` clips of real speech and of fakes from {result}`check_systems`
# systems, judges the description. {doc}`../book/model_card` says how it was made. An
# earlier version, the CNN of {doc}`03_cnn` trained on ASVspoof 2019 alone, called two of
# three real people fake when their recording came from elsewhere. That is why this one is
# silent so often.
#
# On the command line: `antispoof check CLIP`.

# %% [markdown]
# ## Run

# %%
ready = run or inference.has_pretrained()
detector = inference.load_detector(run) if ready else None
trials = la.require_both_classes("eval").groupby("label").first()
examples = {f"{x} clip": path for x, path in trials["path"].items()}
clips = {"your clip": clip} if clip else examples

# %%
checked = inference.predict_clips(clips.items(), detector)
predictions = list(checked) if ready else []

# %% tags=["hide-input"]
measured = None if run else read_measurements("measured")
calibrated = None if run else read_measurements("calibration")
report.glue_inference(detector, measured, calibrated)
report.upload(detector, wanted=upload)

# %% [markdown]
# ## Result
#
# ### The clips
#
# If the corpus of this page is simulated, a program made both voices, and the detector has
# never heard such ones: "fake" is not wrong for either.

# %% tags=["hide-input"]
players = [report.player(path, label=name) for name, path in clips.items()]
players[0] if clip else players[0] + players[1]

# %% tags=["hide-input"]
report.answers(predictions, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-over-time", "caption": "The score of the last clip over time, with one line for each window. In the pale band, the prediction is uncertain; above it, bona fide; below it, spoof."}, "image": {"alt": "Horizontal lines, one for each window of the clip, at the height of its score."}}
predicted = ready and predictions[-1].error is None
timeline.score_timeline(
    predictions[-1].starts,
    predictions[-1].scores,
    window=detector.n_samples / SAMPLE_RATE,
    seconds=predictions[-1].seconds,
    thresholds=detector.calibration.thresholds,
) if predicted else None

# %% [markdown]
# ### How good is it?
#
# The following results are measured on {result}`check_n` clips of sources that the model
# was neither trained nor calibrated on: the evaluation part of the sample of ASVspoof 2019
# and five collections of modern fakes. Of the real clips, {result}`check_accused` are
# called fake, and of the fakes {result}`check_found`. The equal error rate is
# {result}`check_eer`: where the model has to decide every clip, it is often wrong.

# %% tags=["hide-input"]
report.sources_table(measured, detector)

# %% tags=["hide-input"]
report.attacks_table(measured)

# %% tags=["hide-input"]
report.calibration_table(measured, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-check-reliability", "caption": "Reliability of the predicted probabilities on evaluation clips of real speech. On the diagonal, the fraction of real clips equals the probability."}, "image": {"alt": "Dots near a diagonal: fraction of real clips over predicted probability."}}
shown = measured is not None and detector is not None
plots.reliability_plot(
    {"pretrained weights": report.reliability(measured, detector.calibration)}
) if shown else None

# %% [markdown]
# The expected calibration error (ECE) is {result}`check_ece`. With so few clips, perfectly
# calibrated probabilities would have an ECE of {result}`check_chance_ece` by chance. If we
# calibrated on the first window of each clip only, the ECE would be
# {result}`check_first_window_ece`.
#
# ### Robustness
#
# A recording often changes on its way to the listener. Each row shows the same clips after
# one such change: the error, what the change costs, and how much it moves the probability
# of a clip (median). The last rows are the same clip in another file, which should make no
# difference.

# %% tags=["hide-input"]
report.robustness_table(measured, detector)

# %% [markdown]
# ## What it means
#
# - **A hint, not evidence.** It decides {result}`check_coverage` of these clips;
#   {result}`check_selective_error` of these decisions are wrong.
# - **"Uncertain" is the usual answer, and the right one.** Fakes of a new kind are often
#   as close to real speech as the model can tell. It says so, instead of accusing
#   somebody.
# - **"Real" is not proof either.** It means that few fakes of the kinds that were tested
#   score so high.
# - **The transmission matters.** The table above shows the effect of telephone quality,
#   compression and noise. After them, the probabilities are less reliable.
# - **The probabilities assume equal frequencies.** They assume that real and fake clips
#   are equally frequent. If one in a thousand clips is fake, most alarms are false.
# - **The file format matters little.** Another sampling rate or format changes the
#   probability by {result}`check_moved` at most (median over clips).

# %% [markdown]
# ## Exercises
#
# 1. The detector says that of 100 clips like this one, 20 are real, if real and fake clips
#    are equally frequent. In your inbox, one clip in 100 is fake. Which probability of a
#    real voice has the clip there?

# %% tags=["hide-cell", "solution"]
odds = 0.20 / 0.80 * 99  # the odds at 1:1, times the odds before listening
print(f"{odds / (1 + odds):.0%}")

# %% [markdown]
# 2. Cut the first clip to its first second and check it again. Does the answer change?
#    Should a shorter clip make it surer or less sure?

# %% tags=["hide-cell", "solution"]
import soundfile

from antispoof import audio

name, path = next(iter(clips.items()))
short = audio.load_mono_16k(path)[:SAMPLE_RATE]
soundfile.write("short.wav", short, SAMPLE_RATE)
for one in inference.predict_clips(
    [(name, path), ("short", "short.wav")], detector
):
    print(
        one.clip, one.answer, one.error or f"{one.probability_bonafide:.2f}"
    )
Path("short.wav").unlink()

# %% [markdown]
# 3. What does the detector say to a whistle or to a tone, and why is "uncertain" not
#    enough there?

# %% tags=["hide-cell", "solution"]
import numpy as np

seconds = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
soundfile.write(
    "tone.wav", 0.3 * np.sin(2 * np.pi * 440 * seconds), SAMPLE_RATE
)
print(
    next(
        iter(inference.predict_clips([("tone", "tone.wav")], detector))
    ).error
)
Path("tone.wav").unlink()
