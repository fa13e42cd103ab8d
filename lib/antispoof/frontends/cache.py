"""The feature cache: every clip's features on disk, computed once, read memory-mapped.

One float16 array per partition, in the order of the protocol, in
``<cache>/<corpus id>/<frontend>-<key>/``. The corpus id covers the sound files, the key
the front-end's settings and the source code of its class. What those cannot see, such
as a changed decoder, the probe does: features of a short clip in the library, computed
again and compared each time the cache is opened.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from torch import Tensor, nn

from antispoof import audio, hashing
from antispoof.audio.silence import TREATMENTS
from antispoof.constants import label_indices
from antispoof.corpora import Corpus
from antispoof.errors import AudioError, ParameterError, check_choice
from antispoof.files import atomic_path, check_disk_space, project_folder
from antispoof.frontends.registry import build
from antispoof.platforms import feature_cache_dir
from antispoof.registry import check_result

# 1 s of synthetic speech, 22.05 kHz
PROBE_CLIP = Path(__file__).with_name("probe.flac")
PROBE_TOLERANCE = 0.02  # absolute, of features; float16 and processors round apart
N_PROBED = 64
SHOWN = 20  # failed clips named in an error

Progress = Callable[[int, int], None]
Treat = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class FeatureSet:
    """Trials and their features, row for row.

    Attributes
    ----------
    trials : DataFrame of ``Corpus.trials``, without the clips that were skipped.
    array : (n_stored, 1, n_rows, n_frames) float16, memory-mapped.
    rows : (n,) position in `array` of each trial.
    """

    trials: pd.DataFrame
    array: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> np.ndarray:
        """(n,) class indices."""
        return label_indices(self.trials["label"])

    def subset(self, mask: np.ndarray) -> FeatureSet:
        """The trials where the (n,) boolean `mask` is true."""
        trials = self.trials[mask].reset_index(drop=True)
        return FeatureSet(trials, self.array, self.rows[mask])

    def read_fp16(self, index: np.ndarray | slice = slice(None)) -> torch.Tensor:
        """Features of the trials at `index` as they are stored, copied into memory."""
        copied = torch.from_numpy(self.array[self.rows[index]])
        # Pages read through mmap count towards the memory of the process.
        if isinstance(self.array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.array.base.madvise(mmap.MADV_DONTNEED)
        return copied

    def read(self, index: np.ndarray | slice = slice(None)) -> torch.Tensor:
        """:meth:`read_fp16`, in float32."""
        return self.read_fp16(index).float()


def load_features(
    corpus: Corpus,
    partition: str,
    *,
    frontend: str = "logmel",
    silence: str = "keep",
    cache_dir: str | Path | None = None,
    on_error: str = "stop",
    progress: Progress = lambda done, n: None,
) -> FeatureSet:
    """The features of a partition, computed on all cores if they are not cached.

    Parameters
    ----------
    silence : "keep", or "trim" what is silent at both ends of each clip.
    cache_dir : folder of the cache, relative to the project; that of the platform if
        None.
    on_error : "stop" computes all it can, then raises and names the clips that failed;
        "skip" leaves them out.
    progress : called with (clips done, clips in all).

    Raises
    ------
    AudioError
        If a clip cannot be decoded and `on_error` is "stop".
    CorpusError
        If a clip is missing and `on_error` is "stop".
    DiskError
        If the array does not fit on the disk.
    ParameterError
        If the front-end, its features, the partition or `on_error` is not accepted.
    """
    check_choice("on_error", on_error, ("stop", "skip"))
    module = build(frontend)
    trials = corpus.partition(partition)
    treat = TREATMENTS[silence]
    name = f"{frontend}-{cache_key(module)}"
    if silence != "keep":
        name += f"-{silence}"
    folder = project_folder() / (cache_dir or feature_cache_dir()) / corpus.id / name
    target = folder / f"{partition}.npy"
    probe = compute_probe(module, treat)
    if not _is_current(target, probe):
        if on_error == "stop":
            corpus.require_audio(partition)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock")):
            if not _is_current(target, probe):
                _compute(target, trials, module, treat, probe, progress)
    failed = {int(i): s for i, s in _read_manifest(target)["failed"].items()}
    if failed and on_error == "stop":
        names = [trials["utt_id"][row] for row in failed]
        shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
        raise AudioError(
            f"{len(failed)} of the {len(trials)} clips of {partition} cannot be used:"
            f" {shown}. The first: {next(iter(failed.values()))}. To leave them out:"
            " --on-error skip"
        )
    array = np.load(target, mmap_mode="r")
    rows = np.array([i for i in range(len(trials)) if i not in failed], np.int64)
    return FeatureSet(trials.iloc[rows].reset_index(drop=True), array, rows)


def cache_key(module: nn.Module) -> str:
    """Eight hex digits: a front-end's settings, and the code of its class and bases."""
    classes = [c for c in type(module).__mro__ if not c.__module__.startswith("torch")]
    # A class from a notebook cell has only its name; the probe must do there.
    sources = {hashing.hash_defining_file(c) for c in classes if c is not object}
    return hashing.hash_json([module.settings, sorted(sources)])[:8]


def compute_features(module: nn.Module, waveform: np.ndarray, clip: str) -> Tensor:
    """Features of one clip, in the shape that the front-end declares.

    Parameters
    ----------
    clip : its name, for the error.

    Raises
    ------
    ParameterError
        If they have another shape, or are not finite as float16.
    """
    with torch.inference_mode():
        features = module(torch.from_numpy(waveform)[None])
    what = f"front-end {type(module).__name__}, given {clip},"
    check_result(what, features, (1, *module.shape))
    if not features.abs().max() <= 65_504:  # or NaN; float16 is slow to compare
        raise ParameterError(f"{what} returned numbers that are NaN or above 65 504")
    return features[0]


def compute_probe(module: nn.Module, change: Treat = np.asarray) -> list[float]:
    """Some features of the probe clip, computed by the code of today.

    Parameters
    ----------
    change : what happens to the decoded waveform before the front-end.
    """
    waveform = change(audio.load_mono_16k(PROBE_CLIP))
    features = compute_features(module, waveform, PROBE_CLIP.name).flatten()
    picked = torch.linspace(0, len(features) - 1, N_PROBED).long()
    return [round(value, 6) for value in features[picked].tolist()]


def _is_current(target: Path, probe: list[float]) -> bool:
    if not target.exists():
        return False
    recorded = _read_manifest(target)["probe"]
    return len(recorded) == len(probe) and np.allclose(
        recorded, probe, rtol=PROBE_TOLERANCE, atol=PROBE_TOLERANCE
    )


def _read_manifest(target: Path) -> dict:
    return json.loads(target.with_suffix(".json").read_text("utf-8"))


def _compute(
    target: Path,
    trials: pd.DataFrame,
    module: nn.Module,
    treat: Treat,
    probe: list[float],
    progress: Progress,
) -> None:
    """Compute all features, then put array and manifest in place."""
    for left in target.parent.glob(f".{target.name}.*.tmp"):  # of a killed process
        left.unlink()
    target.unlink(missing_ok=True)  # a manifest is never beside another array
    shape = (len(trials), *module.shape)
    check_disk_space(target.parent, 2 * int(np.prod(shape)))
    failed: dict[int, str] = {}
    threads = torch.get_num_threads()
    # Many clips in parallel use the cores better than one clip on all of them.
    torch.set_num_threads(1)
    try:
        with (
            atomic_path(target) as temporary,
            ThreadPoolExecutor(os.cpu_count()) as pool,
        ):
            array = np.lib.format.open_memmap(temporary, "w+", np.float16, shape)

            def compute(row: int, path: str) -> None:
                try:
                    waveform = treat(audio.load_mono_16k(path))
                except AudioError as error:
                    failed[row] = str(error)
                    return
                # Rounded by torch: NumPy rounds to float16 one number at a time.
                array[row] = compute_features(module, waveform, path).half().numpy()

            done = pool.map(compute, range(len(trials)), trials["path"])
            for row, _ in enumerate(done):
                progress(row + 1, len(trials))
            array.flush()
            with atomic_path(target.with_suffix(".json")) as manifest:
                text = json.dumps({"probe": probe, "failed": failed}, sort_keys=True)
                manifest.write_text(text, "utf-8")
    finally:
        torch.set_num_threads(threads)
