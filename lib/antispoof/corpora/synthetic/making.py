"""Write the corpus to disk, in the official layout, whole or not at all."""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from joblib import Parallel, cpu_count, delayed

from antispoof import hashing
from antispoof.corpora.synthetic.asv_scores import asv_score_lines
from antispoof.corpora.synthetic.attacks import ATTACKS
from antispoof.corpora.synthetic.plan import (
    ASV_TRIALS,
    FULL,
    Share,
    Trial,
    stream,
    trials,
)
from antispoof.corpora.synthetic.reader import MARKER
from antispoof.corpora.synthetic.utterance import render_flac
from antispoof.errors import CorpusError, DiskError, ParameterError

_PROTOCOL_ENDINGS = {"train": "trn", "dev": "trl", "eval": "trl"}
_README = """\
ASVspoof 2019 LA, SIMULATED
===========================
This folder has the layout of ASVspoof 2019 LA and none of its sound. Nobody spoke
here. The "bona fide" utterances are simulated speech (glottal pulses through moving
formants, in a simulated room), and the "spoof" utterances are that simulated speech
forged by the attacks below. Whatever is measured on it shows that a program runs,
and proves nothing about deepfakes.

{attacks}

{counts}

Made by `antispoof corpus make` from seed {seed}; {marker} says how.
"""


def make(
    target: Path | str,
    *,
    seed: int = 2019,
    jobs: int | None = None,
    shares: dict[str, Share] = FULL,
) -> Path:
    """Make the embedded corpus in ``target/LA``, or keep the one that is there.

    The same seed gives the same bytes, whatever the number of processes.

    Parameters
    ----------
    target
        Folder to make ``LA`` in; need not exist.
    seed
        Where all randomness comes from; a whole number from 0 on.
    jobs
        Processes to work in; without it, as many as there are cores.
    shares
        Who speaks how much in each partition.

    Returns
    -------
    Path
        The ``LA`` folder.

    Raises
    ------
    ParameterError
        If `seed` or `jobs` is not accepted.
    CorpusError
        If ``target/LA`` holds anything but an earlier embedded corpus. An embedded
        corpus of another seed or version is replaced.
    DiskError
        If it cannot be written. Nothing is left behind then.

    Examples
    --------
    >>> from antispoof.corpora.synthetic import make
    >>> la = make("data/mini")  # doctest: +SKIP
    """
    if jobs is not None and (not isinstance(jobs, int) or jobs < 1):
        raise ParameterError(f"jobs={jobs!r} is not a whole number from 1 on")
    target = Path(target)
    folder = target / "LA"
    listed = trials(shares, seed=seed)
    marker = _marker(listed, shares, seed=seed)
    if _is_complete(folder, marker, listed):
        return folder
    if folder.exists() and not (folder / MARKER).is_file():
        raise CorpusError(
            f"{folder} exists and is not an embedded corpus, so it is left alone: "
            "give another folder, or move this one away"
        )
    missing = [path for path in (target, *target.parents) if not path.exists()]
    draft = target / f".LA-{uuid.uuid4().hex[:12]}"
    try:
        draft.mkdir(parents=True)
        _write(draft, listed, shares, marker, seed=seed, jobs=jobs or cpu_count())
        _put_in_place(draft, folder)
    except OSError as error:
        if _is_complete(folder, marker, listed):  # another process was faster
            return folder
        raise DiskError(
            f"the embedded corpus cannot be written to {target} "
            f"({error.strerror or error}): give a folder that may be written to, "
            "with 60 MB free"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.exists():
            for path in missing:
                if path.is_dir():
                    path.rmdir()
    return folder


def _write(
    draft: Path,
    listed: list[Trial],
    shares: dict[str, Share],
    marker: dict,
    *,
    seed: int,
    jobs: int,
) -> None:
    for partition in shares:
        (draft / f"ASVspoof2019_LA_{partition}" / "flac").mkdir(parents=True)
    for trial, flac in zip(listed, _rendered(listed, seed, jobs), strict=True):
        _flac_path(draft, trial).write_bytes(flac)
    protocols = draft / "ASVspoof2019_LA_cm_protocols"
    protocols.mkdir()
    for partition in shares:
        ending = _PROTOCOL_ENDINGS[partition]
        lines = [
            f"{trial.speaker} {trial.utt_id} - {trial.attack} {trial.label}"
            for trial in listed
            if trial.partition == partition
        ]
        _write_lines(protocols / f"ASVspoof2019.LA.cm.{partition}.{ending}.txt", lines)
    asv = draft / "ASVspoof2019_LA_asv_scores"
    asv.mkdir()
    for partition in ("dev", "eval"):
        rng = stream(seed, ASV_TRIALS, partition)
        lines = asv_score_lines(shares[partition].attacks, rng)
        name = f"ASVspoof2019.LA.asv.{partition}.gi.trl.scores.txt"
        _write_lines(asv / name, lines)
    _write_lines(draft / "README.txt", [_readme(marker)])
    _write_lines(draft / MARKER, [json.dumps(marker, indent=2)])


def _rendered(listed: list[Trial], seed: int, jobs: int) -> Iterator[bytes]:
    """FLAC files in the order of `listed`."""
    # joblib's processes, unlike the standard library's, start from any program,
    # whether or not it guards its main part.
    return Parallel(n_jobs=jobs, return_as="generator")(
        delayed(render_flac)(trial, seed=seed) for trial in listed
    )


def _put_in_place(draft: Path, folder: Path) -> None:
    """Rename the finished draft; an outdated corpus makes way in the same breath."""
    outdated = draft.with_name(f"{draft.name}-outdated")
    if folder.exists():
        folder.rename(outdated)
    draft.rename(folder)
    shutil.rmtree(outdated, ignore_errors=True)


def _is_complete(folder: Path, marker: dict, listed: list[Trial]) -> bool:
    try:
        found = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return False
    return found == marker and all(
        _flac_path(folder, trial).is_file() for trial in listed
    )


def _flac_path(folder: Path, trial: Trial) -> Path:
    audio = folder / f"ASVspoof2019_LA_{trial.partition}" / "flac"
    return audio / f"{trial.utt_id}.flac"


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _marker(listed: list[Trial], shares: dict[str, Share], *, seed: int) -> dict:
    counted = Counter((trial.partition, trial.label) for trial in listed)
    marker = {
        "simulated": True,
        "seed": seed,
        # Edited code makes another corpus.
        "version": hashing.hash_modules(("antispoof.corpora.synthetic",))[:12],
        "counts": {
            partition: {
                label: counted[partition, label] for label in ("bonafide", "spoof")
            }
            for partition in shares
        },
        "attacks": {name: attack.description for name, attack in ATTACKS.items()},
        "shares": {partition: asdict(share) for partition, share in shares.items()},
    }
    return json.loads(json.dumps(marker))  # as it reads back: no tuples


def _readme(marker: dict) -> str:
    attacks = "\n".join(f"{name}  {line}" for name, line in marker["attacks"].items())
    counts = "\n".join(
        f"{partition:5}  {count['bonafide']} bona fide, {count['spoof']} spoof"
        for partition, count in marker["counts"].items()
    )
    return _README.format(
        attacks=attacks, counts=counts, seed=marker["seed"], marker=MARKER
    )
