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
import numpy as np

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
# is the mean. The steps around it {mark}`O`:
#
# - **Is there a voice?** A file without one, such as a tone, gets no score at all.
# - **Is it such a clip?** The *calibration clips* come from several sources; on most of
#   these, the model was not trained. A clip that is further from the training clips than nearly all of
#   them, or has less sound above 4.5 kHz, is not judged: the answer is *cannot tell*, with
#   the reason.
# - **Answer.** A clip is called *probably fake* only if at most one real calibration clip
#   in forty has such a low score, and *probably a real voice* only if at most one fake in
#   twenty has such a high one. Of all other clips it *cannot tell* (`uncertain` in the
#   JSON). This is a split-conformal decision: among clips such as those of this
#   calibration, not more real people are called fake. For clips of another kind, nothing
#   is promised.
# - **Answers that are never given.** Each source of the calibration is left out in turn,
#   and its clips are judged. If fewer than nine in ten answers of a kind are right, the
#   detector never gives this answer, and says *cannot tell* instead. With the pretrained
#   weights this is so for *probably a real voice*.
# - **Likelihood ratio.** How many times as frequent is such a score among fakes as among
#   real voices? A linear function turns the score into the logarithm of this ratio
#   {cite}`platt1999`, from the same clips. Both classes and all sources have the same
#   weight. No ratio is larger than the number of clips that could have contradicted it
#   {cite}`morrison2018`. Because each source counts the same, a source with many clips
#   counts for fewer than it has, so this number is smaller than the number of clips.
# - **Probability** (in the JSON). The same, for somebody who expects as many fakes as real
#   clips.
# - **Parts.** Windows with one answer are joined. If one part scores lower than parts of
#   real clips do, the clip may be fake in part, and the answer is *cannot tell*.
#
# The weights are part of the library. A network that was distilled from a self-supervised
# one {cite}`stahl2025` describes the sound, and a formula describes how much it changes
# ({doc}`11_travel`). A linear model, trained on real speech and on fakes of many systems,
# judges both descriptions. {doc}`../book/model_card` says how it was made. A detector that
# must always decide accuses most people whose recording comes from elsewhere
# ({doc}`10_elsewhere` measures it for the CNN of {doc}`03_cnn`). That is why this one so
# often cannot tell.
#
# On the command line: `antispoof check CLIP`; with `--report out.html`, all of it goes
# into one file that somebody else can read.

# %% [markdown]
# ## Run

# %%
detector = inference.load_detector(run)
measured = None if run else read_measurements("measured")
trials = la.require_both_classes("eval")
examples = report.example_clips(trials, measured, detector)
clips = {"your clip": clip} if clip else examples

# %%
predictions = [*inference.predict_clips(clips.items(), detector)]

# %% tags=["hide-input"]
calibrated = None if run else read_measurements("calibration")
spliced = None if run else read_measurements("spliced")
report.glue_inference(detector, measured, calibrated)
report.upload(detector, wanted=upload)

# %% [markdown]
# ## Result
#
# ### The clips
#
# On real speech these are evaluation clips with a right answer, a wrong one, and one that
# the detector refuses: the wrong one sounds like all others, and that is why no answer is
# proof. If the corpus of this page is simulated, a program made both voices, and the
# detector was not trained on such ones: "fake" is not wrong for either.

# %% tags=["hide-input"]
players = [report.player(path, label=name) for name, path in clips.items()]
sum(players[1:], players[0])

# %% tags=["hide-input"]
report.answers(predictions, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-over-time", "caption": "The score of the last clip over time, with one line for each window. In the pale band, the detector cannot tell; below it, the answer is a fake."}, "image": {"alt": "Horizontal lines, one for each window of the clip, at the height of its score."}}
predicted = predictions[-1].error is None
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
# The following results are measured on {result}`check_n` clips: the evaluation part of the
# sample of ASVspoof 2019, whose speakers and attacks are new to the model, and five
# collections of modern fakes from sources that are new to it. Of the real clips,
# {result}`check_accused` are called fake, and of the fakes {result}`check_found`. On the five
# new collections alone these are {result}`check_new_accused` of the real clips and
# {result}`check_new_found` of the fakes. The equal error rate is {result}`check_eer`: where the model
# has to decide every clip, it is often wrong.

# %% tags=["hide-input"]
report.sources_table(measured, detector)

# %% tags=["hide-input"]
report.decisions_table(measured, detector)

# %% [markdown]
# Each source counts the same in the calibration, but a new source may still be different.
# So we leave out each source in turn, and test on it. Here, both answers are given. At
# most 2.5 % of the real clips should be called fake, and at most 5 % of the fakes real, if
# the new source were like the others. A larger number says that it is not: where it is far
# larger, the promise does not hold for such a source, and the clip itself does not show it.

# %% tags=["hide-input"]
report.left_out_table(calibrated)

# %% [markdown]
# The fakes of UnivNet break the promise clearly: {result}`check_univnet` are called real.
# If real clips were as frequent as fakes, and each source had the same weight,
# {result}`check_right_spoof` of the answers "fake" in this table would be right, and
# {result}`check_right_bonafide` of the answers "real". That is why the pretrained weights
# never say "real": a voice that seems real to them may be of a program that they do not
# know. Four sources are few, so the first number is not exact either, and the limit of
# 90 % is near.
#
# ### From the score to a ratio
#
# A {term}`likelihood ratio` of 10 for a fake means: such a score is ten times as frequent among
# fakes as among real voices. It is not the probability of a fake. For that, one must say
# how frequent fakes are before listening (the *prior*). The same clip means something else
# in each row. The answer to this score is "probably fake"; where one clip in a hundred is
# fake, it is nevertheless most probably real.
# With these calibration clips, no ratio for a fake is larger than {result}`check_largest`:

# %%
score = -1.5
ratio = float(np.exp(-detector.calibration.llr(score)))
for prior in (0.01, 0.1, 0.5, 0.9):
    odds = prior / (1 - prior) * ratio
    print(
        f"fakes {prior:4.0%} of all clips: probability of a fake "
        f"{odds / (1 + odds):.0%} (ratio {ratio:.1f})"
    )

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-check-evidence", "caption": "Likelihood ratios of the evaluation clips; here, a positive number speaks for a real voice. Left: the share of clips of each class with a larger ratio; the better, the further apart. Right: the uncertainty that is left, in bits (cross-entropy), at each prior share of real clips. Below the dotted line, the detector removes some of it."}, "image": {"alt": "Two panels: two falling curves, one for each class; and a hill of cross-entropy below a dotted hill."}}
plots.evidence_plots(
    *report.ratios(measured, detector.calibration)
) if measured is not None else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-check-reliability", "caption": "Reliability of the predicted probabilities on evaluation clips of real speech. On the diagonal, the fraction of real clips equals the probability."}, "image": {"alt": "Dots near a diagonal: fraction of real clips over predicted probability."}}
plots.reliability_plot(
    {"pretrained weights": report.reliability(measured, detector.calibration)}
) if measured is not None else None

# %% [markdown]
# The expected calibration error (ECE) is {result}`check_ece`. For this figure only, the
# ratios were multiplied by the share of real clips among these clips. The points on the
# right stand for few clips.
#
# ### Does it know such clips?
#
# The check refuses {result}`check_refused` of the evaluation clips. It is made for what is
# unlike speech as the model knows it: music, strong noise, telephone lines. It does not
# find the errors among ordinary clips: those look like all others. The table refuses the
# most unusual tenth of the clips and counts the errors among them; a random tenth would hold a
# tenth of the errors. To refuse where the
# probability is near one half finds more of them, and that is what *cannot tell* does.

# %% tags=["hide-input"]
report.refusals_table(calibrated, detector)

# %% [markdown]
# ### A clip that is fake in part
#
# We replace the middle of real clips of twelve seconds by parts of fakes of the same
# source. The first row is the false alarms.

# %% tags=["hide-input"]
report.parts_table(spliced)

# %% [markdown]
# ### Robustness
#
# A recording often changes on its way to the listener. Each row shows the same clips after
# one such change: the error where all are decided, the cost of the ratios in bits (Cllr: 1
# is no evidence; its minimum, if they were calibrated for this condition), how many are
# refused, how many real clips are called fake, and how much the probability of a clip moves
# (median). The last rows are the same clip in another file, which should make no
# difference. Few of these clips are real, so compare rows with each other only, and no
# differences of a few points. A noise at 20 dB has a hundredth of the power of the speech;
# RT60 is the time in which an echo falls by 60 dB.

# %% tags=["hide-input"]
report.robustness_table(measured, detector)

# %% [markdown]
# ## What it means
#
# - **A hint, not proof.** It gives an answer for {result}`check_coverage` of these clips;
#   {result}`check_selective_error` of these answers are wrong. But most of these clips are
#   fake; with as many real ones, {result}`check_balanced_error` would be wrong, and
#   {result}`check_new_balanced_error` on the five new collections.
# - **"Cannot tell" is the usual answer, and the right one.** Fakes of a new kind are often
#   as close to real speech as the model can tell. It says so, instead of accusing
#   somebody.
# - **The pretrained weights call nothing real.** On sources that were left out, too many of
#   these answers were wrong. A high score says only: no sign of a fake was found.
# - **The transmission matters.** The table above shows the effect of telephone quality,
#   compression and noise. Clips from a telephone line, with strong noise or as an MP3 of a
#   very low bit rate are not judged, and that is right; weaker noise and an echoing room
#   are not noticed.
# - **A ratio is not a verdict.** What it means depends on how frequent fakes are. If one in
#   a thousand clips is fake, even the largest ratio, {result}`check_largest`, leaves most
#   alarms false.
# - **Short fake parts are missed.** A mean over a clip hides them, and a test of its parts
#   finds few of them without accusing real clips.
# - **The file matters little, a codec more.** As WAV, FLAC or m4a at another sampling rate,
#   the probability of half of the clips changes by {result}`check_moved` or less. Codecs of
#   low bit rates move it more.

# %% [markdown]
# ## Exercises
#
# 1. The answer to a clip is: such a score is about 4 times as frequent among fakes as among
#    real voices. In your inbox, one clip in 100 is fake. How probable is it that this one
#    is real? (The odds of $p$ are $p / (1 - p)$. The odds after listening are the odds
#    before, times the ratio.)

# %% tags=["hide-cell", "solution"]
odds = 99 * (1 / 4)  # of a real voice: before listening, times the ratio
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
print("One second holds less evidence, so the answer should be less sure.")
print("But the calibration does not know the length, so this is not certain.")

# %% [markdown]
# 3. What does the detector say to a whistle or to a tone, and why is "cannot tell" not
#    enough there?

# %% tags=["hide-cell", "solution"]
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
print('"Cannot tell" would mean: there is a voice, but it is unclear.')
