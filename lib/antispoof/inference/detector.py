"""A model ready for inference: weights, front-end and calibration together."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from antispoof import frontends, models
from antispoof.audio.silence import TREATMENTS
from antispoof.calibration import Calibration
from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import PARSE_ERRORS, ParameterError, RunError
from antispoof.inference.base import Scored, describe_detector
from antispoof.inference.domain import Domain
from antispoof.inference.loading import WEIGHTS

if TYPE_CHECKING:
    from antispoof.runs import Run

CARD, DOMAIN = "card.json", "domain.safetensors"


@dataclass(frozen=True, eq=False)
class Detector:
    """What turns windows into scores, and scores into probabilities.

    Attributes
    ----------
    model, frontend : in eval mode, on the CPU.
    calibration : of this model's scores.
    metadata : ``model``, ``frontend``, ``seed``, ``corpus`` that it was trained on (as
        in a run: ``title``, ``caveat``, ``n_train``, ...), and ``calibrated_on``.
    window_calibration : of the scores of single windows; that of clips if None.
    domain : what the calibration clips are like; None if it is not known.

    Raises
    ------
    ParameterError
        If the calibration is not finite, or its slope not above 0.
    """

    model: nn.Module
    frontend: nn.Module
    calibration: Calibration
    metadata: dict[str, Any]
    window_calibration: Calibration | None = None
    domain: Domain | None = None

    def __post_init__(self) -> None:
        slope, intercept = self.calibration.slope, self.calibration.intercept
        if not (slope > 0 and math.isfinite(slope) and math.isfinite(intercept)):
            raise ParameterError(
                f"slope={slope}, intercept={intercept}: scores cannot be turned into"
                " probabilities; accepted: finite numbers, slope above 0 so that higher"
                " scores are more bona fide"
            )

    @property
    def n_samples(self) -> int:
        """Length of a window."""
        return self.frontend.n_samples

    def score(self, windows: np.ndarray) -> Scored:
        """Score windows, (n, n_samples) float32.

        Raises
        ------
        RunError
            If a score is not finite.
        """
        treat = TREATMENTS[self.metadata.get("silence", "keep")]
        with torch.inference_mode():
            features = [
                self.frontend(torch.from_numpy(treat(w))[None]) for w in windows
            ]
            x = torch.cat(features)
            scores = self.score_features(x).numpy()
            distance = getattr(self.model, "distance", None)
            distances = distance(x).numpy() if distance else np.full(len(x), np.nan)
        if not np.isfinite(scores).all():
            raise RunError(
                "the weights give scores that are not finite (NaN or infinite); they"
                " are damaged, or their training diverged"
            )
        return Scored(scores, distances)

    def score_features(self, x: torch.Tensor) -> torch.Tensor:
        """Score features: (n, 1, n_rows, n_frames) -> (n,)."""
        z = self.model(x)
        return z[:, BONAFIDE] - z[:, SPOOF]

    def weights_hash(self) -> str:
        """SHA-256 of the weights of the model, by the names of the tensors."""
        state = sorted(self.model.state_dict().items())
        content = b"".join(value.contiguous().numpy().tobytes() for _, value in state)
        return hashlib.sha256(content).hexdigest()

    def save(self, folder: Path) -> None:
        """Write weights and card into a folder, which is made if it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {n: v.contiguous() for n, v in self.model.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        card = {"metadata": self.metadata, "calibration": asdict(self.calibration)}
        if self.window_calibration is not None:
            card["window_calibration"] = asdict(self.window_calibration)
        if self.domain is not None:
            (folder / DOMAIN).write_bytes(self.domain.to_bytes())
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
            metadata = card["metadata"]
            calibration = Calibration(**card["calibration"])
            window = card.get("window_calibration")
            window = window and Calibration(**window)
            frontend = frontends.build(metadata["frontend"])
            loss = metadata.get("loss", "cross_entropy")
            model = models.build(metadata["model"], loss).eval()
            model.load_state_dict(load_file(folder / WEIGHTS))
            file = folder / DOMAIN
            domain = Domain.from_bytes(file.read_bytes()) if file.is_file() else None
            detector = cls(model, frontend, calibration, metadata, window, domain)
            describe_detector(detector)  # fails now if the card lacks what it quotes
        except (OSError, RuntimeError, SafetensorError, *PARSE_ERRORS) as error:
            reason = str(error).split("\n")[0]
            raise RunError(f"{folder} holds no detector: {reason}") from error
        return detector

    @classmethod
    def from_run(cls, run: Run) -> Detector:
        """The detector of a run: its weights, calibrated on its scores of dev.

        A run scores the first window of each clip only. For longer clips, whose score
        is a mean over windows, the probabilities are less exact.

        Raises
        ------
        RunError
            If it has no weights.
        ParameterError, ScoreError
            If its scores of dev cannot be calibrated.
        """
        metadata = {
            "model": run.config.model,
            "frontend": run.config.frontend,
            "silence": run.config.silence,
            "loss": run.config.loss,
            "config": run.config.to_dict(),
            "seed": run.seed,
            "corpus": run.corpus,
            "calibrated_on": "dev (the first window of each)",
        }
        calibration = Calibration.fit(*run.scores_and_labels("dev"), partition="dev")
        frontend = frontends.build(run.config.frontend)
        return cls(run.model(), frontend, calibration, metadata)
