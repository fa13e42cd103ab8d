# ---
# jupyter:
#   antispoof:
#     reads: [benchmarks/results, data/study]
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
# # Time and memory
#
# *How much time and memory does it take?*
#
# **Goals.** After this chapter you can estimate how long a training takes on your computer,
# and which of the three models is *easy to use* in the thesis's sense. *About 15 minutes.*
#
# ## Question
#
# How much time and memory does it take to train the models and to score a clip, and how
# much of this is used by the models themselves?

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
corpus = ""  # not used: the results were measured in advance

# %% tags=["hide-cell"]
check_parameters()

# %% tags=["hide-input"]
import pandas as pd

from antispoof import models
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS
from antispoof_report import benchmark_plots, report
from antispoof_report.claims import study

# %% [markdown]
# ## Method
#
# There are two kinds of cost. The size of a model can be counted: its parameters, and the
# multiply-add operations for one clip. This page counts both when it is built. Time and
# memory depend on the computer and must be measured. `make bench` measures them and writes
# a small file, which this page reads.
#
# If a computer is busy with other programs, elapsed time is not reliable. So we do two
# things. First, the programs that we compare run in turns, several rounds in one session.
# Second, we also report **processor time**, the time that the processor spent on the
# program.

# %%
counted = report.model_sizes()
measured = report.load_benchmarks()

# %% [markdown]
# ## Run
#
# ### Size of the models

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
    caption="Parameters, and multiply-adds for one clip",
    formats={"Multiply-adds (million)": ".0f"},
)

# %% [markdown]
# ResNet50 needs {result}`resnet_to_cnn` times as many multiplications as the CNN. The LSTM
# adds only {result}`lstm_adds` to that, because its sequence is short. LCNN, a network of
# published baselines, and the linear probes are extra models of the library; the numbers of
# the probes leave out what computes their input ({doc}`11_travel`).
#
# ### From file to picture
#
# A clip must be decoded and turned into a log-mel spectrogram before a model can use it.
# Many notebooks do this with a loop around *librosa* {cite}`mcfee2015`, with its default
# settings, and repeat it in every epoch. The library does it once, on all cores, and
# stores the result in a cache.

# %% tags=["hide-input"]
names = {
    "librosa_defaults": "librosa, default settings",
    "librosa": "librosa, our settings",
    "dataloader": "DataLoader, item by item",
    "one_core": "decoding and log-mel, one core",
    "store": "feature cache, all cores",
    "store_long": "feature cache, eight times the clips",
    "decoding": "only decoding, one core",
}
if measured:
    spent = measured.features.loc[list(names)]
    ways = pd.DataFrame(
        {
            "Way": list(names.values()),
            "Clips per second": spent["clips_per_second"],
            "Processor ms per clip": spent["cpu_ms"],
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
    fraction = spent["cpu_ms"]["decoding"] / spent["cpu_ms"]["store"]
    report.glue("decoding", f"{100 * fraction:.0f}\u202f%")
    report.glue("cores", measured.cores)
    report.glue("load", f"{measured.load:g}")
formats = {"Clips per second": ".0f", "Processor ms per clip": ".2f"}
shown = "From FLAC to log-mel, the same clips of real speech"
report.table(ways, caption=shown, formats=formats) if measured else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-ways", "caption": "From FLAC to log-mel, elapsed time. The feature cache and the DataLoader use all cores; the other methods use one."}, "image": {"alt": "Bar chart of clips per second for seven methods from file to log-mel spectrogram."}}
benchmark_plots.throughput(measured.features, names) if measured else None

# %% [markdown]
# For the same clips and settings, the loop with librosa needs {result}`times` times the
# processor time of the feature cache; with librosa's default settings,
# {result}`times_defaults` times. The feature cache also uses all {result}`cores` cores at
# once. By elapsed time, it is {result}`clock_librosa` and
# {result}`clock_librosa_defaults` times as fast as the loops; here, a good part of the time
# is needed to start. With eight times the clips, it is {result}`clock_librosa_long` and
# {result}`clock_librosa_defaults_long` times as fast. Decoding takes {result}`decoding` of
# the processor time of the cache.
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
            "Batch size": works["batch"],
            "Processor ms per clip": works["cpu_ms"],
            "Memory (MiB)": works["memory_mib"].replace(0, None),
        }
    )
    train = works[works["work"] == "train"].set_index("name")["cpu_ms"]
    n_train = EXPECTED_COUNTS["train"].total
    hours = train["resnet"] * n_train / 3.6e6
    report.glue("resnet_train", f"{train['resnet'] / train['cnn']:.0f}")
    report.glue("n_train", f"{n_train:,}".replace(",", "\u202f"))
    report.glue("resnet_epoch", f"{hours:.0f}")
    fraction = measured.features["cpu_ms"]["store"] / train["cnn"]
    report.glue("store_to_cnn", f"{100 * fraction:.0f}\u202f%")
formats = {"Processor ms per clip": ".1f", "Memory (MiB)": ".0f"}
shown = "A training step and scoring, float32 on the CPU"
report.table(speed, caption=shown, formats=formats) if measured else None

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-rates", "caption": "Clips per second of processor time, in training and in scoring. The two scales differ."}, "image": {"alt": "Two bar charts: clips per second of processor time in training and in scoring for each model."}}
benchmark_plots.training_and_scoring_rates(
    measured.models
) if measured else None

# %% [markdown]
# ResNet50+LSTM does more than ResNet50; where it seems a little cheaper, that is noise.
#
# On a GPU, the same training step, with random features and 64 clips at a time.
# *Utilisation* is the share of the arithmetic that the GPU could do by its data sheet. It
# is low, and bf16 is not faster than fp32: so arithmetic is not what takes the time here.

# %% tags=["hide-input"]
on_gpu = report.load_gpu_steps()
if on_gpu is not None:
    on_gpu["model"] = on_gpu["model"].map(counted.set_index("name")["title"])
formats = {
    "Clips per second": ".0f",
    "Seconds per epoch of LA": ".1f",
    "Memory (GB)": ".1f",
    "Utilisation": ".1%",
}
report.table(
    on_gpu.set_axis(["Model", "Precision", *formats], axis=1),
    caption=f"A training step on one {on_gpu.attrs['gpu']}",
    formats=formats,
) if on_gpu is not None else None

# %% [markdown]
# ### Faster than real time?
#
# The *real-time factor* is the time to score one second of sound. Below 1, scoring is
# faster than listening. It is measured here from the file to the score, on one core.

# %% tags=["hide-input"]
if measured:
    factors = measured.real_time_factors()
    report.glue("faster", f"{1 / factors['factor'].max():.0f}")
    scored = pd.DataFrame(
        {
            "Model": factors["name"].map(titles),
            "Real-time factor": factors["factor"],
        }
    )
formats = {"Real-time factor": ".4f"}
shown = "Processor seconds to score one second of sound"
report.table(scored, caption=shown, formats=formats) if measured else None

# %% [markdown]
# ### The study
#
# What would the whole study of {doc}`07_claims` take on one device alone? As long as its steps
# there, at the mean time of a step, which includes the tests of each run. On the GPU, several
# runs shared it. A dash: not measured there, and not counted in the last row.

# %% tags=["hide-input"]
trained = study.all_runs()
rows = [
    (
        models.title(r.config.model),
        r.environment["device"].replace("cpu", "two cores"),
        r.environment["seconds"] / 60,
        r.config.epochs * r.corpus["n_train"] / r.config.batch_size,
    )
    for r in trained
]

# %%
columns = ["Model", "Device", "Minutes", "Steps"]
took = pd.DataFrame(rows, columns=columns)
if trained:
    took = took.groupby(["Model", "Device"]).sum().unstack()
    steps = took["Steps"].sum(axis=1)
    minutes = (took["Minutes"] / took["Steps"]).mul(steps, axis=0)
    minutes.loc["All"] = minutes.sum()

# %% tags=["hide-input"]
report.table(
    minutes.reset_index(),
    caption="Minutes of the whole study",
    formats=dict.fromkeys(minutes, ".0f"),
) if trained else report.missing_runs("The table")

# %% [markdown]
# ### The computer

# %% tags=["hide-input"]
machine = (
    pd.DataFrame(measured.machine.items()) if measured else pd.DataFrame()
)
machine.columns = ["Item", "Value"][: len(machine.columns)]
report.table(
    machine, caption="The computer of the measurements"
) if measured else None

# %% [markdown]
# At the start of the measurement, the load was {result}`load` processes on
# {result}`cores` cores. If the load is higher than the number of cores, the rates by
# elapsed time are lower than on an idle computer. Processor times change less, and their
# ratios change least.
#
# ## What it means
#
# - **Preparing the clips is cheap.** Computing the features once takes
#   {result}`store_to_cnn` of the time of one training epoch of the CNN.
# - **You do not need a GPU to score clips.** Even the slowest model scores a clip
#   {result}`faster` times as fast as real time, on one core.
# - **You need a GPU to train the large models.** A training step of ResNet50 takes
#   {result}`resnet_train` times the processor time of the CNN. (It is less than its
#   {result}`resnet_to_cnn` times as many multiplications, because large layers use a
#   processor better.) One epoch on the
#   {result}`n_train` training clips of the full corpus takes {result}`resnet_epoch` hours
#   on one core.

# %% [markdown]
# ## Exercises
#
# 1. A model trains on 100 clips per second. How long do 40 epochs on the 25 380 training
#    clips of the full corpus take?

# %% tags=["hide-cell", "solution"]
print(f"{40 * 25_380 / 100 / 3600:.1f} hours")

# %% [markdown]
# 2. A picture of 64 × 401 numbers in 32 bits: how much memory do the pictures of the full
#    training set take? And in 16 bits?

# %% tags=["hide-cell", "solution"]
size = 25_380 * 64 * 401 * 4 / 2**30
print(f"{size:.1f} GiB, {size / 2:.1f} GiB")

# %% [markdown]
# 3. The thesis asks for a model that is used "efficiently and easily". Which of the three
#    would you give to a colleague without a GPU, and which number on this page says so?

# %% tags=["hide-cell", "solution"]
print(
    "The CNN, by the processor time of a training step; and chapter 06 says"
)
print("how good it is. To score only, any of the three will do.")
