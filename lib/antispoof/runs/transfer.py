"""Runs that travel: one file from the machine that made them to another's book.

The file is a ZIP archive laid out as the folder of runs is, with ``manifest.json``
that holds a SHA-256 for each member. On arrival nothing is believed: names, hashes,
schema, scores against protocols and weights are checked in a folder beside the runs,
and only a whole, sound run is moved in.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from antispoof.archives import (
    extract_all,
    open_archive,
    read_member,
)
from antispoof.errors import PARSE_ERRORS, AntispoofError, ArchiveError, RunError
from antispoof.hashing import of_file
from antispoof.runs.record import (
    FILES,
    SCORED,
    WEIGHTS,
    Run,
    protocol_name,
    run_path,
)

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST = 2**24  # bytes
PROTOCOLS = tuple(map(protocol_name, SCORED))
NAME = re.compile(
    rf"[\w-]+/(?:{'|'.join(map(re.escape, PROTOCOLS))}"
    rf"|[\w-]+/[0-9a-f]{{8}}/seed\d+/(?:{'|'.join(map(re.escape, (*FILES, WEIGHTS)))}))"
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same runs make the same file
HISTORY = ("epoch", "loss", "val_loss", "val_macro_f1", "seconds")
ENVIRONMENT = ("python", "device", "packages", "seconds")


def pack(runs: Sequence[Run], file: str | Path, *, weights: bool = True) -> Path:
    """Put runs into one file.

    Parameters
    ----------
    file : the archive; replaced if it is there.
    weights : take the trained weights along, where a run has them.

    Raises
    ------
    RunError
        If there is no run, or one of them is damaged.
    """
    if not runs:
        raise RunError("there is no run to pack")
    members: dict[str, Path] = {}
    for run in runs:
        check(run)
        corpus = run.corpus["id"]
        inside = run_path("", corpus, run.config, run.seed).as_posix()
        kept = [*FILES, *([WEIGHTS] if weights else [])]
        members |= {f"{inside}/{name}": run.path / name for name in kept}
        for part in SCORED:
            members[f"{corpus}/{protocol_name(part)}"] = run.protocol(part)
    members = {name: path for name, path in members.items() if path.is_file()}
    manifest = {
        "format": FORMAT,
        "sha256": {name: of_file(path) for name, path in sorted(members.items())},
    }
    file = Path(file)
    draft = file.with_name(f".{file.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            text = json.dumps(manifest, indent=1) + "\n"
            archive.writestr(_member(MANIFEST), text)
            for name, path in sorted(members.items()):
                with (
                    path.open("rb") as source,
                    archive.open(_member(name), "w", force_zip64=True) as target,
                ):
                    shutil.copyfileobj(source, target)
        return draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def unpack(file: str | Path, folder: str | Path) -> tuple[list[Run], list[Run]]:
    """Put the runs of a packed file into a folder of runs.

    Returns
    -------
    The runs of which something came, and those that were there already, the same to the
    last byte. A run that stands there without its weights gets them.

    Raises
    ------
    ArchiveError
        If the file is damaged, holds what belongs to no run (weights only come as
        safetensors), or leads out of the folder.
    RunError
        If a run is incomplete or damaged, its scores do not fit its protocol, or
        another run or other weights stand in its place. Then nothing was put in.
    DiskError
        If it does not fit on the disk.
    """
    file, folder = Path(file), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        open_archive(file) as archive,
        tempfile.TemporaryDirectory(prefix=".unpacking-", dir=folder) as beside,
    ):
        _unpack_checked(archive, file, Path(beside))
        arrived = _arrived(Path(beside), file)
        new = [run for run in arrived if not _stands_already(run, folder)]
        known = [run for run in arrived if run not in new]
        for run in new:
            _move_in(run, folder)
    paths = [[_place(run, folder) for run in group] for group in (new, known)]
    return [Run.open(path) for path in paths[0]], [Run.open(path) for path in paths[1]]


def check(run: Run) -> None:
    """Hold a run to its own record.

    Raises
    ------
    RunError
        If history, environment, scores or weights are not what they should be.
    """
    try:
        history, told = run.history, run.environment
        lacking = [name for name in HISTORY if name not in history]
        lacking += [name for name in ENVIRONMENT if name not in told]
        if lacking:
            raise RunError(f"{lacking[0]} is missing from its history or environment")
        if not 0 <= run.best_epoch < len(history) <= run.config.epochs:
            raise RunError(
                f"its history has {len(history)} epochs of {run.config.epochs}, and"
                f" the best is said to be number {run.best_epoch}"
            )
        for part in SCORED:
            found, listed = len(run.scores(part)), run.corpus["trials"][part]
            if found != listed:
                raise RunError(f"{found} scores of {part}, and {listed} trials")
        if (run.path / WEIGHTS).is_file():
            run.model()
    except (AntispoofError, *PARSE_ERRORS) as error:
        raise RunError(f"run {run.path}: {error}") from error


def _unpack_checked(archive: zipfile.ZipFile, file: Path, folder: Path) -> None:
    hashes = _manifest(archive, file)
    names = {m.filename for m in archive.infolist() if not m.is_dir()} - {MANIFEST}
    for name in sorted(names):
        if not NAME.fullmatch(name):
            raise ArchiveError(
                f"{file}: {name!r} belongs to no run; accepted in one are"
                f" {', '.join((*FILES, WEIGHTS))}"
            )
    for name in sorted(names ^ set(hashes)):
        where = "is not in it" if name in hashes else "is not in its manifest"
        raise ArchiveError(f"{file}: {name!r} {where}")
    extract_all(archive, folder)
    for name in sorted(names):
        if of_file(folder / name) != hashes[name]:
            raise ArchiveError(f"{file}: {name!r} is not what was packed")


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, str]:
    try:
        told = json.loads(read_member(archive, MANIFEST, max_bytes=MOST_MANIFEST))
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}; accepted: {FORMAT}")
        return dict(told["sha256"])
    except (ArchiveError, *PARSE_ERRORS) as error:
        raise ArchiveError(f"{file} is no file of packed runs: {error}") from None


def _arrived(folder: Path, file: Path) -> list[Run]:
    paths = sorted({path.parent for path in folder.glob("*/*/*/*/*")})
    if not paths:
        raise ArchiveError(f"{file} holds no run")
    runs = []
    for path in paths:
        run = Run.open(path)
        if _place(run, folder) != path:
            raise RunError(
                f"{file}: {path.relative_to(folder)} holds the run"
                f" {_place(run, folder).relative_to(folder)}"
            )
        check(run)
        runs.append(run)
    return runs


def _stands_already(run: Run, folder: Path) -> bool:
    """Whether all of the very same run is there; another in its place is an error."""
    for part in SCORED:
        there = folder / run.corpus["id"] / protocol_name(part)
        if there.exists() and of_file(there) != of_file(run.protocol(part)):
            raise RunError(f"{there} lists other trials than the protocol packed")
    target = _place(run, folder)
    if not target.exists():
        return False
    brought, there = (path / WEIGHTS for path in (run.path, target))
    comparable = brought.exists() and there.exists()
    differing = [
        name
        for name in (*FILES, *([WEIGHTS] if comparable else []))
        if of_file(target / name) != of_file(run.path / name)
    ]
    if differing:
        raise RunError(
            f"another run stands in {target} ({differing[0]} differs); move it away"
            " to put this one in"
        )
    return there.exists() or not brought.exists()


def _move_in(run: Run, folder: Path) -> None:
    target = _place(run, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    for part in SCORED:
        there = folder / run.corpus["id"] / protocol_name(part)
        if not there.exists():
            run.protocol(part).replace(there)
            shutil.copyfile(there, run.protocol(part))
    with FileLock(target.with_suffix(".lock")):
        # Asked again under the lock: a run may have been made in the meantime.
        if not target.exists():
            run.path.rename(target)
        elif not _stands_already(run, folder):
            (run.path / WEIGHTS).rename(target / WEIGHTS)


def _place(run: Run, folder: Path) -> Path:
    return run_path(folder, run.corpus["id"], run.config, run.seed)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o100644 << 16
    return member
