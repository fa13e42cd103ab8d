"""Going on from an earlier session's output, where the platform attaches it.

Kaggle and Colab forget their disks. What an earlier session left in ``runs``, finished
or cut off, is copied from where it is attached, and then goes on as if it had been
here all the time.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from antispoof.platforms.folders import find_previous_runs
from antispoof.runs.record import Run
from antispoof.runs.transfer import check


def bring_attached(path: Path, runs: Path) -> Path | None:
    """Copy a run, or what there is of it, from an attached folder of runs.

    Parameters
    ----------
    path : where the run stands, or will, below ``runs``. What is there stays.

    Returns
    -------
    The folder it came from; None if nothing was copied.

    Raises
    ------
    RunError
        If the attached run is damaged.
    """
    within = path.relative_to(runs)
    for folder in find_previous_runs():
        before = folder / within
        if before.resolve() == path.resolve():
            continue
        cut_off = sorted(before.parent.glob(f"{before.name}.partial-*"))
        wanted = [before] if before.is_dir() else cut_off
        copied = [_copy(source, path.with_name(source.name)) for source in wanted]
        if any(copied):
            return folder
    return None


def _copy(source: Path, target: Path) -> bool:
    if target.exists():
        return False
    draft = target.with_name(f"{target.name}.arriving")
    shutil.rmtree(draft, ignore_errors=True)  # of a session that was cut off here
    shutil.copytree(source, draft)
    if ".partial-" not in target.name:
        check(Run.open(draft))
    draft.rename(target)
    return True
