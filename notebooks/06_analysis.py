# ---
# jupyter:
#   antispoof:
#     compares: true
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
# # The three models compared
#
# *Which of the three is best?*
#
# ## Question
#
# The thesis compares its three models by macro-F1, accuracy and confusion matrices, on a
# testing and an evaluation dataset {mark}`S`. Which model is the best, by how much, and is
# any of them better than a system that always answers "spoof"?

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
seeds = [0, 1, 2, 3, 4]  # one run for each seed
settings = {}  # changes to configurations: {"cnn": {"lr": 1e-4}}
compared = []  # names of models; empty: the three models of the thesis
fresh = False  # True: train, do not use reference runs

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np

from antispoof import corpora, metrics, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, scores, training
from antispoof_report import claims, report
from antispoof_report.claims.hypotheses import bootstrap_scores

la = corpora.load_or_synthesize(corpus)
report.glue("live_corpus", la.description)
report.header(la)

# %% [markdown]
# ## Method
#
# All three models have the same input, the same training clips and the same seeds. Their
# chapters print the settings that differ. A clip is classified as bona fide if its score
# is above 0 {mark}`O`. There are two measures {mark}`S`:
#
# - *accuracy*, the fraction of correct decisions, which depends mostly on the larger
#   class;
# - *macro-F1*, the mean of the F1 of both classes, which gives both the same weight.
#
# The tables also contain a system that always answers "spoof" {mark}`O`. The {term}`EER`
# does not depend on a chosen threshold: it is the error rate at the point where both error
# rates are equal.
#
# ### The measures in code
#
# Ten clips with their scores; 1 is bona fide, 0 is spoof.

# %%
labels = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
ten = np.array([2.1, 0.3, -0.4, 0.7, -0.2, -0.9, -1.3, -1.5, -2.2, -3.0])
decided = (ten > 0).astype(int)
accuracy = np.mean(decided == labels)

# %% [markdown]
# The F1 of a class is the harmonic mean of two questions: how many of the clips decided
# so are right (precision), and how many of the clips of the class are found (recall).


# %%
def f1(labels, decided, label):
    hits = np.sum((decided == label) & (labels == label))
    return 2 * hits / (np.sum(decided == label) + np.sum(labels == label))


# %%
macro_f1 = (f1(labels, decided, 0) + f1(labels, decided, 1)) / 2
np.testing.assert_allclose(macro_f1, metrics.macro_f1(ten, labels))

# %% [markdown]
# The EER: move the threshold through all scores. `miss` is the fraction of bona fide
# clips below it, `false_alarm` that of spoof clips above it. Where the two are closest,
# their mean is the EER.


# %%
def eer(scores, labels):
    thresholds = np.append(np.sort(scores), np.inf)
    miss = [np.mean(scores[labels == 1] < t) for t in thresholds]
    alarm = [np.mean(scores[labels == 0] >= t) for t in thresholds]
    closest = np.argmin(np.abs(np.subtract(miss, alarm)))
    return (miss[closest] + alarm[closest]) / 2


# %%
np.testing.assert_allclose(eer(ten, labels), metrics.eer(ten, labels))

# %% [markdown]
# The *bootstrap* asks how different the result could have been with other clips: draw as
# many clips again, with repetition, many times. The middle 95 % of the results are the
# interval. (The tables below also draw seeds and speakers.)

# %%
rng = np.random.default_rng(0)
drawn = rng.integers(len(labels), size=(1000, len(labels)))
results = [np.mean(decided[i] == labels[i]) for i in drawn]
interval = np.quantile(results, [0.025, 0.975])

# %% tags=["hide-input"]
report.glue("ten_accuracy", f"{accuracy:.0%}")
report.glue("ten_macro_f1", f"{macro_f1:.2f}")
report.glue("ten_interval", f"{interval[0]:.0%} to {interval[1]:.0%}")

# %% [markdown]
# Accuracy {result}`ten_accuracy`, macro-F1 {result}`ten_macro_f1`. With ten clips, the 95 %
# interval of the accuracy is {result}`ten_interval`: ten clips say almost nothing.
#
# ## Run
#
# Runs of the three chapters before are reused. Missing runs are trained.

# %%
log = report.progress_line()
references = None if fresh else runs.REFERENCES
live = [
    run
    for name in compared or claims.MODELS
    for run in runs.train_or_load(
        TrainConfig.from_profile(name, settings),
        la,
        seeds,
        references=references,
        log=log,
    )
]
real = runs.load_references()


# %% tags=["hide-input"]
def histories(of):
    groups = runs.tables.by_model(of).items()
    return {models.title(n): [r.history for r in g] for n, g in groups}


report.glue_results("live", live)
report.glue_results("real", real)
report.describe_runs(real)

# %% [markdown]
# ## Result
#
# ### Real speech

# %% tags=["hide-input"]
report.results_table(real, caption="The three models, real speech")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-loss", "caption": "Training loss of the three models over epochs, real speech. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(histories(real)) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-macro-f1", "caption": "Macro-F1 of the three models on both datasets, real speech. A bar is the mean over seeds, a dot is one seed, and the dashed line is the always-spoof baseline."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(real), "macro_f1", label="macro-F1"
) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-accuracy", "caption": "Accuracy of the three models on both datasets, real speech, with the same marks as above."}, "image": {"alt": "Bars of accuracy of the three models on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(real), "accuracy", label="accuracy"
) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-confusion", "caption": "Confusion matrices of the three models on both datasets, real speech, at score 0 and averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.tables.confusions(real)) if real else None

# %% [markdown]
# ### This corpus

# %% tags=["hide-input"]
report.results_table(
    live, caption="The three models, the corpus of this page"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-loss", "caption": "Training loss of the three models over epochs, the corpus of this page. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(histories(live))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-macro-f1", "caption": "Macro-F1 of the three models on both datasets, the corpus of this page. A bar is the mean over seeds, a dot is one seed, and the dashed line is the always-spoof baseline."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(live), "macro_f1", label="macro-F1"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-accuracy", "caption": "Accuracy of the three models on both datasets, the corpus of this page, with the same marks as above."}, "image": {"alt": "Bars of accuracy of the three models on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(live), "accuracy", label="accuracy"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-confusion", "caption": "Confusion matrices of the three models on both datasets, the corpus of this page, at score 0 and averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.tables.confusions(live))

# %% [markdown]
# ### How certain is this?
#
# A confidence interval must include everything that could have been different: other
# seeds, other speakers, other sentences. The bootstrap draws seeds, and then speakers with
# all their clips, and repeats this two thousand times. The table shows each model with
# three thresholds: zero; the best threshold on the testing dataset {mark}`O`; and the best
# threshold on the evaluation clips themselves. The last one uses the true labels, so it is
# only an upper limit.

# %%
shown = real if la.is_synthetic and real else live
resampled = bootstrap_scores(
    runs.tables.score_tables(shown, "eval"),
    dev=runs.tables.score_tables(shown, "dev"),
)

# %% tags=["hide-input"]
title = "Evaluation dataset, " + (
    "reference runs" if shown is real else "this corpus"
)
report.comparison_table(resampled, caption=f"{title}, with 95 % intervals")

# %% tags=["hide-input"]
report.threshold_free_table(
    resampled, caption=f"{title}: without a threshold"
)

# %% [markdown]
# ### Which threshold would you choose?
#
# A model gives scores, and somebody must choose a threshold. You can drag the threshold
# in the figure. Bona fide clips are above the axis, spoof clips are below, and wrong
# decisions have the strong colour. Zero and the threshold chosen on the testing dataset do
# not use the labels of the evaluation dataset; the {term}`oracle` threshold does.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-explorer", "caption": "Scores of the testing clips by class, first seed of each model, with the three thresholds: zero, chosen on the testing dataset, and oracle. On the screen, you can drag the threshold and choose the model, dataset and seed."}, "image": {"alt": "Histograms of the scores of bona fide and spoof testing clips for each model, with vertical lines at three thresholds."}}
first = {
    models.title(n): rs[0] for n, rs in runs.tables.by_model(shown).items()
}
scores.score_histograms(
    {name: run.scores_and_labels("dev") for name, run in first.items()},
    {name: runs.tables.thresholds(run, "dev") for name, run in first.items()},
)

# %% tags=["hide-input"]
report.explorer(
    {"real speech, reference runs": real, "the corpus of this page": live},
    figure="fig-explorer",
)

# %% [markdown]
# ### Summary
#
# On real speech, the order by mean macro-F1 is {result}`real_order_dev` on the testing
# dataset and {result}`real_order_eval` on the evaluation dataset. On the evaluation
# dataset, a system that always answers "spoof" has an accuracy of
# {result}`real_always_spoof_eval_accuracy`.
#
# ## What it means
#
# - **Testing and evaluation can give different orders.** A model can be the best on attacks
#   from training and not on others. Only the order on the evaluation dataset says
#   something about new fakes.
# - **Look at the dots, not only at the bars.** If the seeds of two models overlap, the
#   order of their means may be chance.
# - **Macro-F1 depends on the threshold.** The tables and matrices use score 0. Another
#   threshold gives other results from the same scores.
# - **The sample is small.** With so few evaluation clips, one different decision changes
#   accuracy and macro-F1 visibly.
