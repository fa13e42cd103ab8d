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
# # Which of the three is best?
#
# ## Question
#
# The thesis compares its three models by macro-F1, accuracy and confusion matrices, on
# a testing and on an evaluation dataset {mark}`S`. Which one comes out best, by how much,
# and is any of them better than answering "spoof" without listening?

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
seeds = [0, 1, 2, 3, 4]  # one run each
settings = {}  # changes to configs: {"cnn": {"lr": 1e-4}}
compared = []  # models; empty is all three
fresh = False  # train even where a recorded run could be shown

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]

import antispoof_report as report
from antispoof import corpora, models, runs
from antispoof.config import TrainConfig
from antispoof.plots import decisions, scores, training

la = corpora.load_or_synthesize(corpus)
report.glue("live_corpus", la.description)
report.header(la)

# %% [markdown]
# ## Method
#
# All three models get the same input, the same training clips and the same seeds; where
# their configs differ, their chapters print it. A clip is called bona fide when its score is above
# 0 {mark}`O`. Two measures stand side by side {mark}`S`:
#
# - *accuracy*, the share of clips decided right, which the larger class dominates;
# - *macro-F1*, the mean of the two classes' F1, which counts both alike.
#
# Beside them stands what a program gets that always answers "spoof" {mark}`O`. The
# {term}`EER` needs no threshold: it is the error rate at the point where both kinds of
# error are equally frequent.
#
# ## Run
#
# Runs that the three chapters before have made are reused; what is missing is trained.

# %%
chosen = compared or models.TITLES
configs = {name: TrainConfig.from_profile(name, settings) for name in chosen}
say = report.progress_line()
reference = None if fresh else runs.REFERENCE
live = [
    run
    for config in configs.values()
    for run in runs.train_or_load(
        config, la, seeds, reference=reference, say=say
    )
]
real = runs.load_references()

# %% tags=["hide-input"]
report.glue_results("live", live)
report.glue_results("real", real)
report.origin(real)

# %% [markdown]
# ## Result
#
# ### Real speech

# %% tags=["hide-input"]
report.results_table(real, caption="The three models, real speech")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-loss", "caption": "Training loss of the three models over epochs, real speech. Lines are means over seeds, bands reach from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(runs.histories(real)) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-macro-f1", "caption": "Macro-F1 of the three models on both datasets, real speech. A bar is the mean over seeds, a dot one seed, the dashed line the constant answer."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.results_frame(real), "macro_f1", label="macro-F1"
) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-accuracy", "caption": "Accuracy of the three models on both datasets, real speech, drawn as above."}, "image": {"alt": "Bars of accuracy of the three models on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.results_frame(real), "accuracy", label="accuracy"
) if real else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-confusion", "caption": "Confusion matrices of the three models on both datasets, real speech, at score 0 and averaged over seeds. Percentages are shares of the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.confusions(real)) if real else None

# %% [markdown]
# ### This corpus

# %% tags=["hide-input"]
report.results_table(
    live, caption="The three models, the corpus of this page"
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-loss", "caption": "Training loss of the three models over epochs, the corpus of this page. Lines are means over seeds, bands reach from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(runs.histories(live))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-macro-f1", "caption": "Macro-F1 of the three models on both datasets, the corpus of this page. A bar is the mean over seeds, a dot one seed, the dashed line the constant answer."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(runs.results_frame(live), "macro_f1", label="macro-F1")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-accuracy", "caption": "Accuracy of the three models on both datasets, the corpus of this page, drawn as above."}, "image": {"alt": "Bars of accuracy of the three models on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(runs.results_frame(live), "accuracy", label="accuracy")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-live-confusion", "caption": "Confusion matrices of the three models on both datasets, the corpus of this page, at score 0 and averaged over seeds. Percentages are shares of the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.confusions(live))

# %% [markdown]
# ### How sure is that?
#
# An interval has to count everything that could have come out differently: another
# random start, other speakers, other sentences. The bootstrap draws seeds, then speakers
# with all their clips, two thousand times over. Each model stands here with three
# thresholds: zero; the one that was best on the testing dataset {mark}`O`; and, as a
# ceiling that no honest choice can reach, the one that is best on the evaluation clips
# themselves.

# %%
from antispoof_report.claims.hypotheses import evidence

shown = real if la.is_synthetic and real else live
resampled = evidence(
    runs.score_tables(shown, "eval"), dev=runs.score_tables(shown, "dev")
)

# %% tags=["hide-input"]
title = "Evaluation dataset, " + (
    "recorded runs" if shown is real else "this corpus"
)
report.comparison_table(resampled, caption=f"{title}, with 95 % intervals")

# %% tags=["hide-input"]
report.eer_table(resampled, caption=f"{title}: equal error rates")

# %% [markdown]
# ### Where would you put the threshold?
#
# A model gives scores; somebody has to draw a line through them. Drag it: bona fide
# clips stand above the axis, spoof clips below, and what is decided wrongly has the
# full colour. Zero and the threshold chosen on the testing dataset can be had without
# looking at the answers. The {term}`oracle` has looked.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-explorer", "caption": "Scores of the testing clips by class, first seed of each model, with the three thresholds: zero, chosen on the testing dataset, and the oracle's. On the screen the threshold can be dragged, and every model, dataset and seed be chosen."}, "image": {"alt": "Histograms of the scores of bona fide and spoof testing clips for each model, with vertical lines at three thresholds."}}
first = {models.TITLES[n]: rs[0] for n, rs in runs.by_model(shown).items()}
scores.score_histograms(
    {name: runs.scores_and_labels(run, "dev") for name, run in first.items()},
    {name: runs.thresholds(run, "dev") for name, run in first.items()},
)

# %% tags=["hide-input"]
report.explorer(
    {"real speech, recorded": real, "the corpus of this page": live},
    figure="fig-explorer",
)

# %% [markdown]
# ### In words
#
# On real speech the order by mean macro-F1 is {result}`real_order_dev` on the testing
# dataset and {result}`real_order_eval` on the evaluation dataset. Always answering
# "spoof" has an accuracy of {result}`real_always_spoof_eval_accuracy` there.
#
# ## What it means
#
# - **Testing and evaluation need not agree.** A model may lead on attacks it knows and
#   fall behind on those it does not. Only the second order says something about fakes
#   that are yet to come.
# - **Look at the dots before the bars.** Where the seeds of two models overlap, the order
#   of their means is chance as much as merit.
# - **A macro-F1 without its threshold is half a number.** All of the above is at score 0;
#   another threshold gives other matrices from the very same scores.
# - **The sample is small.** With so few evaluation clips, a single clip decided otherwise
#   moves accuracy and macro-F1 visibly.
