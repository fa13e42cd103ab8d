# ---
# jupyter:
#   antispoof:
#     reads: [benchmarks/results/bench.json]
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
# # What does it cost?
#
# ## Question
#
# How much time and memory does it take to train the models and to judge a clip, and
# which part of it is the models themselves?

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
corpus = ""  # not read here: the figures were measured beforehand

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import pandas as pd

import antispoof_report as report
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS
from antispoof_report import benchmark_plots

# %% [markdown]
# ## Method
#
# Two kinds of cost are told apart. What a model *is* can be counted: its parameters, and
# the multiplications with an addition that one clip needs on its way to a score. Both are
# counted anew whenever this page is made. What a machine *makes of it* has to be measured.
# `make bench` does that and writes a small file, which this page reads.
#
# A measurement on a machine that is busy with other things says little about seconds, so
# two precautions are taken. Everything that is compared runs in turn, round by round, in
# one go. And beside the clock stands **processor time**: what the processor spent on
# this alone.

# %%
counted = report.counted()
measured = report.measured()

# %% [markdown]
# ## Run
#
# ### What a model is

# %% tags=["hide-input"]
large = counted.set_index("name")["multiply_adds"]
report.glue("resnet_to_cnn", f"{large['resnet'] / large['cnn']:.0f}")
added = large["resnet_lstm"] / large["resnet"] - 1
report.glue("lstm_adds", f"{100 * added:.1f}\u202f%")
report.table(
    pd.DataFrame(
        {
            "Model": counted["title"],
            "Parameters": counted["parameters"],
            "Multiply-adds (million)": counted["multiply_adds"] / 1e6,
        }
    ),
    caption="One clip on its way through each model",
    formats={"Multiply-adds (million)": ".0f"},
)

# %% [markdown]
# ResNet50 does {result}`resnet_to_cnn` times as many multiplications as the CNN. The LSTM
# adds only {result}`lstm_adds` to that: a recurrent layer over so short a sequence is
# nearly free, whatever it is good for.
#
# ### From file to picture
#
# Before any model sees a clip, it has to be decoded and turned into a log-mel
# spectrogram. Many notebooks do it with a loop around *librosa* {cite}`mcfee2015`, at its
# default settings, and again in every epoch. The library does it once, on all cores, and
# keeps the result.

# %% tags=["hide-input"]
names = {
    "librosa_defaults": "librosa, its defaults",
    "librosa": "librosa, these settings",
    "dataloader": "DataLoader, item by item",
    "one_core": "decode and log-mel, one core",
    "store": "feature store, all cores",
    "store_long": "the same, eight times the clips",
    "decoding": "decoding alone, one core",
}
if measured:
    spent = measured.features.loc[list(names)]
    ways = pd.DataFrame(
        {
            "Way": list(names.values()),
            "Clips a second": spent["clips_per_second"],
            "Processor ms a clip": spent["cpu_ms"],
        }
    )
    report.glue("times", f"{measured.times_faster('librosa'):.1f}")
    report.glue(
        "times_defaults", f"{measured.times_faster('librosa_defaults'):.1f}"
    )
    rates = spent["clips_per_second"]
    for name in ("librosa", "librosa_defaults"):
        report.glue(f"clock_{name}", f"{rates['store'] / rates[name]:.1f}")
        report.glue(
            f"clock_{name}_long", f"{rates['store_long'] / rates[name]:.1f}"
        )
    share = spent["cpu_ms"]["decoding"] / spent["cpu_ms"]["store"]
    report.glue("decoding", f"{100 * share:.0f}\u202f%")
    report.glue("cores", measured.cores)
    report.glue("load", f"{measured.load:g}")
formats = {"Clips a second": ".0f", "Processor ms a clip": ".2f"}
shown = "From FLAC to log-mel, the same clips of real speech"
report.table(ways, caption=shown, formats=formats) if measured else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-ways", "caption": "From FLAC to log-mel, by the clock. The feature store uses all cores, as the DataLoader does; the other ways use one."}, "image": {"alt": "Bar chart of clips a second for seven ways from file to log-mel spectrogram."}}
benchmark_plots.ways(measured.features, names) if measured else None

# %% [markdown]
# For the same clip and the same settings the loop with librosa spends {result}`times`
# times the processor time of the store, and {result}`times_defaults` times with librosa's
# defaults; and the store works on all {result}`cores` cores at once. By the clock that
# makes {result}`clock_librosa` and {result}`clock_librosa_defaults` times the speed of the
# loops here, where starting the workers is a good part of so short a build, and
# {result}`clock_librosa_long` and {result}`clock_librosa_defaults_long` times with eight
# times the clips. Of what it spends, {result}`decoding` goes into decoding the file, which
# nobody can save.
#
# ## Result
#
# ### Training and scoring

# %% tags=["hide-input"]
if measured:
    titles = counted.set_index("name")["title"]
    works = measured.models
    speed = pd.DataFrame(
        {
            "Model": works["name"].map(titles),
            "Work": works["work"],
            "Clips at a time": works["batch"],
            "Processor ms a clip": works["cpu_ms"],
            "Memory (MiB)": works["memory_mib"],
        }
    )
    train = works[works["work"] == "train"].set_index("name")["cpu_ms"]
    n_train = EXPECTED_COUNTS["train"].total
    hours = train["resnet"] * n_train / 3.6e6
    report.glue("resnet_train", f"{train['resnet'] / train['cnn']:.0f}")
    report.glue("n_train", f"{n_train:,}".replace(",", "\u202f"))
    report.glue("resnet_epoch", f"{hours:.0f}")
    share = measured.features["cpu_ms"]["store"] / train["cnn"]
    report.glue("store_to_cnn", f"{100 * share:.0f}\u202f%")
formats = {"Processor ms a clip": ".1f", "Memory (MiB)": ".0f"}
shown = "A training step and scoring, float32 on the CPU"
report.table(speed, caption=shown, formats=formats) if measured else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-rates", "caption": "Clips that one core trains on, and scores, in a second of its time. The two scales differ."}, "image": {"alt": "Two bar charts: clips a second of processor time in training and in scoring for the three models."}}
benchmark_plots.rates(measured.models) if measured else None

# %% [markdown]
# ### Faster than listening?
#
# The *real-time factor* is the time it takes to judge a second of sound. Below 1, a
# machine judges faster than a person can listen. It is counted here from the file to the
# score, on one core.

# %% tags=["hide-input"]
if measured:
    factors = measured.real_time_factors()
    report.glue("faster", f"{1 / factors['factor'].max():.0f}")
    judged = pd.DataFrame(
        {
            "Model": factors["name"].map(titles),
            "Real-time factor": factors["factor"],
        }
    )
formats = {"Real-time factor": ".4f"}
shown = "Processor seconds to judge a second of sound"
report.table(judged, caption=shown, formats=formats) if measured else None

# %% [markdown]
# ### The machine

# %% tags=["hide-input"]
told = pd.DataFrame(measured.machine.items()) if measured else pd.DataFrame()
told.columns = ["Item", "Value"][: len(told.columns)]
report.table(told, caption="What it was measured on") if measured else None

# %% [markdown]
# {result}`load` processes wanted its {result}`cores` cores when the measurement began.
# Where that is more than there are cores, rates by the clock are too low for a machine of
# your own; processor times move less, and ratios least.
#
# ## What it means
#
# - **Preparing clips need not be the bottleneck.** Done once and kept, it costs
#   {result}`store_to_cnn` of what a single pass of the smallest model in training does.
# - **No model here needs a GPU to be used.** Even the slowest judges a clip
#   {result}`faster` times as fast as it plays, on one core.
# - **Training is another matter.** A training step of ResNet50 takes
#   {result}`resnet_train` times the processor time of one of the CNN, and an epoch over
#   the {result}`n_train` training clips of the whole corpus {result}`resnet_epoch` hours of
#   one core.
