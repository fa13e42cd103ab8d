"""A model ready for inference: weights, front-end and calibration together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from antispoof import frontends, models
from antispoof.calibration import Calibration
from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import PARSE_ERRORS, RunError
from antispoof.inference.base import ClipDetector, Scored, describe_detector, read_card
from antispoof.inference.loading import WEIGHTS

if TYPE_CHECKING:
    from antispoof.runs import Run

CARD, DOMAIN = "card.json", "domain.safetensors"


@dataclass(frozen=True, eq=False, kw_only=True)
class Detector(ClipDetector):
    """A detector that PyTorch computes; see ``base.ClipDetector``.

    Attributes
    ----------
    model, frontend : in eval mode, on the CPU.
    """

    model: nn.Module
    frontend: nn.Module

    @property
    def n_samples(self) -> int:
        """Length of a window."""
        return self.frontend.n_samples

    def compute(self, waveforms: Sequence[np.ndarray]) -> Scored:
        """Score each waveform."""
        with torch.inference_mode():
            x = [self.frontend(torch.from_numpy(w)[None]) for w in waveforms]
            found = self.score_features(torch.cat(x))
        return Scored(*(values.numpy() for values in found))

    def score_features(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, 1, n_rows, n_frames) -> scores (n,), distances (n,): see ``Scored``."""
        z = self.model(x)
        scores = z[:, BONAFIDE] - z[:, SPOOF]
        distance = getattr(self.model, "distance", None)
        return scores, distance(x) if distance else torch.full_like(scores, np.nan)

    def weights_hash(self) -> str:
        """SHA-256 of the file of weights that :meth:`save` writes."""
        return hashlib.sha256(self._weights()).hexdigest()

    def _weights(self) -> bytes:
        state = self.model.state_dict().items()
        return save({name: value.contiguous() for name, value in state})

    def save(self, folder: Path) -> None:
        """Write weights and card into a folder, which is made if it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WEIGHTS).write_bytes(self._weights())
        if self.domain is not None:
            (folder / DOMAIN).write_bytes(self.domain.to_bytes())
        (folder / CARD).write_text(json.dumps(self.card(), indent=1) + "\n", "utf-8")

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
            file = folder / DOMAIN
            fields = read_card(card, file.read_bytes() if file.is_file() else b"")
            metadata = fields["metadata"]
            loss = metadata.get("loss", "cross_entropy")
            model = models.build(metadata["model"], loss).eval()
            model.load_state_dict(load_file(folder / WEIGHTS))
            frontend = frontends.build(metadata["frontend"])
            detector = cls(model=model, frontend=frontend, **fields)
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
        fields = {"calibration": calibration, "metadata": metadata}
        return cls(model=run.model(), frontend=frontend, **fields)
