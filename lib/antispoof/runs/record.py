"""One run on disk: a folder of small text files, and the weights.

``<runs>/<corpus>/<model>/<config id>/seed<k>/`` holds ``config.json``,
``history.csv``, ``scores-dev.txt``, ``scores-eval.txt``, ``environment.json`` and,
unless it is a reference run, ``model.safetensors``. The folder appears whole, and is
never written again; weights that it lacks may come later. Beside the models stand
``protocol-dev.txt`` and ``protocol-eval.txt`` in the official layout, which say who
spoke each trial.
"""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.corpora import read_protocol
from antispoof.errors import PARSE_ERRORS, DiskError, RunError
from antispoof.runs.regression_check import Song
from antispoof.scoring import ReversedScoresWarning, read_scores, write_scores

FORMAT = 1
FILES = (
    "config.json",
    "history.csv",
    "scores-dev.txt",
    "scores-eval.txt",
    "environment.json",
)
WEIGHTS = "model.safetensors"
SCORED = ("dev", "eval")
CORPUS_ID = re.compile(r"[\w-]+")  # it names a folder


@dataclass(frozen=True)
class Run:
    """A finished run, read from its folder.

    Attributes
    ----------
    path : the folder.
    config, seed : what was asked for.
    corpus : ``id``, ``kind`` and number of trials by partition.
    code : fingerprint of the code that made it.
    canary : scores of the fixed batch under that code.
    best_epoch : row of `history` the weights were taken at.
    """

    path: Path
    config: TrainConfig
    seed: int
    corpus: dict[str, Any]
    code: str
    canary: Song
    best_epoch: int

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Read the run in a folder.

        Raises
        ------
        RunError
            If a file is missing or is not what it should be.
        """
        path = Path(path)
        for name in FILES:
            if not (path / name).is_file():
                raise RunError(f"{path} is no run: {name} is missing")
        try:
            told = json.loads((path / "config.json").read_text("utf-8"))
            if told["format"] != FORMAT:
                raise RunError(f"{path}: format {told['format']}; accepted: {FORMAT}")
            settings = told["config"]
            corpus = dict(told["corpus"])
            if not CORPUS_ID.fullmatch(corpus["id"]):
                raise RunError(
                    f"{path}: corpus {corpus['id']!r}; accepted: letters, digits,"
                    " - and _"
                )
            return cls(
                path=path,
                config=TrainConfig(**settings),
                seed=int(told["seed"]),
                corpus=corpus,
                code=str(told["code"]),
                canary={k: list(map(float, v)) for k, v in told["canary"].items()},
                best_epoch=int(told["best_epoch"]),
            )
        except PARSE_ERRORS as error:
            raise RunError(f"{path}/config.json is malformed: {error}") from error

    @property
    def model_name(self) -> str:
        """cnn, resnet or resnet_lstm."""
        return self.config.model

    @property
    def history(self) -> pd.DataFrame:
        """One row an epoch, as `training.fit` gives it; RunError if it is damaged."""
        try:
            return pd.read_csv(self.path / "history.csv")
        except PARSE_ERRORS as error:
            raise RunError(f"{self.path}/history.csv is malformed: {error}") from error

    @property
    def environment(self) -> dict[str, Any]:
        """Hardware, versions and duration; RunError if they are damaged."""
        file = self.path / "environment.json"
        try:
            return dict(json.loads(file.read_text("utf-8")))
        except PARSE_ERRORS as error:
            raise RunError(f"{file} is malformed: {error}") from error

    def scores(self, partition: str) -> pd.DataFrame:
        """``utt_id``, ``speaker``, ``attack``, ``label``, ``score`` of dev or eval.

        Raises
        ------
        RunError
            For another partition.
        """
        if partition not in SCORED:
            raise RunError(f"no scores of {partition!r}; accepted: {', '.join(SCORED)}")
        protocol = read_protocol(self.protocol(partition))
        with warnings.catch_warnings():
            # Our own direction is certain; a model below chance is a finding.
            warnings.simplefilter("ignore", ReversedScoresWarning)
            return read_scores(self.path / f"scores-{partition}.txt", protocol)

    def protocol(self, partition: str) -> Path:
        """The protocol of the scored trials, which stands beside the models."""
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
        model = models.build(self.model_name)
        try:
            model.load_state_dict(load_file(file))
        except (SafetensorError, RuntimeError, *PARSE_ERRORS) as error:
            reason = str(error).splitlines()[0]
            raise RunError(
                f"{file} holds no weights of {self.model_name}: {reason}"
            ) from error
        return model.eval()


def protocol_name(partition: str) -> str:
    """Name of the protocol kept in a corpus's folder of runs."""
    return f"protocol-{partition}.txt"


def run_path(runs: str | Path, corpus_id: str, config: TrainConfig, seed: int) -> Path:
    """Where the run of a config with a seed on a corpus stands."""
    return Path(runs) / corpus_id / config.model / config.id / f"seed{seed}"


def list_runs(folder: str | Path, *, model: str | None = None) -> list[Run]:
    """All finished runs below a folder, by path; of one model if it is named."""
    found = sorted(Path(folder).glob("*/*/*/seed*/config.json"))
    runs = [Run.open(f.parent) for f in found if "." not in f.parent.name]
    return [run for run in runs if model is None or run.model_name == model]


def write_run(
    folder: Path,
    *,
    config: TrainConfig,
    seed: int,
    corpus: dict[str, Any],
    code: str,
    canary: Song,
    best_epoch: int,
    history: pd.DataFrame,
    scores: dict[str, pd.DataFrame],
    environment: dict[str, Any],
    model: nn.Module,
) -> None:
    """Write all files of a run into a folder that is not yet its final one.

    Raises
    ------
    DiskError
        If the disk is full.
    """
    told = {
        "format": FORMAT,
        "config": config.to_dict(),
        "seed": seed,
        "corpus": corpus,
        "code": code,
        "canary": canary,
        "best_epoch": best_epoch,
    }
    folder.mkdir(exist_ok=True)
    _write_json(folder / "config.json", told)
    _write_json(folder / "environment.json", environment)
    history.to_csv(folder / "history.csv", index=False, float_format="%.6g")
    for partition in SCORED:
        write_scores(folder / f"scores-{partition}.txt", scores[partition])
    # Convolution weights are laid out channels-last; the file keeps the plain order.
    state = {name: value.contiguous() for name, value in model.state_dict().items()}
    try:
        save_file(state, folder / WEIGHTS)
    except SafetensorError as error:
        raise DiskError(f"{folder / WEIGHTS} cannot be written: {error}") from error


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
