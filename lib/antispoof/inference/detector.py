"""A model ready to judge clips: weights, front-end and calibration together."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from antispoof import frontends, models
from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.errors import PARSE_ERRORS, RunError
from antispoof.inference.calibration import Calibration

PRETRAINED_DIR = Path(__file__).with_name("pretrained_weights")
WEIGHTS = "model.safetensors"
CARD = "card.json"
FORMAT = 1
BATCH = 16  # windows at once


@dataclass(frozen=True, eq=False)
class Detector:
    """What turns windows into scores, and scores into probabilities.

    Attributes
    ----------
    model, frontend : in eval mode, on the CPU.
    calibration : of this model's scores.
    origin : what it learned from: ``model``, ``frontend``, ``seed``, ``corpus``
        (``kind``, ``trials``, ``fitted``), and ``calibrated_on``.
    """

    model: nn.Module
    frontend: nn.Module
    calibration: Calibration
    origin: dict[str, Any]

    @property
    def n_samples(self) -> int:
        """Length of a window."""
        return self.frontend.n_samples

    def scores(self, windows: np.ndarray) -> np.ndarray:
        """Score windows: (n, n_samples) float32 -> (n,), higher is more bona fide.

        Raises
        ------
        RunError
            If the weights make something else than finite numbers of them.
        """
        with torch.inference_mode():
            found = self.score(self.frontend(torch.from_numpy(windows))).numpy()
        if not np.isfinite(found).all():
            raise RunError(
                "the weights give scores that are not finite (NaN or infinite); their"
                " training went astray, or they are damaged"
            )
        return found

    def score(self, x: torch.Tensor) -> torch.Tensor:
        """Score features: (n, 1, n_mels, n_frames) -> (n,)."""
        z = self.model(x)
        return z[:, BONAFIDE] - z[:, SPOOF]

    def save(self, folder: Path) -> None:
        """Write weights and card into a folder, made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {n: v.contiguous() for n, v in self.model.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        card = {
            "format": FORMAT,
            "origin": self.origin,
            "calibration": asdict(self.calibration),
        }
        (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")

    @classmethod
    def open(cls, folder: Path) -> Detector:
        """Read what :meth:`save` wrote.

        Raises
        ------
        RunError
            If a file is missing or is not what it should be.
        """
        try:
            card = json.loads((folder / CARD).read_text("utf-8"))
            if card["format"] != FORMAT:
                raise RunError(f"{folder}: format {card['format']}; accepted: {FORMAT}")
            calibration = Calibration(**card["calibration"])
            origin = _origin(card["origin"])
            model = models.build(origin["model"])
            frontend = frontends.build(origin["frontend"])
            model.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, *PARSE_ERRORS) as error:
            raise RunError(f"{folder} holds no detector: {error}") from error
        except (SafetensorError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{folder / WEIGHTS} holds no weights: {reason}") from error
        return cls(model.eval(), frontend, calibration, origin)

    @classmethod
    def of_run(cls, path: str | Path) -> Detector:
        """The detector that a run's weights and its scores of dev make.

        A run has scored what it was trained on, the first window of each clip: of
        clips that are longer, whose score is a mean, the probabilities hold less.

        Raises
        ------
        RunError
            If there is no run, or one without weights.
        ScoreError
            If its scores of dev cannot be calibrated.
        """
        from antispoof.runs import Run  # pandas, and all that trains

        run = Run.open(path)
        model = run.model()
        dev = run.scores("dev")
        labels = [LABELS.index(label) for label in dev["label"]]
        calibration = Calibration.fit(dev["score"], labels, partition="dev")
        origin = {
            "model": run.model_name,
            "frontend": run.config.frontend,
            "seed": run.seed,
            "corpus": run.corpus,
            # Runs know the clips of dev by their beginnings, and not the sound.
            "calibrated_on": "the beginnings of dev's clips",
        }
        frontend = frontends.build(run.config.frontend)
        return cls(model, frontend, calibration, origin)


def _origin(told: dict[str, Any]) -> dict[str, Any]:
    """The origin on a card, with all that answers quote of it."""
    texts = [told["model"], told["frontend"], told["calibrated_on"]]
    texts.append(told["corpus"]["title"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"its origin has {texts!r} where texts are accepted")
    if not isinstance(told["corpus"]["fitted"], int):
        raise TypeError(
            f"it was fitted on {told['corpus']['fitted']!r} clips; accepted: an integer"
        )
    return dict(told)


def has_pretrained() -> bool:
    """Whether this copy of the library brings weights of its own."""
    return (PRETRAINED_DIR / WEIGHTS).is_file()


def load(run: str | Path | None = None) -> Detector:
    """The detector of a run, or the shipped one.

    Parameters
    ----------
    run : folder of a run with weights; None or "" takes the shipped weights.

    Raises
    ------
    RunError
        If the folder holds no run with weights, or no weights are shipped.
    """
    if run:
        return Detector.of_run(run)
    if not has_pretrained():
        raise RunError(
            "this copy brings no weights; name a run of `antispoof train` instead"
            " (--run DIR), or make them with `make shipped-weights CORPUS=DIR`"
        )
    return Detector.open(PRETRAINED_DIR)
