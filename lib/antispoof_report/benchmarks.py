"""What the models cost: sizes computed here, and times measured by the benchmarks.

Parameters and multiply-adds follow from a model alone. Rates and memory depend on the
machine; they are read from the file that ``make bench`` wrote.
"""

import json
from pathlib import Path

import pandas as pd
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from antispoof import frontends, models
from antispoof.constants import SAMPLE_RATE
from antispoof.files import project_folder

BENCH = "benchmarks/results/bench.json"
GPU_STEPS = "benchmarks/results/gpu_step.json"


class Benchmarks:
    """The benchmarks' last result.

    Attributes
    ----------
    machine : item -> value, as in ``environment``.
    load : processes waiting for a core just before; above ``cores``, others ran, too.
    cores : processor cores.
    features : one row per way from FLAC to log-mel, by name: ``clips_per_second`` and
        ``cpu_ms``, processor time a clip.
    models : one row per model and work (``train``, ``score``): ``name``, ``work``,
        ``batch``, ``clips_per_second``, ``cpu_ms`` and ``memory_mib``.
    """

    def __init__(self, result: dict) -> None:
        self.machine, self.cores = result["machine"], result["cores"]
        self.load = result["load_before"]
        self.features = pd.DataFrame(result["features"]).set_index("name")
        self.models = pd.DataFrame(
            {
                "name": model["name"],
                "batch": model["batch"],
                "work": work,
                **model[work],
            }
            for model in result["models"]
            for work in ("train", "score")
        )

    def times_faster(self, than: str) -> float:
        """Processor time of another way over that of the feature store."""
        return self.features["cpu_ms"][than] / self.features["cpu_ms"]["store"]

    def real_time_factors(self) -> pd.DataFrame:
        """``name`` and ``factor``: processor seconds to score a second of sound.

        From file to score, of a clip of the length that the models see.
        """
        seconds = frontends.build("logmel").n_samples / SAMPLE_RATE
        scored = self.models[self.models["work"] == "score"]
        spent = (scored["cpu_ms"] + self.features["cpu_ms"]["one_core"]) / 1e3
        return pd.DataFrame({"name": scored["name"], "factor": spent / seconds})


def _read(path: str | Path) -> dict | None:
    file = project_folder() / path
    return json.loads(file.read_text("utf-8")) if file.is_file() else None


def load_benchmarks(path: str | Path = BENCH) -> Benchmarks | None:
    """Read the result of the benchmarks; None outside the book."""
    result = _read(path)
    return Benchmarks(result) if result else None


def load_gpu_steps(path: str | Path = GPU_STEPS) -> pd.DataFrame | None:
    """Rows of ``benchmarks.gpu_step``, the GPU in ``attrs``; None outside the book."""
    result = _read(path)
    if result is None:
        return None
    rows = pd.DataFrame(result["rows"])
    rows.attrs["gpu"] = result["gpu"]
    return rows


def model_sizes() -> pd.DataFrame:
    """One row per model: ``name``, ``title``, ``parameters`` and ``multiply_adds``."""
    rows = []
    for name, entry in models.MODELS.items():
        model = models.build(name)
        shape = frontends.build(entry.info["frontend"] or "logmel").shape
        work = multiply_adds(model, shape)
        rows.append((name, models.title(name), models.n_parameters(model), work))
    return pd.DataFrame(rows, columns=["name", "title", "parameters", "multiply_adds"])


def multiply_adds(model: nn.Module, shape: tuple[int, ...]) -> int:
    """Multiply-adds of a model's matrix products and convolutions for one input.

    Half of what PyTorch's counter of floating-point operations counts; it counts an
    LSTM, too, whose products are computed step by step on the meta device.
    """
    model = model.eval().to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.empty(1, *shape, device="meta"))
    return counter.get_total_flops() // 2
