"""Runs of earlier sessions, where the platform attaches their output.

Kaggle and Colab delete their disks after a session. What an earlier session left in
``runs``, finished or not, is copied from where it is attached, and used or resumed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from antispoof.files import atomic_path
from antispoof.platforms import find_previous_runs
from antispoof.runs.record import Run


def import_previous_run(path: Path, runs_dir: Path) -> Path | None:
    """Copy a run, or its checkpoint, from an attached folder of runs.

    Parameters
    ----------
    path : folder of the run below ``runs_dir``. If it exists, nothing is copied.

    Returns
    -------
    The folder it came from; None if nothing was copied.

    Raises
    ------
    RunError
        If the attached run is damaged.
    """
    if path.exists():
        return None
    for folder in find_previous_runs():
        source = folder / path.relative_to(runs_dir)
        if source.is_dir():
            Run.open(source).check()
            for protocol in source.parents[2].glob("protocol-*.txt"):
                copy = path.parents[2] / protocol.name
                if not copy.exists():
                    shutil.copyfile(protocol, copy)
        for candidate in (source, source.with_name(f"{source.name}.unfinished")):
            target = path.with_name(candidate.name)
            if candidate.is_dir() and not target.exists():
                with atomic_path(target) as temporary:
                    shutil.copytree(candidate, temporary)
                return folder
    return None
