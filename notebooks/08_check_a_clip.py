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
# # Is this clip fake?
#
# ## Question
#
# Somebody plays you a voice. Did a human speak, or a machine? What can a small network
# say about one clip, how sure may it be, and when should it say nothing?

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
clip = ""  # a sound file of your own; empty takes two of the corpus
run = ""  # folder of a run whose weights judge; empty takes the shipped
upload = False  # show the upload button outside Colab and Kaggle too

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import antispoof_report as report
from antispoof import corpora, inference, metrics
from antispoof.constants import SAMPLE_RATE
from antispoof.inference import explanation, measurement
from antispoof.plots import attributions, timeline
from antispoof.plots import scores as plots

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# A clip is decoded, whatever its format, rate and channels, and cut into windows of the
# length that the model knows. Each window gets a score, and the clip the mean of them.
# Three steps make an answer of it {mark}`O`:
#
# - **Probability.** A line turns the score into log odds. It was fitted on scores of the
#   testing dataset, means over whole clips like the score of an answer, never on the
#   evaluation dataset {cite}`platt1999`, with both classes weighted alike: it holds where
#   real and fake are equally frequent.
# - **Uncertain.** Between one tenth and nine tenths the answer is "uncertain". A program
#   that always decides is wrong exactly where a person would have hesitated.
# - **Why.** Integrated gradients {cite}`sundararajan2017` say how much each cell of the
#   picture added to the score.
#
# The weights come with the library: the CNN of {doc}`03_cnn`, trained on
# {result}`check_fitted` clips of real speech. Below, what they say of clips of this
# page's corpus is an example; how good they are is measured on real speech.
#
# The same on the command line: `antispoof check CLIP`.

# %% [markdown]
# ## Run

# %%
ready = run or inference.has_pretrained()
detector = inference.load(run) if ready else None
trials = la.require_both_classes("eval").groupby("label").first()
examples = {f"{x} clip": path for x, path in trials["path"].items()}
clips = {"your clip": clip} if clip else examples

# %%
checked = inference.predict_clips(clips.items(), detector)
answers = list(checked) if ready else []

# %% tags=["hide-input"]
measured = None if run else measurement.read_measured("measured")
deleted = None if run else measurement.read_measured("deletion")
calibrated = None if run else measurement.read_measured("calibration")
report.glue_inference(detector, measured, deleted, calibrated)
report.upload(detector, wanted=upload)

# %% [markdown]
# ## Result
#
# ### The clips

# %% tags=["hide-input"]
players = [report.player(path, label=name) for name, path in clips.items()]
players[0] if clip else players[0] + players[1]

# %% tags=["hide-input"]
report.answers(answers, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-over-time", "caption": "The score of the last clip over time, a line a window. In the pale band the answer is uncertain; above it the clip sounds real, below it fake."}, "image": {"alt": "Horizontal lines, one a window of the clip, at the height of its score."}}
judged = ready and answers[-1].error is None
timeline.score_timeline(
    answers[-1].starts,
    answers[-1].scores,
    window=detector.n_samples / SAMPLE_RATE,
    seconds=answers[-1].seconds,
    thresholds=detector.calibration.thresholds,
) if judged else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-why", "caption": "Why the last clip got its score: the picture that the model saw in the window that spoke most for the answer, and what each cell of it added. Blue cells spoke for real, red ones for fake."}, "image": {"alt": "Two pictures below one another: a mel spectrogram, and the same cells in blue and red by their contribution to the score."}}
explained = judged and explanation.has_captum()
path = list(clips.values())[-1]
_, reasons = (
    explanation.explain_clip(answers[-1], path, detector)
    if explained
    else (None, None)
)
attributions.attributions(
    reasons.picture,
    reasons.attributions,
    seconds=detector.n_samples / SAMPLE_RATE,
) if explained else None

# %% [markdown]
# ### How good is it?
#
# All that follows is measured on {result}`check_n` evaluation clips of real speech, whose
# kinds of fakes were not in training. The equal error rate is {result}`check_eer`.

# %% tags=["hide-input"]
report.attacks_table(measured)

# %% tags=["hide-input"]
report.calibration_table(measured, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-check-reliability", "caption": "Reliability of the stated probabilities on evaluation clips of real speech. On the diagonal, as many clips are real as the probability says; a larger dot stands for more clips."}, "image": {"alt": "Dots near a diagonal: share of real clips over stated probability."}}
shown = measured is not None and detector is not None
told = measurement.select_condition(measured) if shown else None
plots.reliability_plot(
    {
        "shipped weights": metrics.reliability(
            detector.calibration.log_odds(told["score"]),
            measurement.labels_of(told),
            n_bins=measurement.BINS,
        )
    }
) if shown else None

# %% [markdown]
# An ECE of {result}`check_ece` stands beside one of {result}`check_chance_ece` that so few
# clips would show by chance if every probability were true. A line fitted on the first
# window of each clip, though answers are made of them all, would have one of
# {result}`check_beginning_ece`.
#
# ### What a clip goes through
#
# A voice seldom arrives as it was recorded. Each row is the same clips after something
# happened to them.

# %% tags=["hide-input"]
report.robustness_table(measured)

# %% tags=["hide-input"]
report.formats_table(measured, detector)

# %% [markdown]
# ### Do the reasons hold?
#
# If an explanation is right, taking out the cells that it names must move the score
# further in the foretold direction than taking out as many at random. It does so in
# {result}`check_further` clips, which by a sign test is {result}`check_reasons` than
# chance would have it. But look at the size, too: a tenth of the cells moves the score by
# {result}`check_explained` as explained and by {result}`check_random` at random (medians
# over clips). Below zero it moved against what was foretold: taking *anything* out of a
# picture makes it one that the model has never seen, so such reasons are a hint at where
# to listen, and no more.
#
# ## What it means
#
# - **A hint, not evidence.** The model learned from few clips of read speech and from the
#   synthesis of 2019. Of {result}`check_coverage` of the evaluation clips it says
#   something, and of that {result}`check_decided_error` is wrong.
# - **"Uncertain" is an answer.** It is the honest one for a voice that is unlike all that
#   was heard in training, but the model cannot know that it is: a new synthesiser may get
#   a confident "real".
# - **The way here matters.** What telephone, compression and noise cost stands in the
#   table above; after them the probabilities hold less.
# - **The prior is yours.** The probabilities assume that real and fake are equally
#   frequent. Where one in a thousand clips is fake, most alarms are false ones.
# - **Files move it little.** Saving a clip at another rate or in another format moves the
#   probability by {result}`check_moved` at most (median over clips).
