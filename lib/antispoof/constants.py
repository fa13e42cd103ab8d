"""Conventions of the whole library: classes, direction of a score, partitions, rate.

A *score* is log-odds-like and higher means more bona fide (the ASVspoof convention).
Class index 0 is ``spoof``, 1 is ``bonafide``; confusion matrices keep that order.
"""

from collections.abc import Iterable

import numpy as np

SAMPLE_RATE = 16_000  # Hz, of every decoded clip

SPOOF = 0
BONAFIDE = 1
LABELS = ("spoof", "bonafide")  # position = class index

NO_ATTACK = "-"  # attack column of a bona fide trial

# train: fitting; dev: the thesis's testing dataset; eval: its evaluation dataset.
PARTITIONS = ("train", "dev", "eval")

# Of files of sound and film, in lower case.
_NAMES = """
wav flac mp3 ogg oga opus m4a aac webm aif aiff amr wma mp4 mov mkv mka
3gp au caf w64 wv ac3 ts avi m4b m4v tta sph wave ogx m4r 3g2 mts m2ts flv
mpg mpeg mp2 mpga voc eac3 asf wmv oma snd weba"""
EXTENSIONS = tuple(f".{name}" for name in _NAMES.split())


def label_indices(labels: Iterable[str]) -> np.ndarray:
    """(n,) int64 class indices of labels written as text."""
    return np.array([LABELS.index(label) for label in labels], np.int64)
