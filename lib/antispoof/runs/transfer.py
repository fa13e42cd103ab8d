"""Export and import of runs: one ZIP file, laid out as the folder of runs is."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from filecmp import cmp
from pathlib import Path

from antispoof.archives import extract_all, open_archive
from antispoof.errors import ArchiveError, RunError
from antispoof.files import atomic_path
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
        raise RunError("there are no runs to export")
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
    folder = Path(folder)
    with tempfile.TemporaryDirectory() as unpacked:
        with open_archive(file) as archive:
            for name in archive.namelist():
                if not name.endswith("/") and not MEMBER.fullmatch(name):
                    raise ArchiveError(f"{file}: {name!r} is not part of a run")
            extract_all(archive, unpacked)
        runs = list_runs(unpacked)
        if not runs:
            raise RunError(f"{file} holds no runs")
        added, known = [], []
        copies: dict[Path, Path] = {}  # target -> protocol
        for run in runs:
            run.check()
            target = run_path(folder, run.corpus["id"], run.config, run.seed)
            (known if target.exists() else added).append((run, target))
            for partition in run.partitions:
                protocol = run.protocol(partition)
                copies[folder / run.corpus["id"] / protocol.name] = protocol
            for path in run.path.iterdir():
                _require_same(path, target / path.name)
        for copy, protocol in copies.items():
            _require_same(protocol, copy)
            with atomic_path(copy) as temporary:
                shutil.copyfile(protocol, temporary)
        for run, target in added:
            with atomic_path(target) as temporary:
                shutil.copytree(run.path, temporary)
    return tuple([Run.open(path) for _, path in group] for group in (added, known))


def _require_same(path: Path, target: Path) -> None:
    if target.exists() and not cmp(path, target, shallow=False):
        raise RunError(f"{target} exists and differs; move it away to import this run")
