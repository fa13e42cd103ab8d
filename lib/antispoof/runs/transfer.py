"""Runs from elsewhere: exported files, and what an earlier session left.

An exported file is a ZIP archive, laid out as the folder of runs is. Kaggle and Colab
delete their disks after a session: what it left in ``runs``, finished or not, is copied
from where it is attached, and used or resumed.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from filecmp import cmp
from pathlib import Path

from antispoof.archives import extract_all
from antispoof.errors import ArchiveError, RunError
from antispoof.files import atomic_path
from antispoof.platforms import find_previous_runs
from antispoof.runs.record import WEIGHTS, Run, list_runs, protocol_name, run_path

RUN_FILE = rf"config\.json|history\.csv|environment\.json|scores-\w+\.txt|{WEIGHTS}"
MEMBER = re.compile(
    rf"[\w.-]+/(protocol-\w+\.txt|[\w-]+/[0-9a-f]{{8}}/seed\d+/({RUN_FILE}))"
)


def export_runs(runs: Sequence[Run], file: str | Path, *, weights: bool = True) -> Path:
    """Write runs into one ZIP file; an existing file is replaced.

    Raises
    ------
    RunError
        If there is no run, or one of them is damaged.
    """
    if not runs:
        raise RunError("there are no finished runs to export")
    members: dict[str, Path] = {}
    for run in runs:
        run.check()
        inside = run_path("", run.corpus["id"], run.config, run.seed)
        for path in run.path.iterdir():
            if re.fullmatch(RUN_FILE, path.name) and (weights or path.name != WEIGHTS):
                members[(inside / path.name).as_posix()] = path
        for partition in run.partitions:
            name = f"{run.corpus['id']}/{protocol_name(partition)}"
            members[name] = run.protocol(partition)
    with (
        atomic_path(file) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, path in sorted(members.items()):
            archive.write(path, name)
    return Path(file)


def import_runs(file: str | Path, folder: str | Path) -> tuple[list[Run], list[Run]]:
    """Copy the runs of an exported file into a folder of runs.

    Returns
    -------
    The runs that were added, and those that existed already.

    Raises
    ------
    ArchiveError
        If the file is damaged or holds something that is not part of a run.
    RunError
        If a run is damaged, or a different run or protocol has its place. Then nothing
        is added.
    """
    with tempfile.TemporaryDirectory() as unpacked:
        extract_all(file, unpacked)
        for path in Path(unpacked).rglob("*"):
            name = path.relative_to(unpacked).as_posix()
            if path.is_file() and not MEMBER.fullmatch(name):
                raise ArchiveError(f"{file}: {name!r} is not part of a run")
        runs = list_runs(unpacked)
        if not runs:
            raise RunError(f"{file} holds no runs")
        targets = [run_path(folder, r.corpus["id"], r.config, r.seed) for r in runs]
        known = [target for target in targets if target.exists()]
        for run, target in zip(runs, targets, strict=True):
            run.check()
            copies = {path: target / path.name for path in run.path.iterdir()}
            for path, copy in (copies | _protocols(run, target)).items():
                if copy.exists() and not cmp(path, copy, shallow=False):
                    raise RunError(f"{copy} exists and differs; move it away")
        for run, target in zip(runs, targets, strict=True):
            if target not in known:
                _copy(run, target)
    added = [target for target in targets if target not in known]
    return [Run.open(path) for path in added], [Run.open(path) for path in known]


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
    unfinished = path.with_name(f"{path.name}.unfinished")
    for folder in () if path.exists() else find_previous_runs():
        source = folder / path.relative_to(runs_dir)
        if source.is_dir():
            run = Run.open(source)
            run.check()
            _copy(run, path)
            return folder
        checkpoint = source.with_name(unfinished.name)
        if checkpoint.is_dir() and not unfinished.exists():
            with atomic_path(unfinished) as temporary:
                shutil.copytree(checkpoint, temporary)
            return folder
    return None


def _protocols(run: Run, target: Path) -> dict[Path, Path]:
    """The protocols of a run, and where they belong if the run is at `target`."""
    places = map(run.protocol, run.partitions)
    return {place: target.parents[2] / place.name for place in places}


def _copy(run: Run, target: Path) -> None:
    for protocol, copy in _protocols(run, target).items():
        if not copy.exists():
            with atomic_path(copy) as temporary:
                shutil.copyfile(protocol, temporary)
    with atomic_path(target) as temporary:
        shutil.copytree(run.path, temporary)
