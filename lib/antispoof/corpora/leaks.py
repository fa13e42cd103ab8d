"""Leaks: what makes two partitions, or two corpora, less independent than they seem.

The same sound is found by a hash of its samples; the same recording at another level,
cut or coded by a fingerprint of it (Haitsma and Kalker, A Highly Robust Audio
Fingerprinting System, ISMIR 2002): one code of 32 bits every 8 ms, whose bits say where
the energy in 33 bands from 300 to 1900 Hz rises. On open-fakes, copies that were cut
and coded as MP3 differ in 6 to 14 % of the bits, other clips in 43 % and more.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

RATE, WINDOW, HOP = 4_000, 512, 32  # Hz, samples, samples
BANDS = np.round(np.geomspace(300, 1_900, 34) * WINDOW / RATE).astype(int)
HANN = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
MAX_WRONG = 0.25  # share of bits
MIN_CODES = 32  # that two clips must have in common: 0.26 s
MAX_REPEATS = 16  # clips that a code may be in; a more frequent one is ignored


def fingerprint(waveform: np.ndarray) -> np.ndarray:
    """(n,) uint32 codes of a mono waveform at 16 kHz; n = 0 if it is very short."""
    from scipy import fft, signal  # takes long to import; checking a clip needs neither

    low_pass = signal.firwin(65, 0.22).astype(np.float32)
    waveform = signal.resample_poly(waveform, 1, 4, window=low_pass)
    if len(waveform) < WINDOW + HOP:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, WINDOW)[::HOP] * HANN
    spectrum = fft.rfft(frames, axis=1)[:, : BANDS[-1]]
    power = spectrum.real**2 + spectrum.imag**2
    energy = np.add.reduceat(power, BANDS[:-1], axis=1)
    rises = np.diff(np.diff(energy, axis=1), axis=0) > 0
    return np.packbits(rises, axis=1).view(">u4")[:, 0].astype(np.uint32)


def find_leaks(trials: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """Kind, partitions, names and detail of each leak, as ``Issue`` has them.

    Parameters
    ----------
    trials
        Columns of ``Corpus.trials``, ``digest`` of the samples ("" if there are none)
        and ``codes``, their fingerprint. In several corpora, ``partition`` and
        ``utt_id`` begin with the name of the corpus and a slash.
    """
    decoded = trials[trials["digest"] != ""].drop_duplicates("utt_id")
    repeated = decoded[decoded["digest"].duplicated(keep=False)]
    for _, rows in repeated.groupby("digest", sort=False):
        where = (rows["partition"] + " " + rows["label"]).unique()
        if len(where) > 1:
            yield "same_audio", *_names(rows), f"the same sound in {', '.join(where)}"
    for i, j, wrong in find_near_duplicates(decoded):
        detail = f"{100 * wrong:.0f} % of the bits of their fingerprints differ"
        yield "near_duplicate", *_names(decoded.iloc[[i, j]]), detail
    source = trials["source"].fillna("") if "source" in trials else ""
    named = trials.assign(source=source)
    named["speaker"] = named["speaker"].mask(named["speaker"] == source, "")
    for kind, watched in (("speaker", {"train"}), ("source", {"train", "dev"})):
        groups = named[named[kind] != ""].groupby("partition", sort=False)[kind]
        for (one, ours), (other, theirs) in combinations(groups, 2):
            names = {part.rpartition("/")[2] for part in (one, other)}
            shared = {*ours} & {*theirs} if len(names) > 1 and names & watched else ()
            for name in sorted(shared):
                detail = f"{kind} {name} is in {one} and in {other}"
                yield f"shared_{kind}", f"{one}+{other}", name, detail


def find_near_duplicates(trials: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Pairs of rows in different partitions with one recording, and the wrong bits.

    Two clips are compared where two equal codes of theirs are as far apart; clips with
    the same digest are not.

    Parameters
    ----------
    trials : columns ``partition``, ``digest``, ``codes``.
    """
    prints = trials["codes"].tolist()
    groups, digests = (trials[n].factorize()[0] for n in ("partition", "digest"))
    codes = np.concatenate([*prints, np.zeros(0, np.uint32)])
    clips = np.repeat(np.arange(len(prints)), [len(p) for p in prints])
    times = np.arange(len(codes)) - np.searchsorted(clips, clips)
    order = np.argsort(codes, kind="stable")
    _, where, n = np.unique(codes, return_inverse=True, return_counts=True)
    telling = (codes != 0) & (n[where] <= MAX_REPEATS)  # 0: digital silence
    order = order[telling[order]]
    found = []
    for step in range(1, MAX_REPEATS):
        a, b = order[:-step], order[step:]
        equal = codes[a] == codes[b]
        i, j, lag = clips[a[equal]], clips[b[equal]], (times[b] - times[a])[equal]
        keep = (groups[i] != groups[j]) & (digests[i] != digests[j])
        found.append(np.stack([i, j, (lag + 2) // 4, lag], 1)[keep])
    hits = pd.DataFrame(np.concatenate(found), columns=["i", "j", "near", "lag"])
    lags = hits.groupby(["i", "j", "near"])["lag"].agg(["size", "median"])
    lags = lags[lags["size"] > 1]["median"].astype(int)
    wrong: dict[tuple[int, int], float] = {}
    for (i, j, _), middle in lags.items():
        for lag in (middle - 1, middle, middle + 1):
            a, b = prints[i][max(0, -lag) :], prints[j][max(0, lag) :]
            n_both = min(len(a), len(b))
            differ = np.unpackbits((a[:n_both] ^ b[:n_both]).view(np.uint8))
            if n_both >= MIN_CODES and differ.mean() <= MAX_WRONG:
                wrong[i, j] = min(wrong.get((i, j), 1.0), float(differ.mean()))
    return [(i, j, share) for (i, j), share in sorted(wrong.items())]


def _names(rows: pd.DataFrame) -> tuple[str, str]:
    return "+".join(rows["partition"].unique()), "+".join(rows["utt_id"])
