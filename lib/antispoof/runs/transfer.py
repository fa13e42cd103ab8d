"""Export and import of runs: one ZIP file, laid out as the folder of runs is."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from antispoof.errors import RunError
from antispoof.files import atomic_path
from antispoof.hashing import hash_file
from antispoof.runs.record import WEIGHTS, Run, list_runs, protocol_name, run_path


def export_runs(runs: Sequence[Run], file: str | Path, *, weights: bool = True) -> Path:
    """Write runs into one ZIP file; an existing file is replaced.

    Raises
    ------
    RunError
        If there is no run, or one of them is damaged.
    """
    if not runs:
        raise RunError("there are no runs to export")
    members: dict[str, Path] = {}
    for run in runs:
        run.check()
        inside = run_path("", run.corpus["id"], run.config, run.seed)
        for path in run.path.iterdir():
            if path.is_file() and (weights or path.name != WEIGHTS):
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
        If the file is damaged or holds something else.
    RunError
        If a run is damaged, or a different run has its place. Then nothing is added.
    """
    from antispoof.archives import extract_all, open_archive

    folder = Path(folder)
    with tempfile.TemporaryDirectory() as unpacked:
        with open_archive(file) as archive:
            extract_all(archive, unpacked)
        arrived = list_runs(unpacked)
        if not arrived:
            raise RunError(f"{file} holds no runs")
        added, known = [], []
        for run in arrived:
            run.check()
            target = run_path(folder, run.corpus["id"], run.config, run.seed)
            (known if target.exists() else added).append((run, target))
        for run, target in known:
            for path in run.path.iterdir():
                there = target / path.name
                if there.exists() and hash_file(there) != hash_file(path):
                    raise RunError(
                        f"{target} holds a different run ({path.name} differs); move it"
                        " away to import this one"
                    )
        for run, target in added:
            for partition in run.partitions:
                copy = folder / run.corpus["id"] / protocol_name(partition)
                copy.parent.mkdir(parents=True, exist_ok=True)
                if not copy.exists():
                    shutil.copyfile(run.protocol(partition), copy)
            with atomic_path(target) as temporary:
                shutil.copytree(run.path, temporary)
    return tuple([Run.open(path) for _, path in group] for group in (added, known))
