# ---
# jupyter:
#   antispoof:
#     compares: true
#     reads: [data/study/la]
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
# **Goals.** After this chapter you can compute accuracy, macro-F1 and EER from scores, read
# them beside a constant answer, and say which attacks these models accept as real. *About
# 50 minutes.*
#
# **In short.** On attacks that are new to the models, no order of the three is shown. On
# attacks known from training, which is the easier test, the small CNN is ahead.
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
seeds = None  # type: list  one run each; None: five, or a short one on a CPU
settings = {}  # changes to configurations: {"cnn": {"lr": 1e-4}}
compared = []  # names of models; empty: the three models of the thesis
fresh = False  # True: train, do not use reference runs

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

from antispoof import corpora, metrics, models, runs
from antispoof.config import TrainConfig
from antispoof.files import project_folder
from antispoof.plots import decisions, scores, training
from antispoof_report import claims, report
from antispoof_report.claims.hypotheses import bootstrap_scores

la = corpora.load_or_synthesize(corpus)
report.glue("live_title", la.title)
report.header(la)

# %% [markdown]
# ## Method
#
# All three models have the same input, the same training clips, the same seeds and the
# same number of steps, with a learning rate that falls in the same way. With another number
# of steps the result may be another; hypothesis H4 in {doc}`07_claims` compares two.
#
# The learning rate itself is the best of three for each model, by the EER on the testing
# dataset ({doc}`../book/design`).

# %% tags=["hide-input"]
study = project_folder() / "data/study/la"
rates, later = {}, {}  # model -> learning rate -> EER of each seed
for group in study.glob("lr-*"):
    kind = later if group.name in ("lr-lowest", "lr-highest") else rates
    for run in runs.list_runs(group):
        error = metrics.eer(*run.scores_and_labels("dev"))
        found = kind.setdefault(run.config.model, {})
        found.setdefault(run.config.lr, []).append(error)
tried = [
    (claims.TITLES[name], lr, len(errors), np.mean(errors))
    for name in claims.MODELS
    for lr, errors in sorted(
        {**rates.get(name, {}), **later.get(name, {})}.items()
    )
]
for name in claims.MODELS:
    first = rates.get(name, {})
    best = min(first, key=lambda lr: np.mean(first[lr]), default=None)
    report.glue(f"{name}_rate_seeds", len(first[best]) if first else "—")
    report.glue(f"{name}_fp32", f"{first[best][0]:.0%}" if first else "—")
    least = min((np.mean(x) for x in first.values()), default=1)
    better = [x for x in later.get(name, {}).values() if np.mean(x) < least]
    report.glue(f"{name}_later", "is better" if better else "is not better")
report.table(
    pd.DataFrame(tried, columns=["Model", "Learning rate", "Runs", "EER"]),
    caption="Learning rates that were tried: EER on the testing dataset",
    formats={"Learning rate": "g", "EER": ".1%"},
) if tried else report.missing_runs("The table")

# %% tags=["hide-input"]
half, whole = (
    {
        run.seed: metrics.eer(*run.scores_and_labels("dev"))
        for run in runs.list_runs(study / group, model="cnn")
    }
    for group in ("bf16", "main")
)
pairs = [(half[seed], whole[seed]) for seed in half.keys() & whole.keys()]
report.glue("n_bf16", len(pairs) or "—")
for i, name in enumerate(("cnn_bf16", "cnn_whole")):
    mean = np.mean([pair[i] for pair in pairs]) if pairs else None
    report.glue(name, f"{mean:.1%}" if pairs else "—")
bf16 = [
    r for r in runs.list_runs(study / "main", model="resnet") if r.seed == 0
]
errors = [metrics.eer(*run.scores_and_labels("dev")) for run in bf16]
report.glue("resnet_bf16", f"{errors[0]:.0%}" if errors else "—")

# %% [markdown]
# Each model has the best of its first three rates, where the CNN was tried with
# {result}`cnn_rate_seeds` seeds and the large models with {result}`resnet_rate_seeds`. The best was
# the smallest one for the CNN, the largest one for ResNet50 and the middle one for
# ResNet50+LSTM. Two more were tried afterwards, and not used: a smaller one for the CNN, which
# {result}`cnn_later`, and a larger one for ResNet50, with one seed, which {result}`resnet_later`.
#
# Two more things were not the same or not decided beforehand:
#
# - *Number format.* The large models were trained in bf16, with 16 bits for a number, which
#   is twice as fast here; the CNN was trained in fp32, with 32 bits. Trained in bf16, the CNN has an EER of
#   {result}`cnn_bf16` on the testing clips, and of {result}`cnn_whole` in fp32 (means over the
#   same {result}`n_bf16` seeds). ResNet50 with seed 0 has {result}`resnet_bf16` in bf16 and
#   {result}`resnet_fp32` in fp32, but that is one run each.
# - *Length.* The rule was changed from 20 to 30 epochs after the first results of the CNN
#   on the testing dataset, before the large models were trained by it. So the testing
#   clips also served to choose, and a comparison on them favours what was chosen there. No
#   choice was made on the evaluation clips.
#
# A clip is classified as bona fide if its score is above 0 {mark}`O`. There are two
# measures {mark}`S`:
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
# Take one class. Some clips are *decided* to be of it, some *true* ones are of it, and the
# *hits* are both. *Precision* is the share of hits among the decided,
# $P = \text{hits} / \text{decided}$. *Recall* is the share of hits among the true,
# $R = \text{hits} / \text{true}$. The F1 is their harmonic mean:
#
# $$ F_1 = \frac{2 P R}{P + R} = \frac{2 \, \text{hits}}{\text{decided} + \text{true}}. $$


# %%
def f1(labels, decided, label):
    hits = np.sum((decided == label) & (labels == label))
    return 2 * hits / (np.sum(decided == label) + np.sum(labels == label))


# %%
macro_f1 = (f1(labels, decided, 0) + f1(labels, decided, 1)) / 2
np.testing.assert_allclose(macro_f1, metrics.macro_f1(ten, labels))

# %% [markdown]
# The EER: move the threshold through all scores. `rejected` is the fraction of bona fide
# clips below the threshold, `accepted` that of spoof clips at it or above. Where the two
# are closest, their mean is the EER.


# %%
def eer(scores, labels):
    thresholds = np.append(np.sort(scores), np.inf)
    rejected = [np.mean(scores[labels == 1] < t) for t in thresholds]
    accepted = [np.mean(scores[labels == 0] >= t) for t in thresholds]
    closest = np.argmin(np.abs(np.subtract(rejected, accepted)))
    return (rejected[closest] + accepted[closest]) / 2


# %%
np.testing.assert_allclose(eer(ten, labels), metrics.eer(ten, labels))

# %% [markdown]
# The *bootstrap* asks how different the result could have been with other clips: draw as
# many clips again, with repetition, many times. The middle 95 % of the results are the
# interval. (The tables below also draw seeds and speakers.)

# %%
rng = np.random.default_rng(0)
drawn = rng.integers(len(labels), size=(1000, len(labels)))
results = [np.mean(decided[i] == labels[i]) for i in drawn]
interval = np.quantile(results, [0.025, 0.975])

# %% tags=["hide-input"]
report.glue("ten_accuracy", f"{accuracy:.0%}")
report.glue("ten_macro_f1", f"{macro_f1:.2f}")
report.glue("ten_eer", f"{eer(ten, labels):.0%}")
report.glue("ten_interval", f"{interval[0]:.0%} to {interval[1]:.0%}")

# %% [markdown]
# Accuracy {result}`ten_accuracy`, macro-F1 {result}`ten_macro_f1`, EER {result}`ten_eer`: one of
# the three real clips is rejected and two of the seven fakes are accepted, which is the
# closest that the two shares come. With ten clips, the 95 % interval of the accuracy is
# {result}`ten_interval`: ten clips say almost nothing.
#
# For $n$ independent clips, the interval of a share $p$ is about
# $p \pm 1.96 \sqrt{p (1 - p) / n}$. The root is the standard deviation of the share, and
# 95 % of a normal distribution lie within 1.96 standard deviations of its mean.
#
# ## Run
#
# Runs of the three chapters before are reused. Missing runs are trained.

# %%
names = compared or claims.MODELS
settings, seeds = report.plan_training(la, names, settings, seeds)
log = report.progress_line()
references = None if fresh else runs.REFERENCES
live = [
    run
    for name in names
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
lead = "—"
if real:
    frame = runs.tables.results_frame(real).query("partition == 'eval'")
    means = frame.groupby("model")["accuracy"].mean() * frame["n"].iloc[0]
    lead = f"{means['resnet_lstm'] - means['cnn']:+.1f}"
report.glue("real_lstm_lead", lead)
report.describe_runs(real)

# %% [markdown]
# ## Result
#
# ### Real speech
#
# The number before ± is the mean over seeds, the number after it the standard deviation.
# *Balanced accuracy* is the mean of the recalls of both classes; a constant answer has one
# half. *Decided spoof* is the share of clips that the model calls spoof. The last row of
# each dataset is the constant answer.

# %% tags=["hide-input"]
report.results_table(real, caption="The three models, real speech")

# %% [markdown]
# On the evaluation clips the means of the three lie close together. On the testing clips the
# CNN is ahead of both large models: its EER is {result}`real_cnn_dev_eer` % against
# {result}`real_resnet_dev_eer` % and {result}`real_resnet_lstm_dev_eer` %. Always saying "spoof"
# has an accuracy of {result}`real_always_spoof_dev_accuracy` there; the CNN has
# {result}`real_cnn_dev_accuracy`, ResNet50 {result}`real_resnet_dev_accuracy` and ResNet50+LSTM
# {result}`real_resnet_lstm_dev_accuracy`.
#
# Compare the two datasets by the EER only: accuracy and macro-F1 also depend on the class
# balance, and {result}`dev_spoof` of the testing clips are spoof but {result}`eval_spoof` of
# the evaluation clips.

# %% tags=["hide-input"]
known = runs.list_runs(study / "baseline")
report.glue("n_lcnn", len(known) or "—")
for part in ("dev", "eval"):
    errors = [metrics.eer(*run.scores_and_labels(part)) for run in known]
    report.glue(f"lcnn_{part}", f"{np.mean(errors):.0%}" if errors else "—")

# %% [markdown]
# How does this compare with the literature? A usual system there is the LCNN, a small CNN
# which keeps the larger of every two channels instead of using ReLU, with LSTMs at its end.
# With {term}`LFCC` as its input, it was trained on the same clips by the same rule (seeds:
# {result}`n_lcnn`). Its mean EER is {result}`lcnn_dev` on the testing and {result}`lcnn_eval` on the
# evaluation clips. Trained on the complete corpus, such systems have about 2 to 3 % on its
# evaluation dataset {cite}`wang2021`. This suggests that the few training clips, not the
# architectures, explain most of the distance to published numbers.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-loss", "caption": "Training loss of the three models over epochs, real speech. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(histories(real)) if real else None

# %% [markdown]
# All three come close to zero: each model decides nearly all of its training clips
# correctly. They differ in how well they decide other clips.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-macro-f1", "caption": "Macro-F1 of the three models on both datasets, real speech. A bar is the mean over seeds, a dot is one seed, and the dashed line is the always-spoof baseline."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(real), "macro_f1", label="macro-F1"
) if real else None

# %% [markdown]
# Left, the dots of the CNN lie above all others. Right, they mix: with another seed, any of
# the three could lead.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-accuracy", "caption": "Accuracy of the three models on both datasets, real speech, with the same marks as above."}, "image": {"alt": "Bars of accuracy of the three models on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(real), "accuracy", label="accuracy"
) if real else None

# %% [markdown]
# By accuracy, the dashed line is high on the left: four in five testing clips are spoof.
# Macro-F1 shows how much better than a constant answer the models are, and accuracy shows
# less of it. This is the thesis's own lesson {mark}`S`.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-real-confusion", "caption": "Confusion matrices of the three models on both datasets, real speech, at score 0 and averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.tables.confusions(real)) if real else None

# %% [markdown]
# The upper row is the fakes, the right column what was accepted. On the testing clips,
# ResNet50 rejects the most real clips and ResNet50+LSTM accepts the most fakes; the CNN does
# less of both. With so few evaluation clips, one of them is about 3 % of a row.
#
# ### Which attacks are accepted as real?
#
# The confusion matrices do not say *which* fakes were accepted. Count them, over all seeds.
# `accepted` is True or False, and its mean is the share of True:

# %%
spoof = (
    pd.concat(
        run.scores(name)
        .query("label == 'spoof'")
        .assign(model=models.title(run.config.model), part=name)
        for run in real
        for name in ("dev", "eval")
    )
    if real
    else pd.DataFrame(columns=["model", "part", "attack", "score"])
)
spoof["accepted"] = spoof["score"] > 0
by_attack = spoof.pivot_table(
    index=["part", "attack"], columns="model", values="accepted", sort=False
).sort_index()

# %% tags=["hide-input"]
VC = {
    "A05": "voice conversion",
    "A06": "voice conversion, filter",
    **dict.fromkeys(["A13", "A14", "A15"], "text-to-speech, then conversion"),
    "A17": "voice conversion, filter",
    "A18": "voice conversion",
    "A19": "voice conversion, filter",
}
seeds_each = max(len(real) // 3, 1)
table = by_attack.reset_index()
table.insert(2, "kind", table["attack"].map(VC).fillna("text-to-speech"))
n_clips = spoof.groupby(["part", "attack"]).size() // max(
    len(set(spoof["model"])) * seeds_each, 1
)
table.insert(3, "clips", n_clips.reindex(by_attack.index).to_numpy())
report.table(
    table.rename(columns={"part": "partition"}),
    caption="Share of each attack's clips accepted as bona fide, mean over seeds",
    formats=dict.fromkeys(by_attack.columns, ".0%"),
)

# %% [markdown]
# A17, A18 and A19 stand out on the evaluation clips. What is the EER without them?


# %%
hard = ["A17", "A18", "A19"]


def eer_without(run, attacks):
    kept = run.scores("eval").query("attack not in @attacks")
    return metrics.eer(
        kept["score"].to_numpy(), (kept["label"] == "bonafide").to_numpy(int)
    )


# %%
cases = {"all attacks": [], "without A17 to A19": hard}
eers = {
    name: [eer_without(run, attacks) for run in real]
    for name, attacks in cases.items()
}
eers["model"] = [models.title(run.config.model) for run in real]
drop = pd.DataFrame(eers).groupby("model", sort=False).mean()

# %% tags=["hide-input"]
report.table(
    drop.reset_index(),
    caption="EER on the evaluation clips, with and without A17 to A19",
    formats=dict.fromkeys(drop.columns, ".0%"),
)

# %% tags=["hide-input"]
wrong = spoof.query("part == 'eval' and accepted")
hard_wrong = wrong["attack"].isin(hard)
a06 = spoof[spoof["attack"] == "A06"].groupby("model")["accepted"].mean()
counted = len(hard) and spoof.query("part == 'eval' and attack in @hard")
report.glue("n_hard", len(counted) // max(len(real), 1))
fakes_each = len(spoof.query("part == 'eval'")) // max(len(real), 1)
report.glue("n_fakes", fakes_each)
report.glue("hard_share", f"{hard_wrong.mean():.0%}" if len(wrong) else "—")
for name, title in claims.TITLES.items():
    shown = title in drop.index
    report.glue(
        f"{name}_all", f"{drop['all attacks'][title]:.0%}" if shown else "—"
    )
    report.glue(
        f"{name}_without", f"{drop.iloc[:, 1][title]:.0%}" if shown else "—"
    )
    report.glue(f"{name}_a06", f"{a06[title]:.0%}" if title in a06 else "—")
    passed = wrong.query("attack in @hard and model == @title")
    each = f"{len(passed) / seeds_each:.1f}" if shown else "—"
    report.glue(f"{name}_hard", each)
for part in ("dev", "eval"):
    share = (
        np.mean([r.scores_and_labels(part)[1] == 0 for r in real[:1]])
        if real
        else 0
    )
    report.glue(f"{part}_spoof", f"{share:.0%}")

# %% [markdown]
# **Most of the accepted fakes come from three voice conversions, but these are only
# {result}`n_hard` clips.** Of the fakes accepted on the evaluation clips, {result}`hard_share` are
# of A17, A18 or A19, which are {result}`n_hard` of the {result}`n_fakes` fakes. Of these
# {result}`n_hard`, the CNN accepts {result}`cnn_hard` (mean over seeds), ResNet50
# {result}`resnet_hard` and ResNet50+LSTM {result}`resnet_lstm_hard`. Without them, the EER falls
# from {result}`cnn_all` to {result}`cnn_without` (CNN), from {result}`resnet_all` to
# {result}`resnet_without` (ResNet50), and from {result}`resnet_lstm_all` to
# {result}`resnet_lstm_without` (ResNet50+LSTM). Such a small number of clips can suggest a
# cause, but cannot prove it.
#
# Is voice conversion the reason? Not alone: A05 converts voices, too, and most of its clips
# are noticed; so are those of A13 to A15, which convert synthesised speech. But the known
# attacks suggest a reason. A06 is made in the same way as A19 and was in the training data;
# still, the CNN accepts {result}`cnn_a06` of its testing clips, ResNet50 {result}`resnet_a06` and
# ResNet50+LSTM {result}`resnet_lstm_a06`. A06, A17 and A19 filter a recording, so the clip
# keeps the voice, the breath and the room of a person. The changes are small, and a mel
# spectrogram of 64 bands may not show them. This does not explain A18 (two clips), which
# computes the sound with a vocoder; we do not know why it is accepted.
#
# ### The runs of this build
#
# The same code also ran while this book was built, on {result}`live_title`. Where that is
# the synthetic corpus, these results prove nothing about voices, and they can differ from
# one computer to the next. The attacks of its testing clips are easy for the CNN. A model
# with a low EER and a low macro-F1 puts the clips in a good order, but score 0 is a poor
# threshold for it. A large network that says "spoof" to everything has trained for too few
# epochs.

# %% tags=["hide-cell"]
report.results_table(
    live, caption="The three models, the corpus of this build"
)

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-live-loss", "caption": "Training loss of the three models over epochs, the corpus of this build. Lines are means over seeds; bands show the range from the lowest to the highest seed."}, "image": {"alt": "Line chart of the training loss of CNN, ResNet50 and ResNet50+LSTM over epochs."}}
training.loss_curves(histories(live))

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-live-macro-f1", "caption": "Macro-F1 of the three models on both datasets, the corpus of this build. A bar is the mean over seeds, a dot is one seed, and the dashed line is the always-spoof baseline."}, "image": {"alt": "Bars of macro-F1 of CNN, ResNet50 and ResNet50+LSTM on the testing and the evaluation dataset, with a line for always answering spoof."}}
decisions.metric_bars(
    runs.tables.results_frame(live), "macro_f1", label="macro-F1"
)

# %% tags=["hide-cell"] mystnb={"figure": {"name": "fig-live-confusion", "caption": "Confusion matrices of the three models on both datasets, the corpus of this build, at score 0 and averaged over seeds. Percentages are relative to the true class."}, "image": {"alt": "Six confusion matrices: three models by testing and evaluation dataset."}}
decisions.confusions(runs.tables.confusions(live))

# %% [markdown]
# ### The clips decided most wrongly
#
# Where the corpus is at hand, one can hear them: of the evaluation clips of this build,
# the bona fide clip to which the CNN gives the lowest score, and the fake to which it
# gives the highest. Either may still be on the right side of 0.

# %%
scored = (
    live[0].scores("eval").merge(la.partition("eval")[["utt_id", "path"]])
)
lowest = scored[scored["label"] == "bonafide"].nsmallest(1, "score")
highest = scored[scored["label"] == "spoof"].nlargest(1, "score")

# %% tags=["hide-input"]
players = [
    report.player(
        row.path, label=f"label {row.label}, score {row.score:+.1f}"
    )
    for row in pd.concat([lowest, highest]).itertuples()
]
players[0] + players[1]

# %% [markdown]
# ### How certain is this?
#
# A confidence interval must include everything that could have been different: other
# seeds, other speakers, other sentences. The bootstrap draws seeds, and then speakers with
# all their clips, and repeats this two thousand times. The table shows each model with
# three thresholds: zero; the one with the highest balanced accuracy on the testing dataset
# {mark}`O`; and the *oracle*, the one with the highest macro-F1 on the evaluation clips
# themselves. The oracle uses the true labels, so nobody can choose it in advance, and it is
# only an upper limit of the macro-F1.

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
# The order of the models is not the same at each threshold, and all intervals overlap. But
# these are intervals of single models. Whether two models differ is decided by the interval
# of their *difference* on the same clips: {doc}`07_claims` has it for each pair, and on the
# evaluation clips none of them excludes zero. The deviation over seeds is smaller than the
# interval, because it leaves out that the clips and speakers could have been others, too.
#
# ### Which threshold would you choose?
#
# A model gives scores, and somebody must choose a threshold. On the screen, you can drag
# the threshold in the figure: bona fide clips are above the axis, spoof clips are below,
# and wrong decisions have the strong colour. (On paper, the figure shows histograms.) Zero
# and the threshold chosen on the testing dataset do not use the labels of the evaluation
# dataset. The {term}`oracle` threshold uses the labels of the clips that are shown.
#
# Then move the share of fakes. Accuracy, macro-F1 and the share of right answers among
# "spoof" change, although the model and its threshold stay. The EER does not move: it uses
# only shares *within* each class, so it does not matter how many fakes there are. So two
# models may change places in one measure and not in the other, as in the thesis.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-explorer", "caption": "On paper: scores of the testing clips by class, first seed of each model, with the three thresholds: zero, chosen on the testing dataset (dev), and oracle. Both classes have the same area. The last two thresholds differ although both are chosen on these clips, because one has the highest balanced accuracy and the other the highest macro-F1. On the screen, you can drag the threshold, choose the model, dataset, seed and attack, and change the share of fakes."}, "image": {"alt": "Histograms of the scores of bona fide and spoof testing clips for each model, with vertical lines at three thresholds."}}
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
# ## What it means
#
# - **On unknown attacks no order of the three is shown.** By mean macro-F1 the order is
#   {result}`real_order_eval`, but the differences are smaller than what {result}`real_n_eval` clips
#   and {result}`real_seeds` seeds can show; {doc}`07_claims` gives their intervals.
# - **On known attacks the CNN is best, with as many steps for all:** an EER of
#   {result}`real_cnn_dev_eer` % on {result}`real_n_dev` testing clips against
#   {result}`real_resnet_dev_eer` % and {result}`real_resnet_lstm_dev_eer` %. So it is not true
#   that ResNet50 is better under every training. With more clips, with a learning rate
#   beyond those we tried, or with weights from other pictures, it might win; we did not test
#   this.
# - **All three make the same kind of error:** they accept most of the {result}`n_hard` clips of
#   the voice conversions A17 to A19.
# - **Accuracy needs its baseline.** A constant answer has
#   {result}`real_always_spoof_dev_accuracy` on the testing clips. Only what a model has above
#   that was learned; the CNN has {result}`real_cnn_dev_accuracy`.
# - **The threshold is a choice of its own.** Tables and matrices use score 0; the same scores
#   give other results at another threshold, and the EER stays.
#
# ## Exercises
#
# 1. In the thesis, one model has the higher accuracy and another the higher macro-F1
#    {mark}`S`. How can that be? Take 100 clips, 90 of them spoof. System A always says
#    "spoof". System B finds 8 of the 10 real clips and wrongly calls 15 fakes real. Compute
#    both measures of both systems.

# %% tags=["hide-cell", "solution"]
truth = np.repeat([0, 1], [90, 10])
always = np.zeros(100, int)
other = np.concatenate(
    [np.repeat([1, 0], [15, 75]), np.repeat([1, 0], [8, 2])]
)
for name, answer in (("A", always), ("B", other)):
    mean_f1 = (f1(truth, answer, 0) + f1(truth, answer, 1)) / 2
    right = np.mean(answer == truth)
    print(f"{name}: accuracy {right:.2f}, macro-F1 {mean_f1:.2f}")
print("A is right more often; B recognises both classes.")

# %% [markdown]
# 2. What is the EER of random scores? And of scores with the wrong sign, if the right ones
#    have an EER of 5 %? Simulate it: the scores of both classes have a normal distribution
#    with a standard deviation of 1, and their means are 3.3 apart.

# %% tags=["hide-cell", "solution"]
rng = np.random.default_rng(0)
many = rng.integers(0, 2, 2000)
print(f"random: {metrics.eer(rng.normal(size=2000), many):.0%}")
good = rng.normal(size=2000) + 3.3 * many
print(f"good: {metrics.eer(good, many):.0%}")
print(
    f"wrong sign: {metrics.eer(-good, many):.0%}. Each error becomes a hit,"
)
print("so an EER far above 50 % means that the sign is wrong.")

# %% [markdown]
# 3. An accuracy of 80 % was measured on 65 clips. What is the 95 % interval, if the clips
#    are independent? With how many clips is it ± 1 point?

# %% tags=["hide-cell", "solution"]
half = 1.96 * np.sqrt(0.8 * 0.2 / 65)
print(f"± {half:.1%}: {0.8 - half:.0%} to {0.8 + half:.0%}")
print(f"± 1 point with {0.8 * 0.2 * (1.96 / 0.01) ** 2:.0f} clips")
