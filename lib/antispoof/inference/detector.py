"""A model ready for inference: weights, front-end and calibration together."""

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
from antispoof.constants import BONAFIDE, SPOOF, label_indices
from antispoof.errors import PARSE_ERRORS, RunError
from antispoof.inference.calibration import Calibration

PRETRAINED_DIR = Path(__file__).with_name("pretrained_weights")
WEIGHTS = "model.safetensors"
CARD = "card.json"
FORMAT = 2


@dataclass(frozen=True, eq=False)
class Detector:
    """What turns windows into scores, and scores into probabilities.

    Attributes
    ----------
    model, frontend : in eval mode, on the CPU.
    calibration : of this model's scores.
    metadata : ``model``, ``frontend``, ``seed``, ``corpus`` that it was trained on (as
        in a run: ``title``, ``caveat``, ``n_train``, ...), and ``calibrated_on``.
    """

    model: nn.Module
    frontend: nn.Module
    calibration: Calibration
    metadata: dict[str, Any]

    @property
    def n_samples(self) -> int:
        """Length of a window."""
        return self.frontend.n_samples

    def score(self, windows: np.ndarray) -> np.ndarray:
        """Score windows: (n, n_samples) float32 -> (n,), higher is more bona fide.

        Raises
        ------
        RunError
            If a score is not finite.
        """
        with torch.inference_mode():
            features = self.frontend(torch.from_numpy(windows))
            scores = self.score_features(features).numpy()
        if not np.isfinite(scores).all():
            raise RunError(
                "the weights give scores that are not finite (NaN or infinite); they"
                " are damaged, or their training diverged"
            )
        return scores

    def score_features(self, x: torch.Tensor) -> torch.Tensor:
        """Score features: (n, 1, n_rows, n_frames) -> (n,)."""
        z = self.model(x)
        return z[:, BONAFIDE] - z[:, SPOOF]

    def save(self, folder: Path) -> None:
        """Write weights and card into a folder, which is made if it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {n: v.contiguous() for n, v in self.model.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        card = {
            "format": FORMAT,
            "metadata": self.metadata,
            "calibration": asdict(self.calibration),
        }
        (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Detector:
        """Read what :meth:`save` wrote.

        Raises
        ------
        RunError
            If a file is missing or malformed.
        """
        try:
            card = json.loads((folder / CARD).read_text("utf-8"))
            if card["format"] != FORMAT:
                raise RunError(f"{folder}: format {card['format']}; accepted: {FORMAT}")
            calibration = Calibration(**card["calibration"])
            metadata, corpus = card["metadata"], card["metadata"]["corpus"]
            # Messages quote these: fail now if one is missing or is not text.
            "".join((corpus["title"], corpus["caveat"], metadata["calibrated_on"]))
            int(corpus["n_train"])
            model = models.build(metadata["model"])
            frontend = frontends.build(metadata["frontend"])
            model.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, *PARSE_ERRORS) as error:
            raise RunError(f"{folder} holds no detector: {error}") from error
        except (SafetensorError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{folder / WEIGHTS} holds no weights: {reason}") from error
        return cls(model.eval(), frontend, calibration, metadata)

    @classmethod
    def from_run(cls, path: str | Path) -> Detector:
        """The detector of a run: its weights, calibrated on its scores of dev.

        A run scores the first window of each clip only. For longer clips, whose score
        is a mean over windows, the probabilities are less exact.

        Raises
        ------
        RunError
            If there is no run, or one without weights.
        ScoreError
            If its scores of dev cannot be calibrated.
        """
        from antispoof.runs import Run  # pandas, and all that trains

        run = Run.open(path)
        dev = run.scores("dev")
        calibration = Calibration.fit(
            dev["score"], label_indices(dev["label"]), partition="dev"
        )
        metadata = {
            "model": run.config.model,
            "frontend": run.config.frontend,
            "seed": run.seed,
            "corpus": run.corpus,
            "calibrated_on": "dev (the first window of each)",
        }
        frontend = frontends.build(run.config.frontend)
        return cls(run.model(), frontend, calibration, metadata)


def has_pretrained() -> bool:
    """Whether this copy of the library includes pretrained weights."""
    return (PRETRAINED_DIR / WEIGHTS).is_file()


def load_detector(run: str | Path | None = None) -> Detector:
    """The detector of a run, or the pretrained one.

    Parameters
    ----------
    run : folder of a run with weights; None or "" takes the pretrained weights.

    Raises
    ------
    RunError
        If the folder holds no run with weights, or there are no pretrained weights.
    """
    if run:
        return Detector.from_run(run)
    if not has_pretrained():
        raise RunError(
            "this copy of the library has no pretrained weights; name a run of"
            " `antispoof train` instead (--run DIR), or make them with `make weights"
            " CORPUS=DIR`"
        )
    return Detector.load(PRETRAINED_DIR)
