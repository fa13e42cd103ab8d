"""Find the detector of a command: pretrained, of a run, or exported.

What computes the scores is imported when it is known: PyTorch takes seconds to load,
and an exported detector does not need it.
"""

from pathlib import Path

from antispoof.inference.base import ClipDetector

PRETRAINED_DIR = Path(__file__).with_name("pretrained_weights")
WEIGHTS = "model.safetensors"


def load_detector(run: str | Path | None = None) -> ClipDetector:
    """The detector of a run, an exported one, or the pretrained one.

    Parameters
    ----------
    run : folder of a run with weights, or a file that ``antispoof export`` wrote; None
        or "" takes the pretrained weights.

    Raises
    ------
    RunError
        If the folder holds no run with weights, or the file is not such a file.
    """
    if run and Path(run).is_file():
        from antispoof.inference.exported import ExportedDetector

        return ExportedDetector.load(run)
    from antispoof.inference.detector import Detector

    if not run:
        return Detector.load(PRETRAINED_DIR)
    from antispoof.runs import Run  # pandas, and all that trains

    return Detector.from_run(Run.open(run))
