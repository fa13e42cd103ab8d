"""One run on disk: a folder of small text files, and the weights.

``<runs>/<corpus id>/<model>/<config hash>/seed<k>/`` holds ``config.json``,
``history.csv``, ``scores-<partition>.txt``, ``environment.json`` and, unless it is a
reference run, ``model.safetensors``. The folder is written atomically and never changed
afterwards. Beside the models are ``protocol-<partition>.txt`` in the official layout,
which give the speaker of each trial.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS, label_indices
from antispoof.corpora import read_protocol
from antispoof.errors import PARSE_ERRORS, AntispoofError, RunError
from antispoof.runs.regression_check import Scores
from antispoof.scoring.score_files import ScoreFileWarning, read_scores, write_scores

FORMAT = 2
CONFIG, HISTORY, ENVIRONMENT = "config.json", "history.csv", "environment.json"
WEIGHTS = "model.safetensors"
RECORDED = ("config", "seed", "corpus", "regression_scores", "best_epoch")
NAME = re.compile(r"[\w-][\w.-]*")  # of a corpus; it names a folder, so not ".."


@dataclass(frozen=True)
class Run:
    """A finished run, read from its folder.

    Attributes
    ----------
    path : the folder.
    config, seed : what was trained.
    corpus : ``id``, ``name``, ``title``, ``caveat``, ``trials`` (number of trials by
        partition), ``n_train`` (trials trained on), ``val_speakers``.
    regression_scores : of the regression check, under the code that made the run.
    best_epoch : row of `history` whose weights were kept.
    history : one row per epoch, as `fit` returns it.
    environment : hardware, versions and duration in ``seconds``.
    """

    path: Path
    config: TrainConfig
    seed: int
    corpus: dict[str, Any]
    regression_scores: Scores
    best_epoch: int
    history: pd.DataFrame = field(compare=False)
    environment: dict[str, Any] = field(compare=False)

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Read the run in a folder.

        Raises
        ------
        RunError
            If a file is missing or malformed, or the run used a model, front-end or
            augmentation of a plugin that is not loaded.
        """
        path = Path(path)
        name = CONFIG
        try:
            record = json.loads((path / CONFIG).read_text("utf-8"))
            if record.pop("format", None) != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            record["config"] = TrainConfig.from_dict(record["config"])
            corpus_id = record["corpus"]["id"]
            if not NAME.fullmatch(corpus_id):
                raise ValueError(f"corpus {corpus_id!r} cannot name a folder")
            scores = record["regression_scores"].items()
            record["regression_scores"] = {k: list(map(float, v)) for k, v in scores}
            for number in ("seed", "best_epoch"):
                record[number] = int(record[number])
            name = HISTORY
            history = pd.read_csv(path / HISTORY)
            name = ENVIRONMENT
            environment = dict(json.loads((path / ENVIRONMENT).read_text("utf-8")))
            return cls(path=path, history=history, environment=environment, **record)
        except OSError as error:
            reason = error.strerror or error
            raise RunError(f"{path / name} cannot be read: {reason}") from error
        except PARSE_ERRORS as error:  # ParameterError, of a missing plugin, is one
            raise RunError(f"{path / name} cannot be used: {error}") from error

    @property
    def partitions(self) -> list[str]:
        """The partitions that were scored: dev, eval, then any others."""
        files = self.path.glob(scores_name("*"))
        found = sorted(file.stem.partition("-")[2] for file in files)
        return sorted(found, key=lambda p: [*PARTITIONS, p].index(p))

    def scores(self, partition: str) -> pd.DataFrame:
        """``utt_id``, ``speaker``, ``attack``, ``label``, ``score`` of a partition.

        Raises
        ------
        RunError
            If it was not scored.
        """
        if partition not in self.partitions:
            known = ", ".join(self.partitions) or "none"
            raise RunError(
                f"{self.path} has no scores of {partition!r}; it has {known} (training"
                " scores dev and eval if its corpus has them)"
            )
        file = self.path / scores_name(partition)
        changed = file.stat().st_mtime_ns
        return _read_scores(file, self.protocol(partition), changed).copy()

    def scores_and_labels(self, partition: str) -> tuple[np.ndarray, np.ndarray]:
        """(n,) scores and (n,) class indices of a partition."""
        frame = self.scores(partition)
        return frame["score"].to_numpy(float), label_indices(frame["label"])

    def protocol(self, partition: str) -> Path:
        """The protocol of the scored trials; it lies beside the models."""
        return self.path.resolve().parents[2] / protocol_name(partition)

    def model(self) -> nn.Module:
        """The trained model, in eval mode.

        Raises
        ------
        RunError
            If the run was recorded without weights, or they are damaged.
        """
        file = self.path / WEIGHTS
        if not file.exists():
            raise RunError(f"{self.path} was recorded without weights")
        model = models.build(self.config.model, self.config.loss)
        try:
            model.load_state_dict(load_file(file))
        except (SafetensorError, RuntimeError, *PARSE_ERRORS) as error:
            reason = str(error).splitlines()[0]
            raise RunError(
                f"{file} does not hold weights of {self.config.model}: {reason}"
            ) from error
        return model.eval()

    def check(self) -> None:
        """Read everything once; RunError if anything is damaged or contradictory."""
        n, best = len(self.history), self.best_epoch
        if not 0 <= best < n <= self.config.epochs:
            raise RunError(
                f"{self.path}: the history has {n} epochs; accepted: from {best + 1},"
                f" the best, to {self.config.epochs}"
            )
        try:
            float(self.environment["seconds"])
            scored = {part: len(self.scores(part)) for part in self.partitions}
            listed = {part: self.corpus["trials"][part] for part in scored}
        except (AntispoofError, *PARSE_ERRORS) as error:
            raise RunError(f"{self.path} is damaged: {error}") from error
        if scored != listed:
            raise RunError(f"{self.path}: {scored} trials are scored, {listed} listed")
        if (self.path / WEIGHTS).is_file():
            self.model()


@lru_cache(maxsize=256)
def _read_scores(file: Path, protocol: Path, changed: int) -> pd.DataFrame:
    """Scores are read once per process, and again if another run has this folder."""
    with warnings.catch_warnings():
        # The direction of our own scores is known; a model below chance is a result.
        warnings.simplefilter("ignore", ScoreFileWarning)
        return read_scores(file, read_protocol(protocol))


def protocol_name(partition: str) -> str:
    """Name of the protocol kept in a corpus's folder of runs."""
    return f"protocol-{partition}.txt"


def scores_name(partition: str) -> str:
    """Name of a run's score file."""
    return f"scores-{partition}.txt"


def run_path(
    runs_dir: str | Path, corpus_id: str, config: TrainConfig, seed: int
) -> Path:
    """Folder of the run of a configuration with a seed on a corpus."""
    return Path(runs_dir, corpus_id, config.model, config.config_hash, f"seed{seed}")


def list_runs(folder: str | Path, *, model: str | None = None) -> list[Run]:
    """All finished runs below a folder, sorted by path; of one model if it is named."""
    found = sorted(Path(folder).glob(f"*/{model or '*'}/*/seed*/{CONFIG}"))
    return [Run.open(f.parent) for f in found if f.parent.name[4:].isdecimal()]


def write_run(
    run: Run, scores: Mapping[str, pd.DataFrame], model: nn.Module, folder: Path
) -> None:
    """Write all files of a run into a temporary folder.

    Parameters
    ----------
    scores : partition -> scores of its trials.

    Raises
    ------
    DiskError
        If the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = {name: getattr(run, name) for name in RECORDED}
    record["config"] = run.config.to_dict()
    write_json(folder / CONFIG, {"format": FORMAT, **record})
    write_json(folder / ENVIRONMENT, run.environment)
    run.history.to_csv(folder / HISTORY, index=False, float_format="%.6g")
    for partition, frame in scores.items():
        write_scores(folder / scores_name(partition), frame)
    # Convolution weights are in channels-last order; the file has the plain order.
    state = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(state, folder / WEIGHTS)


def write_json(path: Path, value: object) -> None:
    """Write plain values, indented, so that a change of one is one line of a diff."""
    path.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
