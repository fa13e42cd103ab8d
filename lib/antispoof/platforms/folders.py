"""Where large files are written, and where runs of an earlier session may lie."""

from __future__ import annotations

import tempfile
from pathlib import Path

from antispoof.corpora.discovery import COLAB_DRIVE, KAGGLE_INPUT
from antispoof.files import project_folder
from antispoof.platforms.detect import KAGGLE, detect_platform

# Kaggle's attached outputs: <input>/<notebook>, <input>/notebooks/<owner>/<notebook>
ATTACHED = ("*/runs", "*/*/*/runs")
ON_DRIVE = ("runs", "antispoof/runs")


def feature_cache_dir() -> Path:
    """The folder of cached features: ``data/features`` of the project.

    On Kaggle it is in the temporary folder: files in the working folder are kept as the
    notebook's output, up to 20 GB, and features are computed again in minutes. The same
    on Colab when the project is on Drive: training reads the cache in random order, and
    there each read may go over the network.
    """
    project = project_folder()
    if detect_platform() == KAGGLE or COLAB_DRIVE.parent in project.parents:
        return Path(tempfile.gettempdir()) / "antispoof-features"
    return project / "data/features"


def find_previous_runs() -> list[Path]:
    """Folders ``runs`` of earlier sessions: attached on Kaggle, or on Colab's Drive."""
    found = [path for pattern in ATTACHED for path in KAGGLE_INPUT.glob(pattern)]
    found += [COLAB_DRIVE / name for name in ON_DRIVE]
    return [path for path in found if path.is_dir()]
