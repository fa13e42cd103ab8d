"""The detector as one ONNX file, which runs without PyTorch.

The file holds front-end, model and calibration. `onnxruntime` runs it, from Python and
from other languages. ``antispoof check --run FILE`` reads it, and starts sooner than
with PyTorch. A window is trimmed and filled up before the graph gets it: its shape is
fixed.
"""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from antispoof.errors import ParameterError, RunError
from antispoof.files import atomic_path
from antispoof.hashing import hash_file
from antispoof.inference.base import ClipDetector, Scored, read_card

if TYPE_CHECKING:
    from antispoof.inference.detector import Detector

INPUT, OUTPUTS = "waveform", ("score", "distance")
CARD = "antispoof"  # key of what is written into the file beside the graph


@dataclass(frozen=True, eq=False, kw_only=True)
class ExportedDetector(ClipDetector):
    """A detector that onnxruntime computes; see ``base.ClipDetector``.

    Attributes
    ----------
    session : of onnxruntime.
    path : the file.
    repeats : whether a short waveform is repeated, instead of filled with zeros.
    """

    session: Any
    path: Path
    repeats: bool

    @property
    def n_samples(self) -> int:
        """Length of a window."""
        return self.session.get_inputs()[0].shape[1]

    def compute(self, waveforms: Sequence[np.ndarray]) -> Scored:
        """Score each waveform."""
        found = []
        for x in waveforms:
            if self.repeats:
                x = np.resize(x, self.n_samples)
            x = np.pad(x, (0, self.n_samples - len(x))).astype(np.float32)
            found.append(self.session.run(OUTPUTS, {INPUT: x[np.newaxis]}))
        return Scored(*map(np.concatenate, zip(*found, strict=True)))

    def weights_hash(self) -> str:
        """SHA-256 of the file."""
        return hash_file(self.path)

    @classmethod
    def load(cls, path: str | Path) -> ExportedDetector:
        """Read what :func:`export_onnx` wrote.

        Raises
        ------
        RunError
            If onnxruntime is missing, or the file is not such a file.
        """
        if find_spec("onnxruntime") is None:
            raise RunError(f"{path}: needs onnxruntime (pip install onnxruntime)")
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)  # warnings are about its optimiser
        try:
            session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
            card = json.loads(session.get_modelmeta().custom_metadata_map[CARD])
            fields = read_card(card, base64.b64decode(card["domain"]))
            file = {"session": session, "path": Path(path)}
            return cls(repeats=card["repeats"], **file, **fields)
        except Exception as error:  # those of onnxruntime have no other common base
            reason = str(error).split("\n")[0]
            raise RunError(f"{path} is no exported detector: {reason}") from error


def export_onnx(detector: Detector, path: str | Path) -> Path:
    """Write a detector as one ONNX file.

    Its input ``waveform`` is (1, n_samples) float32 at 16 kHz. A shorter one must be
    repeated if the card says so (``repeats``), else filled with zeros on the right. Its
    outputs ``score`` and ``distance`` are (1,).

    Raises
    ------
    ParameterError
        If the packages onnx and onnxscript are missing.
    """
    if find_spec("onnxscript") is None:
        raise ParameterError(
            "an export needs the packages onnx and onnxscript (pip install onnx"
            " onnxscript)"
        )
    import torch

    from antispoof import models

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.frontend, self.model = detector.frontend, detector.model

        def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return detector.score_features(self.frontend(waveform))

    silent = torch.zeros(1, detector.n_samples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            Whole().eval(),
            (silent,),
            dynamo=True,
            verbose=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
        )
    domain = b"" if detector.domain is None else detector.domain.to_bytes()
    card = detector.card()
    title = models.title(detector.metadata["model"])
    card["metadata"] = {"title": title, **detector.metadata}
    card["domain"] = base64.b64encode(domain).decode()
    card["repeats"] = getattr(detector.frontend, "repeats", False)
    program.model.metadata_props[CARD] = json.dumps(card)
    with atomic_path(path) as temporary:
        program.save(temporary, external_data=False)
    return Path(path)
