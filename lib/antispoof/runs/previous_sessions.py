"""Runs of earlier sessions, where the platform attaches their output.

Kaggle and Colab delete their disks after a session. What an earlier session left in
``runs``, finished or not, is copied from where it is attached, and used or resumed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from antispoof.files import atomic_path
from antispoof.platforms import find_previous_runs
from antispoof.runs.record import CONFIG, Run


def import_previous_run(path: Path, runs_dir: Path) -> Path | None:
    """Copy a run, or its checkpoint, from an attached folder of runs.

    Parameters
    ----------
    path : folder of the run below ``runs_dir``. What exists there is not changed.

    Returns
    -------
    The folder it came from; None if nothing was copied.

    Raises
    ------
    RunError
        If the attached run is damaged.
    """
    for folder in find_previous_runs():
        source = folder / path.relative_to(runs_dir)
        candidates = [source, *source.parent.glob(f"{source.name}.unfinished")]
        for candidate in candidates:
            target = path.with_name(candidate.name)
            if not candidate.is_dir() or target.exists():
                continue
            with atomic_path(target) as temporary:
                shutil.copytree(candidate, temporary)
            if (target / CONFIG).exists():
                for protocol in folder.glob(f"{path.parents[2].name}/protocol-*.txt"):
                    copy = path.parents[2] / protocol.name
                    if not copy.exists():
                        shutil.copyfile(protocol, copy)
                Run.open(target).check()
            return folder
    return None
