"""A corpus of noise of any size in the official layout, for measurements.

All trials are hard links to a few hundred short clips.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.corpora import Corpus, open_corpus
from antispoof.corpora.asvspoof2019 import (
    EXPECTED_COUNTS,
    PROTOCOL_FOLDER,
    PROTOCOL_NAMES,
    audio_folder,
)

LA = {name: counts.total for name, counts in EXPECTED_COUNTS.items()}  # trials
SPEAKERS = 20  # per partition
BONAFIDE_EVERY = 10  # one clip in ten is bona fide, as in LA
DISTINCT = 300  # clips; a file system allows some ten thousand links to each


def make(folder: Path, trials: dict[str, int], *, seconds: float = 1.0) -> Corpus:
    """Write a corpus: partition -> number of trials, clips of `seconds` on average."""
    la = folder / "LA"
    (la / PROTOCOL_FOLDER).mkdir(parents=True)
    sources = _clips(folder / "clips", seconds)
    for partition in PARTITIONS:
        audio = audio_folder(la, partition)
        audio.mkdir(parents=True)
        lines = []
        for i in range(trials[partition]):
            utt_id = f"{partition}_{i:06d}"
            (audio / f"{utt_id}.flac").hardlink_to(sources[i % len(sources)])
            label = "A01 spoof" if i % BONAFIDE_EVERY else "- bonafide"
            speaker = f"{partition}_{i // BONAFIDE_EVERY % SPEAKERS}"
            lines.append(f"{speaker} {utt_id} - {label}\n")
        protocol = la / PROTOCOL_FOLDER / PROTOCOL_NAMES[partition]
        protocol.write_text("".join(lines), "utf-8")
    return open_corpus(la)


def _clips(folder: Path, seconds: float) -> list[Path]:
    folder.mkdir()
    random = np.random.default_rng(2019)
    paths = []
    for i in range(DISTINCT):
        n = int(seconds * SAMPLE_RATE * random.uniform(0.5, 1.5))
        paths.append(folder / f"{i}.flac")
        noise = random.normal(0, 2_000, n).astype(np.int16)
        soundfile.write(paths[-1], noise, SAMPLE_RATE, subtype="PCM_16")
    return paths
