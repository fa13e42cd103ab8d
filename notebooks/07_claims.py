# ---
# jupyter:
#   antispoof:
#     compares: true
#     reads: [data/reference-runs, data/shorter-runs]
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
# # Do the thesis's claims hold?
#
# ## Question
#
# The abstract of the thesis makes four claims about its three models {mark}`S`. Which of
# them can be reproduced, which are contradicted, and about which can nothing be said?

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
seeds = [0, 1, 2]  # used only where no recorded runs are at hand
settings = {}  # changes to configs: {"cnn": {"lr": 1e-4}}
other_epochs = {}  # a second length of training, for H4: {"resnet_lstm": 4}
n_replicates = 2000  # of the bootstrap

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import pandas as pd

import antispoof_report as report
from antispoof import corpora, metrics, models, runs, stats
from antispoof.config import TrainConfig
from antispoof.plots import forest, scores, training
from antispoof.runs.tables import scores_and_labels
from antispoof_report.claims import (
    hypotheses,
    preconditions,
    training_length,
    verdicts,
)

la = corpora.load_or_synthesize(corpus)
report.glue("live_corpus", la.description)
report.header(la)

# %% [markdown]
# ## Method
#
# Of the thesis only the abstract is at hand, so what can be tested are directions: which
# model is better, and which way something moves. For each claim the smallest effect that
# would matter was fixed beforehand {mark}`O`, and the verdict follows by rule:
#
# - *reproduced*, if the effect is as claimed and beyond the smallest that matters, more
#   surely than nineteen times in twenty;
# - *contradicted*, if it is just as surely not;
# - *undecided* otherwise, which is an honest answer; also wherever a model compared
#   has hardly learned its task, by its {term}`EER` on the testing dataset.
#
# Differences are paired: the same seeds, the same clips, the same draws of the
# bootstrap. Where a claim needs several comparisons, their p-values are corrected after
# Holm {cite}`holm1979`; decisions are also compared clip by clip after McNemar
# {cite}`mcnemar1947`.
#
# ## Run
#
# The verdicts are about real speech. If this page was given some, its own runs are
# judged; else those that were recorded once. Only where neither is at hand, the mini
# corpus stands in.

# %%
recorded = runs.load_references() if la.is_synthetic else []
say = report.progress_line()
judged = recorded or [
    run
    for name in models.TITLES
    for run in runs.train_or_load(
        TrainConfig.from_profile(name, settings), la, seeds, say=say
    )
]

# %% [markdown]
# The fourth claim needs runs of a second length: the same config, other epochs.

# %%
live = [
    run
    for name, epochs in other_epochs.items()
    for length in (None, epochs)
    for run in runs.train_or_load(
        TrainConfig.from_profile(name, settings, epochs=length),
        la,
        seeds,
        reference=runs.SHORT_RUNS if length else runs.REFERENCE,
        say=say,
    )
]
others = (
    runs.load_references(folder=runs.SHORT_RUNS)
    if recorded
    else [run for run in live if run not in judged]
)
lengths = runs.by_epochs([*judged, *others], "eval")

# %%
tables = {part: runs.score_tables(judged, part) for part in runs.SCORED}
resampled = hypotheses.evidence(
    tables["eval"], dev=tables["dev"], n_replicates=n_replicates
)
found = preconditions.gate_on_dev_eer(
    hypotheses.judge(resampled, lengths=lengths), tables["dev"]
)

# %% tags=["hide-input"]
report.glue_verdicts(found)
live_lengths = runs.by_epochs(live, "eval")
asked = len(live_lengths.get("resnet_lstm", ())) > 1
live_h4 = hypotheses.h4(live_lengths) if asked else None
report.glue("H4_live", live_h4.sentence if live_h4 else "not asked.")
report.glue("judged_on", judged[0].corpus["id"])
report.origin(judged)

# %% [markdown]
# ## Result

# %% tags=["hide-input"]
report.verdicts_table(found, caption="The claims and what became of them")

# %% [markdown]
# ### H1: ResNet50 before ResNet50+LSTM before the CNN
#
# {result}`H1_sentence`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h1", "caption": "Paired differences in macro-F1 on the evaluation dataset, with 95 % intervals. The grey band holds differences too small to matter."}, "image": {"alt": "Three differences in macro-F1 between the models, each with its interval, beside a band around zero."}}
table = verdicts.verdict_table(found)
forest.effects(
    table[table["hypothesis"] == "H1"], smallest=verdicts.SMALLEST_MACRO_F1
)

# %% [markdown]
# ### H2: higher accuracy, lower macro-F1
#
# {result}`H2_sentence`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h2", "caption": "ResNet50+LSTM minus ResNet50 on the evaluation dataset: accuracy and macro-F1 at score 0, with 95 % intervals."}, "image": {"alt": "Differences in accuracy and in macro-F1 between ResNet50+LSTM and ResNet50, each with its interval."}}
forest.effects(
    table[table["hypothesis"] == "H2"].tail(2),
    smallest=verdicts.SMALLEST_SHARE,
)

# %% [markdown]
# ### H3: because it leans to spoof
#
# {result}`H3_sentence`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h3", "caption": "How the lean moves with the threshold: the share of evaluation clips decided spoof (left), and the recall of both classes against one another (right). Dots mark the threshold zero."}, "image": {"alt": "Left, the share decided spoof rises with the threshold for each model; right, recall of bona fide falls as recall of spoof rises."}}
lean = stats.spoof_rate_curve(resampled.panel)
scores.spoof_rate_by_threshold(
    lean.assign(title=lean["model"].map(models.TITLES))
)

# %% tags=["hide-input"]
tests = hypotheses.h3_mcnemar(resampled).rename(
    columns={
        "only_lstm": "only ResNet50+LSTM right",
        "only_resnet": "only ResNet50 right",
        "as_claimed": "as claimed",
        "p_holm": "p, Holm-corrected",
    }
)
report.table(tests, caption="McNemar's test, ResNet50+LSTM against ResNet50")

# %% [markdown]
# ### H4: more training would mend it
#
# {result}`H4_sentence`
#
# The same, live on the corpus of this page ({result}`live_corpus`): {result}`H4_live`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h4", "caption": "Share of the evaluation clips decided spoof at score 0, after shorter and after longer training. A dot is a seed, lines join the means, and the dotted line is the share that is spoof."}, "image": {"alt": "Lines of the share decided spoof of ResNet50 and ResNet50+LSTM over epochs trained, beside the share of clips that are spoof."}}
by_epochs = training_length.spoof_rate_by_epochs(lengths)
training.spoof_rate_by_epochs(
    by_epochs.assign(title=by_epochs["model"].map(models.TITLES))
)

# %% [markdown]
# ### H5: is any model better than always answering spoof?
#
# {result}`H5_sentence`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h5", "caption": "Accuracy of each model minus that of always answering spoof, evaluation dataset, at score 0, with 95 % intervals. The grey band holds differences too small to matter."}, "image": {"alt": "Three differences in accuracy between a model and the constant answer, each with its interval, beside a band around zero."}}
forest.effects(
    table[table["hypothesis"] == "H5"], smallest=verdicts.SMALLEST_SHARE
)

# %% [markdown]
# ### H6: is H2 only a matter of the threshold?
#
# {result}`H6_sentence`

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-h6", "caption": "ResNet50+LSTM minus ResNet50 at the thresholds chosen on the testing dataset, and their EER, for which there is no threshold to choose. 95 % intervals, evaluation dataset."}, "image": {"alt": "Differences in accuracy, macro-F1 and equal error rate between ResNet50+LSTM and ResNet50 at the thresholds chosen on dev, each with its interval."}}
forest.effects(
    table[table["hypothesis"] == "H6"].tail(3),
    smallest=verdicts.SMALLEST_SHARE,
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-histograms", "caption": "Scores of the evaluation clips by class, first seed of each model. Lines are the thresholds: zero, chosen on dev, and the oracle's."}, "image": {"alt": "Three pairs of overlapping histograms of scores of bona fide and spoof clips with vertical lines at three thresholds."}}
first = {models.TITLES[n]: rs[0] for n, rs in runs.by_model(judged).items()}
heard = {
    title: scores_and_labels(run, "eval") for title, run in first.items()
}
thresholds = {
    models.TITLES[name]: {
        at: by[name][0] for at, by in resampled.thresholds.items()
    }
    for name in resampled.panel.models
}
scores.score_histograms(heard, thresholds)

# %% [markdown]
# ### Without any threshold
#
# What the field reports, averaged over seeds. The {term}`EER` is the organisers'; on the
# hull of the {term}`ROC` it is interpolated. The detection cost (DCF) weighs an accepted
# fake ten times as heavily as a missed voice and supposes one fake in twenty clips; *min*
# is an oracle, *actual* is at the threshold that theory puts there, once the scores have
# been calibrated on the testing dataset. Cllr is the cost of such scores in bits: one is
# what a shrug costs. Where the actual value is far above the least one, the ranking is
# better than the claims.

# %% tags=["hide-input"]
report.field_table(
    runs.standard_metrics(judged),
    caption="Evaluation dataset: the measures of the field, mean over seeds",
)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-det", "caption": "Detection error trade-off on the evaluation dataset, first seed of each model. Dots are equal error rates; nearer to the lower left is better."}, "image": {"alt": "Three stepped curves of missed bona fide against accepted spoof clips, with a dot at each equal error rate."}}
scores.det_curves({n: metrics.det_curve(*pair) for n, pair in heard.items()})

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-attacks-eer", "caption": "Equal error rate of each attack against all bona fide evaluation clips, averaged over seeds."}, "image": {"alt": "Table of equal error rates coloured by size, attacks by models."}}
rates = pd.DataFrame(runs.per_attack_eer(judged, "eval"))
scores.attack_heatmap(rates)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-reliability", "caption": "What the scores claim and what was so, on the evaluation dataset, first seed of each model. On the dotted line a claim of 70 % is right seven times in ten. ECE is the mean distance from it."}, "image": {"alt": "Reliability curves of three models against the diagonal."}}
scores.reliability_plot(
    {n: metrics.reliability(*pair) for n, pair in heard.items()}
)

# %% [markdown]
# ## What it means
#
# - **A verdict needs more than one run.** Most of what one run shows about the order of
#   these models, the next seed may turn around. The intervals say so.
# - **Undecided is a result.** It says how many clips, speakers and seeds a claim would
#   need, and that a table with one run per model cannot decide it.
# - **The training part of the recorded sample is not the corpus's.** It holds more bona fide than
#   spoof clips, where the whole corpus has nine of ten the other way round. The lean the
#   thesis speaks of comes from that imbalance, so here it cannot be expected.
