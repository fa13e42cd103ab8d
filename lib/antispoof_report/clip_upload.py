"""A button that takes clips, where a person works in the notebook."""

import os
import tempfile
from pathlib import Path
from typing import Any

from antispoof.inference import predict_clips
from antispoof.inference.base import ClipDetector
from antispoof_report.inference_tables import answers


def upload(detector: ClipDetector, *, wanted: bool = False) -> Any:
    """A button for clips, whose answers appear below it; None in a batch run.

    Parameters
    ----------
    wanted : show it not only in Colab and interactive Kaggle sessions, but anywhere.
    """
    kaggle = os.environ.get("KAGGLE_KERNEL_RUN_TYPE") == "Interactive"
    interactive = kaggle or "COLAB_RELEASE_TAG" in os.environ
    if not (wanted or interactive):
        return None
    import ipywidgets

    button = ipywidgets.FileUpload(description="Your clip", multiple=True)
    output = ipywidgets.Output()

    def judge(change: dict) -> None:
        files = change["new"]
        if isinstance(files, dict):  # ipywidgets 7, on Colab
            files = [{"name": name, **file} for name, file in files.items()]
        with tempfile.TemporaryDirectory() as folder:
            clips = []
            for number, file in enumerate(files):
                # The name comes from outside: it is shown, and never used as a path.
                path = Path(folder, f"clip{number}")
                path.write_bytes(bytes(file["content"]))
                clips.append((file["name"], path))
            predictions = list(predict_clips(clips, detector))
        output.append_display_data(answers(predictions, detector))

    button.observe(judge, names="value")
    return ipywidgets.VBox([button, output])
