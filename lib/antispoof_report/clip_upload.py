"""A button that takes a clip, where a notebook is open in front of somebody."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from antispoof.inference import Detector, predict_clips
from antispoof_report.inference_tables import answers


def is_live() -> bool:
    """Whether this is Colab, or Kaggle with somebody in front of it."""
    interactive = os.environ.get("KAGGLE_KERNEL_RUN_TYPE") == "Interactive"
    return interactive or "COLAB_RELEASE_TAG" in os.environ


def upload(detector: Detector | None, *, wanted: bool = False) -> Any:
    """A button for clips, whose answers appear below it; None where nobody looks on.

    Parameters
    ----------
    wanted : show it elsewhere too, such as in Jupyter on one's own machine.
    """
    if detector is None or not (wanted or is_live()):
        return None
    import ipywidgets

    button = ipywidgets.FileUpload(description="Your clip", multiple=True)
    below = ipywidgets.Output()

    def judge(change: dict) -> None:
        with tempfile.TemporaryDirectory() as folder:
            clips = []
            for number, (name, content) in enumerate(_files(change["new"])):
                # The name is a stranger's: it is shown, and never used as a path.
                path = Path(folder) / f"clip{number}"
                path.write_bytes(content)
                clips.append((name, path))
            given = list(predict_clips(clips, detector))
            below.append_display_data(answers(given, detector))

    button.observe(judge, names="value")
    return ipywidgets.VBox([button, below])


def _files(value: Any) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, as ipywidgets 8 and 7 (Colab) give them."""
    if isinstance(value, dict):
        for name, file in value.items():
            yield name, bytes(file["content"])
    else:
        for file in value:
            yield file["name"], bytes(file["content"])
