"""Write the synthetic corpus in the layout of ASVspoof 2019 LA."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from joblib import Parallel, cpu_count, delayed

from antispoof.constants import NO_ATTACK, SAMPLE_RATE
from antispoof.corpora import asvspoof2019 as layout
from antispoof.corpora.protocol import write_protocol
from antispoof.corpora.synthetic import plan
from antispoof.corpora.synthetic.attacks import ATTACKS
from antispoof.corpora.synthetic.plan import make_rng
from antispoof.corpora.synthetic.reader import MARKER
from antispoof.corpora.synthetic.recording import record
from antispoof.corpora.synthetic.voice import draw_speaker, speak
from antispoof.errors import CorpusError, DiskError
from antispoof.files import atomic_path
from antispoof.hashing import hash_folder

README = """\
SIMULATED: the layout of ASVspoof 2019 LA and none of its sound. "bonafide" is made by a
program (pulses and noise through moving resonances), "spoof" is such sound changed by
the attacks below. Results on it prove nothing about deepfakes.

"""


def synthesize_corpus(
    folder: Path | str,
    *,
    seed: int = 2019,
    jobs: int | None = None,
    partitions: dict[str, plan.PartitionSpec] = plan.PARTITION_SPECS,
) -> Path:
    """Make the synthetic corpus in ``folder/LA``, or keep the one that exists there.

    The same seed gives the same bytes, whatever the number of processes.

    Parameters
    ----------
    folder
        Folder to make ``LA`` in; need not exist.
    seed
        Source of all random numbers; an integer >= 0.
    jobs
        Number of processes; by default one per core.
    partitions
        How much each speaker of a partition contributes.

    Returns
    -------
    Path
        The ``LA`` folder.

    Raises
    ------
    ParameterError
        If `seed` is not an integer >= 0.
    CorpusError
        If ``folder/LA`` contains anything but a synthetic corpus. A synthetic corpus
        that is damaged, or of another seed or version, is replaced.
    DiskError
        If it cannot be written. An existing corpus is then kept.
    """
    la = Path(folder) / "LA"
    trials = plan.list_trials(partitions, seed=seed)
    # Changed code makes another corpus.
    version = hash_folder(Path(__file__).parent)[:12]
    specs = {name: asdict(spec) for name, spec in partitions.items()}
    marker = {"seed": int(seed), "version": version, "partitions": specs}
    marker_text = json.dumps(marker, indent=2) + "\n"
    marker_file = la / MARKER
    found = marker_file.read_text() if marker_file.is_file() else ""
    n_files = len(list(la.glob("*/flac/*.flac")))
    if found == marker_text and n_files == len(trials):
        return la
    if la.exists() and not found:
        raise CorpusError(
            f"{la} exists and is not a synthetic corpus; it is left as it is. Give "
            "another folder, or move this one away"
        )
    try:
        with atomic_path(la) as temporary:
            _write(temporary, trials, seed, jobs or cpu_count())
            (temporary / MARKER).write_text(marker_text)
    except OSError as error:
        raise DiskError(
            f"the synthetic corpus cannot be written to {folder} "
            f"({error.strerror or error}); give a writable folder with 60 MB free"
        ) from error
    return la


def render_trial(utt_id: str, speaker_id: str, attack: str, *, seed: int) -> np.ndarray:
    """Waveform ``(n,)`` of a trial, int16 at 16 kHz."""
    rng = make_rng(seed, utt_id)
    speech = speak(draw_speaker(make_rng(seed, speaker_id)), rng)
    if attack != NO_ATTACK:
        speech = ATTACKS[attack].apply(speech, rng)
    recorded = record(speech, make_rng(seed, f"place of {speaker_id}"), rng)
    return np.rint(recorded * 32767).astype(np.int16)


def _write(la: Path, trials: pd.DataFrame, seed: int, jobs: int) -> None:
    (la / layout.PROTOCOL_FOLDER).mkdir(parents=True)
    (la / layout.ASV_FOLDER).mkdir()
    for partition, part in trials.groupby("partition"):
        layout.audio_folder(la, partition).mkdir(parents=True)
        name = layout.PROTOCOL_NAMES[partition]
        write_protocol(la / layout.PROTOCOL_FOLDER / name, part)
        if partition in layout.ASV_NAMES:
            scores = _asv_scores(part, make_rng(seed, f"{partition} ASV scores"))
            name = layout.ASV_NAMES[partition]
            (la / layout.ASV_FOLDER / name).write_text(scores)
    titles = [f"{name}  {attack.title}\n" for name, attack in ATTACKS.items()]
    (la / "README.txt").write_text(README + "".join(titles))
    # joblib starts its processes from any program, with or without a guarded main.
    Parallel(n_jobs=jobs)(
        delayed(_write_flac)(la, trial, seed) for _, trial in trials.iterrows()
    )


def _write_flac(la: Path, trial: pd.Series, seed: int) -> None:
    samples = render_trial(trial.utt_id, trial.speaker, trial.attack, seed=seed)
    path = layout.audio_folder(la, trial.partition) / f"{trial.utt_id}.flac"
    soundfile.write(path, samples, SAMPLE_RATE, format="FLAC", subtype="PCM_16")


def _asv_scores(trials: pd.DataFrame, rng: np.random.Generator) -> str:
    """Lines ``attack key score`` of a speaker verification system that never ran.

    Normal distributions, shaped like those published for ASVspoof 2019 LA.
    """
    groups = [("bonafide target", 25, 250), ("bonafide nontarget", -31, 1000)]
    attacks = sorted(set(trials["attack"]) - {NO_ATTACK})
    groups += [(f"{name} spoof", ATTACKS[name].asv_mean, 150) for name in attacks]
    draws = [(kind, rng.normal(mean, 14, size)) for kind, mean, size in groups]
    return "".join(f"{kind} {x:.5f}\n" for kind, scores in draws for x in scores)
