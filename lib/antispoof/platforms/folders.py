"""Where large files go here, and where files of an earlier session may lie."""

from __future__ import annotations

import tempfile
from pathlib import Path

from antispoof.corpora import project_folder
from antispoof.corpora.discovery import COLAB_DRIVE, KAGGLE_INPUT
from antispoof.platforms.detect import KAGGLE, place

# An attached output: <input>/<notebook> or <input>/notebooks/<owner>/<notebook>
ATTACHED = ("*/runs", "*/*/*/runs")
ON_DRIVE = ("runs", "antispoof/runs")


def feature_cache_dir() -> Path:
    """The folder of feature stores: ``data/features`` of the project.

    On Kaggle it is in the temporary folder: what lies in the working folder there is
    kept as the notebook's output, at most 20 GB of it, and features are made again in
    minutes. So it is where one works on Colab's Drive: training reads at random, and
    there a read may go to a server.
    """
    home = project_folder()
    if place() == KAGGLE or COLAB_DRIVE.parent in home.parents:
        return Path(tempfile.gettempdir()) / "antispoof-features"
    return home / "data/features"


def find_previous_runs() -> list[Path]:
    """Folders ``runs`` of earlier sessions: attached on Kaggle, or on Colab's Drive."""
    found = [path for pattern in ATTACHED for path in KAGGLE_INPUT.glob(pattern)]
    found += [COLAB_DRIVE / name for name in ON_DRIVE]
    return [path for path in found if path.is_dir()]
