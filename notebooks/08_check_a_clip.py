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
import torch

from antispoof import audio, corpora, inference
from antispoof.constants import SAMPLE_RATE
from antispoof.plots import scores as plots
from antispoof.plots import style, timeline
from antispoof_report import report
from antispoof_report.inference_tables import read_measurements

la = corpora.load_or_synthesize(corpus)
report.header(la)

# %% [markdown]
# ## Method
#
# The clip is decoded (any format, sampling rate and number of channels) and cut into
# windows of the input length of the model. Each window gets a score. The score of the clip
# is the mean. Three steps follow {mark}`O`:
#
# - **Probability.** A linear function turns the score into log odds {cite}`platt1999`. Its
#   two parameters come from scores of the testing dataset, never from the evaluation
#   dataset. These scores are means over full clips, as in a prediction. Both classes have
#   the same weight, so the probability is valid if real and fake clips are equally
#   frequent. The model was trained on the attacks of the testing dataset, so for other
#   attacks its probabilities are too confident.
# - **Uncertain.** If the probability is between one tenth and nine tenths, the prediction
#   is "uncertain". A system that always decides makes most errors in this range.
# - **Explanation.** Integrated gradients {cite}`sundararajan2017` compute how much each
#   cell of the picture adds to the score.
#
# The weights are part of the library: the CNN of {doc}`03_cnn`, trained on
# {result}`check_n_train` clips of real speech. The predictions below, for clips of the
# corpus of this page, are examples. The quality of the model is measured on real speech.
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
deleted = None if run else read_measurements("deletion")
calibrated = None if run else read_measurements("calibration")
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
# Integrated gradients add up the gradient of the score on the way from a picture without
# any detail to the input of the model. Their sum is the difference of the two scores.

# %%
explainable = predicted and find_spec("captum")
if explainable:
    from captum.attr import IntegratedGradients

    last, path = predictions[-1], list(clips.values())[-1]
    sign = 1 if last.score >= last.threshold else -1
    start = round(last.starts[np.argmax(sign * last.scores)] * SAMPLE_RATE)
    window = torch.from_numpy(audio.load_mono_16k(path)[start:])
    x = detector.frontend(window[None])
    added = IntegratedGradients(detector.score_features).attribute(
        x, torch.zeros_like(x), n_steps=32, internal_batch_size=8
    )


# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-why", "caption": "Explanation of the score of the last clip: the input of the model in the window with the strongest evidence for the prediction, and how much each cell adds to the score. Blue cells are evidence for real, red cells for fake."}, "image": {"alt": "Two pictures below one another: a mel spectrogram, and the same cells in blue and red by their contribution to the score."}}
@style.styled
def show(picture, added):
    figure, (above, below) = style.subplots(2, height=4.2, sharex=True)
    extent = (0, detector.n_samples / SAMPLE_RATE, 0, len(picture))
    plain = {"origin": "lower", "aspect": "auto", "interpolation": "none"}
    above.imshow(picture, extent=extent, **plain)
    above.set(title="input of the model", ylabel="row")
    limit = max(float(np.quantile(np.abs(added), 0.995)), 1e-12)
    look = {"extent": extent, "cmap": "RdBu", "vmin": -limit, "vmax": limit}
    image = below.imshow(added, **look, **plain)
    below.set(title="what moved the score", ylabel="row", xlabel="time (s)")
    bar = figure.colorbar(
        image, ax=[above, below], location="bottom", aspect=40
    )
    bar.set_ticks([-limit, 0, limit], labels=["fake", "0", "real"])
    return figure


if explainable:
    picture = show(x[0, 0].numpy(), added[0, 0].detach().numpy())
picture if explainable else None

# %% [markdown]
# ### How good is it?
#
# The following results are measured on {result}`check_n` evaluation clips of real speech.
# Their attacks have other names than those of the training data. The equal error rate is
# {result}`check_eer`.

# %% tags=["hide-input"]
report.attacks_table(measured)

# %% tags=["hide-input"]
report.calibration_table(measured, detector)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-check-reliability", "caption": "Reliability of the predicted probabilities on evaluation clips of real speech. On the diagonal, the fraction of real clips equals the probability. A larger dot means more clips."}, "image": {"alt": "Dots near a diagonal: fraction of real clips over predicted probability."}}
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
# ### Are the explanations correct?
#
# If an explanation is correct, removing the most important cells must change the score
# more than removing the same number of random cells, in the predicted direction. This is
# the case for {result}`check_further` clips, which is {result}`check_reasons` than by
# chance (sign test). Also look at the size of the change. Removing a tenth of the cells
# changes the score by {result}`check_explained` for the most important cells and by
# {result}`check_random` for random cells (medians over clips). A negative value means that
# the score moved against the prediction. A picture with removed cells is unlike all
# training pictures, so an explanation is only a hint where to listen.
#
# ## What it means
#
# - **A hint, not evidence.** The model was trained on few clips of read speech and on the
#   speech synthesis of 2019. It decides {result}`check_coverage` of the evaluation clips;
#   {result}`check_selective_error` of these decisions are wrong.
# - **"Uncertain" is a useful prediction.** It would be right for a voice that is unlike
#   the training data. But the model does not recognise such voices: it can call a new kind
#   of fake "real" with a high probability.
# - **The transmission matters.** The table above shows the effect of telephone quality,
#   compression and noise. After them, the probabilities are less reliable.
# - **The probabilities assume equal frequencies.** They assume that real and fake clips
#   are equally frequent. If one in a thousand clips is fake, most alarms are false.
# - **The file format matters little.** Another sampling rate or format changes the
#   probability by {result}`check_moved` at most (median over clips).
