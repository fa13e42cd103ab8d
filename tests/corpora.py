"""Write small corpora in the official layout, for tests."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.corpora.asvspoof2019 import PROTOCOL_FOLDER, PROTOCOL_NAMES

# Two speakers per partition, none shared; both classes; other attacks in eval.
LINES = {
    "train": ["S1 T1 - - bonafide", "S1 T2 - A01 spoof", "S2 T3 - A02 spoof"],
    "dev": ["S3 D1 - - bonafide", "S4 D2 - A01 spoof"],
    "eval": ["S5 E1 - - bonafide", "S6 E2 - A07 spoof", "S6 E3 - A08 spoof"],
}


def trials_table(bonafide, speakers, *, attack="A01", prefix="u", **columns):
    """Table of trials, of which those in `bonafide` are bona fide."""
    table = {
        "utt_id": [f"{prefix}{i}" for i in range(len(bonafide))],
        "speaker": [f"s{speaker}" for speaker in speakers],
        "attack": np.where(bonafide, "-", attack),
        "label": np.where(bonafide, "bonafide", "spoof"),
    }
    return pd.DataFrame(table | columns)


def write_protocol(la: Path, partition: str, text: str) -> Path:
    """Write one protocol file into the folder ``LA``."""
    path = la / PROTOCOL_FOLDER / PROTOCOL_NAMES[partition]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def flac_path(la: Path, partition: str, utt_id: str) -> Path:
    """Path of the FLAC of an utterance in the official layout."""
    return la / f"ASVspoof2019_LA_{partition}" / "flac" / f"{utt_id}.flac"


def voice(seconds: float, *, seed: int = 0) -> np.ndarray:
    """A buzz and noise that swell and fade, as a voice does; 16 kHz."""
    n = round(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(seed).standard_normal(n)
    buzz = 3 * (np.arange(n) % (SAMPLE_RATE // 120) < 8)  # pulses at 120 Hz
    swell = 1 + np.sin(2 * np.pi * 3 * np.arange(n) / SAMPLE_RATE)
    return (0.05 * (noise / 4 + buzz) * swell).astype(np.float32)


def write_voice(path, seconds=0.5, **options):
    """Write such a voice, as a WAV whatever the ending says; returns the path."""
    options = {"format": "WAV", **options}
    soundfile.write(path, voice(seconds), SAMPLE_RATE, **options)
    return path


@cache
def _flac(seed: int, sample_rate: int, channels: int, seconds: float) -> bytes:
    n, file = np.arange(int(seconds * sample_rate))[:, None], io.BytesIO()
    noise = np.random.default_rng(seed).integers(-800, 800, (len(n), channels))
    swell = 1 + np.sin(2 * np.pi * 3 * n / sample_rate)
    sound = noise + 9_000 * swell * (n % (sample_rate // 120) < 8)
    soundfile.write(file, sound.astype(np.int16), sample_rate, format="FLAC")
    return file.getvalue()


def write_flac(
    path: Path, *, seed: int, sample_rate=SAMPLE_RATE, channels=1, seconds=0.1
):
    """Write a buzz that swells, and noise; another seed, other noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_flac(seed, sample_rate, channels, seconds))


def write_corpus(la: Path, lines: dict[str, list[str]] = LINES) -> Path:
    """Write protocols and a FLAC for every line; returns ``la``."""
    seed = 0
    for partition in PARTITIONS:
        write_protocol(la, partition, "\n".join(lines[partition]) + "\n")
        for line in lines[partition]:
            seed += 1
            write_flac(flac_path(la, partition, line.split()[1]), seed=seed)
    return la
