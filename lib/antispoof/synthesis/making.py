"""Make the fakes of a folder: on all cores, resumable, with a manifest.

``OUT/<engine>/*.flac`` are 16-bit FLACs at 16 kHz, ``OUT/MANIFEST.csv`` lists them for
the reader of folders. A file that exists is not made again. The same input gives the
same bytes, whatever the number of processes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
from joblib import Parallel, delayed

from antispoof import augment
from antispoof.audio import load_mono_16k
from antispoof.constants import LABELS, SAMPLE_RATE, SPOOF
from antispoof.corpora import Corpus
from antispoof.errors import AudioError, CorpusError, ParameterError
from antispoof.files import atomic_path
from antispoof.hashing import hash_defining_file
from antispoof.synthesis.registry import ENGINES, find_engines, register_engine

COLUMNS = ["file", "label", "attack", "speaker", "partition", "source", "origin"]
FAKE = LABELS[SPOOF]
CONTROL = "control"
MIN_LENGTH = 0.9  # of the original; a copy has its timing
SPEECH_RMS = 10 ** (-26 / 20)  # of full scale: the nominal level of ITU-T P.56


@register_engine(CONTROL, title="no synthesis", kind=CONTROL)
def control(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The clip as it is, so that a detector cannot learn the coding of copies."""
    return waveform


@register_engine("augmented", title="augmented", kind=CONTROL)
def augmented(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The clip as another microphone and channel might give it, by the mix."""
    return augment.apply(["mix"], waveform, rng, 1.0)


@register_engine("coded", title="coded", kind=CONTROL)
def coded(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The clip after a lossy codec of any kind and bit rate."""
    return augment.apply(["codec"], waveform, rng, 1.0)


def make_copies(
    corpus: Corpus,
    out: str | Path,
    engines: Sequence[str],
    *,
    partition: str | None = None,
    limit: int | None = None,
    keep_spoof: bool = False,
    control_engine: str = CONTROL,
    **options: Any,
) -> dict[str, str]:
    """Make a copy of each real clip by each vocoder, and a control of each clip.

    A copy is not longer than its original, and has its level (RMS), or the highest
    without clipping. It keeps speaker, partition and source; its attack is the name of
    the engine. The control is the same chain (decoding, level, coding) without an
    engine, and keeps its label.

    Parameters
    ----------
    out : folder of the copies; need not exist. Clips that are there stay, and are not
        made again.
    partition : the only one to copy, None for all.
    limit : real clips of each partition at most; a larger number takes the same, and
        more.
    keep_spoof : also make controls of the corpus's own fakes, so that ``out`` is a
        complete training corpus.
    control_engine : ``control``, or ``augmented`` for clips that keep their label but
        not their sound: training data for a detector that augments slowly.
    options : of ``joblib.Parallel``, such as ``n_jobs`` and ``verbose``; all cores.

    Returns
    -------
    dict : file -> why it could not be made; it is left out of the manifest.

    Raises
    ------
    ParameterError
        If the corpus has no such partition, or an engine is not available.
    CorpusError
        If ``out`` has other clips under the same names.
    """
    names = [engine.name for engine in find_engines(engines, "vocoder")]
    (chosen,) = find_engines([control_engine], CONTROL)
    trials = corpus.trials if partition is None else corpus.partition(partition)
    source = trials.get("source", corpus.name)
    trials = trials.assign(origin=trials["utt_id"], source=source, engine=chosen.name)
    is_fake = trials["label"] == FAKE
    shuffled = trials[~is_fake].sort_values("utt_id", key=lambda ids: ids.map(_digest))
    real = shuffled.groupby("partition").head(limit or len(shuffled))
    fakes = [real.assign(engine=name, attack=name, label=FAKE) for name in names]
    clips = pd.concat([*fakes, real, trials[is_fake & keep_spoof]])
    return _make(Path(out), clips, corpus.id, options)


def speak_texts(
    texts: Iterable[str],
    out: str | Path,
    engines: Sequence[str],
    *,
    partition: str = "train",
    **options: Any,
) -> dict[str, str]:
    """Let each text-to-speech engine say each sentence, in one of its voices.

    Their source is the engine, their speaker the voice. The result and the errors are
    those of :func:`make_copies`, and so are ``out`` and ``options``.

    Parameters
    ----------
    texts : sentences; empty ones are left out.
    partition : of all of them.
    """
    sentences = dict.fromkeys(text.strip() for text in texts if text.strip())
    if not sentences:
        raise ParameterError("no text to speak; one sentence a line is accepted")
    said = product(find_engines(engines, "tts"), sentences)
    rows = [(e.name, _rng(text).choice(e.info["voices"]), text) for e, text in said]
    clips = pd.DataFrame(rows, columns=["engine", "voice", "origin"])
    same = dict.fromkeys(["attack", "source"], clips["engine"])
    clips = clips.assign(label=FAKE, partition=partition, **same)
    clips["speaker"] = clips["engine"] + "-" + clips["voice"]
    clips["utt_id"] = clips["origin"].map(_digest).str[:12]
    return _make(Path(out), clips, "", options)


def _make(
    out: Path, clips: pd.DataFrame, corpus_id: str, options: dict[str, Any]
) -> dict[str, str]:
    stems = clips["utt_id"].str.replace("/", "_") + "-" + clips["engine"] + ".flac"
    clips["file"] = clips["engine"] + "/" + stems  # unique also without the folder
    engines = {name: ENGINES[name].factory for name in clips["engine"].unique()}
    _claim(out, corpus_id, engines)
    for left in out.rglob(".*.tmp"):  # of a killed process
        left.unlink()
    todo = [c for c in clips.to_dict("records") if not (out / c["file"]).is_file()]
    messages = Parallel(**{"n_jobs": -1, **options})(
        delayed(_write)(out, clip, engines[clip["engine"]]) for clip in todo
    )
    failed = {c["file"]: m for c, m in zip(todo, messages, strict=True) if m}
    path = out / "MANIFEST.csv"
    listed = pd.read_csv(path, dtype=str, na_filter=False) if path.is_file() else None
    table = pd.concat([clips[COLUMNS], listed]).drop_duplicates("file")
    made = table[[(out / name).is_file() for name in table["file"]]]
    with atomic_path(path) as temporary:
        made.sort_values("file").to_csv(temporary, index=False, lineterminator="\n")
    return failed


def _claim(out: Path, corpus_id: str, engines: dict[str, Callable]) -> None:
    """Note what the clips are made from; refuse a folder of other ones.

    An engine may have changed as long as no clip of it is there: it failed, and was
    mended, or its clips were deleted.
    """
    path = out / "made_from.json"
    made_from = {name: hash_defining_file(engine) for name, engine in engines.items()}
    before = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    now = {**before, **made_from, "corpus": corpus_id}
    changed = [name for name in before if before[name] != now[name]]
    changed = [x for x in changed if x == "corpus" or any((out / x).glob("*.flac"))]
    if changed or (not before and out.exists() and any(out.iterdir())):
        raise CorpusError(
            f"{out} has other files, or clips of another corpus or of changed code"
            f" ({', '.join(changed) or 'unknown'}); delete it (of engines with changed"
            " code, only their folders in it) or give another folder"
        )
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(now, sort_keys=True), "utf-8")


def _write(out: Path, clip: dict[str, str], engine: Callable) -> str:
    """Make one clip; why it could not be made, or ""."""
    rng = _rng(clip["origin"])
    try:
        if "path" in clip:
            original = load_mono_16k(clip["path"])
            waveform, level = engine(original, rng)[: len(original)], _rms(original)
        else:
            waveform, level = engine(clip["origin"], clip["voice"], rng), SPEECH_RMS
    except AudioError as error:
        return str(error)
    except Exception as error:  # an engine may be anybody's code
        return f"the engine failed with {type(error).__name__}: {error}"
    is_silent = level > 0 and not np.any(waveform)
    if np.ndim(waveform) != 1 or is_silent or not np.isfinite(waveform).all():
        return "the engine gave no row of finite samples that are not all zero"
    if "path" in clip and len(waveform) < MIN_LENGTH * len(original):
        return f"the engine gave {len(waveform)} samples for {len(original)}"
    waveform = waveform * (level / (_rms(waveform) or 1.0))
    waveform = waveform / max(1.0, np.abs(waveform).max())
    samples = np.rint(waveform * 32_768).clip(-32_768, 32_767).astype(np.int16)
    with atomic_path(out / clip["file"]) as temporary:
        soundfile.write(temporary, samples, SAMPLE_RATE, format="FLAC")
    return ""


def _rms(waveform: np.ndarray) -> float:
    return float(np.sqrt(np.square(waveform, dtype=np.float64).mean()))


def _rng(text: str) -> np.random.Generator:
    """The same numbers for a clip, whatever was made before it."""
    return np.random.default_rng(int(_digest(text), 16))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
