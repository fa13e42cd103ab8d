"""Train, calibrate and measure the weights that the library includes.

    python tools/export_weights.py --corpus DIR --profile profiles/detector.yaml

The score is calibrated on what predictions are made of: means over the windows of each
clip of dev, every source with the same weight.

Measurements (scores of eval, and of some of its clips under every condition) are plain
tables, saved with the weights. Statistics are computed where they are shown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.audio import load_mono_16k
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.constants import (
    BONAFIDE,
    LABELS,
    NO_ATTACK,
    SAMPLE_RATE,
    SPOOF,
    label_indices,
)
from antispoof.corpora import Corpus, open_corpus
from antispoof.files import atomic_path
from antispoof.inference.detector import Detector
from antispoof.inference.domain import (
    ALPHA_PARTS,
    Domain,
    Reference,
    band_powers,
    high_band_level,
)
from antispoof.inference.loading import PRETRAINED_DIR
from antispoof.inference.prediction import score_windows
from antispoof.runs import train_or_load
from antispoof_report.inference_tables import select_condition, with_answers
from conditions import CLEAN, CONDITIONS, apply_condition
from profile_settings import read_profile

N_CHANGED = 60  # clips of eval that are scored under every condition
N_SPLICED = 20  # of each source
SPLICED_SECONDS = (0, 1, 2, 4, 8)  # of 12
SEED = 2019


def export_pretrained(
    corpus: Corpus,
    config: TrainConfig,
    *,
    seed: int = 0,
    folder: Path = PRETRAINED_DIR,
    log: Callable[[str], None] = lambda line: None,
    **folders: str | Path | None,
) -> Path:
    """Train, calibrate on dev, measure on eval, and write all of it into `folder`.

    Parameters
    ----------
    folders : ``runs_dir`` and ``cache_dir`` of `runs.train_or_load`.

    Raises
    ------
    AntispoofError
        As `runs.train_or_load` does; what the folder holds is kept then.
    """
    dev, test = corpus.require_audio("dev"), corpus.require_audio("eval")
    (run,) = train_or_load(config, corpus, [seed], references=None, log=log, **folders)
    detector = Detector.from_run(run)
    dev = dev.assign(source=dev.get("source", corpus.name))
    found = [describe_clip(load_mono_16k(path), detector) for path in dev["path"]]
    windows = [one.pop("windows") for one in found]
    calibrated = dev[["utt_id", "label", "source"]].assign(
        **pd.DataFrame(found, index=dev.index)
    )
    calibration = calibrate(calibrated)
    in_windows = calibrated[["label", "source"]].assign(score=windows).explode("score")
    in_windows["score"] = in_windows["score"].astype(float)
    real = in_windows[in_windows["label"] == LABELS[BONAFIDE]]
    source = calibrated["source"]
    domain = Domain(
        closeness=Reference.of(-calibrated["distance"], source),
        high_band=Reference.of(calibrated["high_band"], source),
        windows=Reference.of(real["score"], real["source"]),
    )
    train = corpus.partition("train")
    known = set(dev["attack"]) <= set(train["attack"])
    sources = set(calibrated["source"])
    unseen = len(sources - set(train.get("source", [corpus.name])))
    calibrated_on = (
        f"dev, {unseen} of whose {len(sources)} sources it was not trained on"
    )
    if known:
        calibrated_on = "dev, whose attacks the model was trained on"
    about = {
        "calibrated_on": calibrated_on,
        "coverage": describe_training(corpus, run.corpus["val_speakers"]),
    }
    detector = replace(
        detector,
        calibration=calibration,
        window_calibration=calibrate(in_windows),
        domain=domain,
        metadata=detector.metadata | about,
    )
    test = test.assign(source=test.get("source", corpus.name))
    some = test.iloc[:: -(-len(test) // N_CHANGED)]
    measured = [
        score_trials(detector, test, [CLEAN], log=log),
        score_trials(detector, some, CONDITIONS, log=log),
    ]
    tables = {
        "calibration": calibrated,
        "measured": pd.concat(measured),
        "spliced": splice_trials(detector, test, log=log),
    }
    checks = count_answers(tables["measured"], tables["spliced"], detector)
    detector = replace(detector, metadata=detector.metadata | {"checks": checks})
    with atomic_path(folder) as temporary:
        detector.save(temporary)
        for name, table in tables.items():
            table.round(5).to_csv(temporary / f"{name}.csv", index=False)
    return folder


def count_answers(
    measured: pd.DataFrame, spliced: pd.DataFrame, detector: Detector
) -> dict:
    """What was said of how many clips of eval, for `inference.base.describe_checks`.

    Only of sources that no clip of the training is of; empty if these lack a class.
    """
    known = detector.metadata["coverage"]["sources"]
    measured, spliced = (x[~x["source"].isin(known)] for x in (measured, spliced))
    trials = with_answers(select_condition(measured), detector)
    given = {
        label: {
            "n": len(clips),
            **{x: int((clips["answer"] == x).sum()) for x in LABELS},
        }
        for label, clips in trials.groupby("label")
    }
    if len(given) < len(LABELS):
        return {}
    whole = spliced.loc[spliced["seconds"] == 0, "lowest"]
    parts = {"n": len(whole), "odd": int((whole <= ALPHA_PARTS).sum())}
    return given | {"n_sources": trials["source"].nunique(), "parts": parts}


def calibrate(trials: pd.DataFrame) -> Calibration:
    """The calibration of the scores of dev, in which every source weighs the same."""
    labels = label_indices(trials["label"])
    options = {"partition": "dev", "sources": trials["source"]}
    return Calibration.fit(trials["score"], labels, **options)


def describe_clip(waveform: np.ndarray, detector: Detector) -> dict:
    """``score`` and ``distance`` of a clip, its ``high_band`` level, and its windows.

    A clip of digital silence has none of them: NaN.
    """
    _, (scores, distances) = score_windows([waveform], detector)
    return {
        "windows": scores,
        "score": scores.mean() if len(scores) else np.nan,
        "distance": distances.mean() if len(scores) else np.nan,
        "high_band": high_band_level(band_powers(waveform)),
    }


def splice_trials(
    detector: Detector,
    trials: pd.DataFrame,
    *,
    log: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Score real clips of 12 s in whose middle a part is fake.

    Real and fake clips are those of one source, joined to such a length. The parts have
    the same level. A length of 0 is the real clip as it is.

    Returns
    -------
    DataFrame with ``source``, ``trial``, ``seconds`` (of the fake part) and ``lowest``,
    the smallest p-value of a window times the number of windows.
    """
    rng, rows, rate = np.random.default_rng(SEED), [], SAMPLE_RATE
    for source, clips in trials.groupby("source"):
        paths = {label: rows["path"].tolist() for label, rows in clips.groupby("label")}
        if len(paths) < len(LABELS):
            continue
        log(f"spliced clips of {source}")
        for trial in range(N_SPLICED):
            real, fake = (
                draw_sound(paths[label], 12 * rate, rng)
                for label in (LABELS[BONAFIDE], LABELS[SPOOF])
            )
            for seconds in SPLICED_SECONDS:
                start = 6 * rate - int(seconds * rate) // 2
                part = slice(start, start + int(seconds * rate))
                mixed = real.copy()
                mixed[part] = fake[part]
                _, (scores, _) = score_windows([mixed], detector)
                p = min(map(detector.domain.windows.p_value, scores)) * len(scores)
                rows.append((source, trial, seconds, p))
    return pd.DataFrame(rows, columns=["source", "trial", "seconds", "lowest"])


def draw_sound(paths: list[str], n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) samples of clips joined in a random order, each at the same level."""
    clips, length = [], 0
    while length < n:
        clip = load_mono_16k(rng.choice(paths))
        clips.append(clip * (0.05 / max(1e-6, float(np.sqrt(np.square(clip).mean())))))
        length += len(clip)
    return np.concatenate(clips)[:n]


def describe_training(
    corpus: Corpus, val_speakers: Sequence[str]
) -> dict[str, list[str]]:
    """The sources and systems that were trained on, without the validation speakers."""
    train = corpus.partition("train")
    train = train[~train["speaker"].isin(val_speakers)]
    sources = train.get("source", pd.Series([corpus.name]))
    systems = sorted({*train["attack"]} - {NO_ATTACK})
    return {"sources": sorted({*sources}), "systems": systems}


def score_trials(
    detector: Detector,
    trials: pd.DataFrame,
    conditions: Iterable[str] = (CLEAN, *CONDITIONS),
    *,
    log: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Score trials under conditions.

    Parameters
    ----------
    trials : ``utt_id``, ``speaker``, ``source``, ``attack``, ``label`` and ``path``.
    conditions : CLEAN and names of CONDITIONS.

    Returns
    -------
    DataFrame with ``condition``, the columns of `trials` without the path, and
    what :func:`describe_clip` gives, one row per trial and condition.
    """
    waveforms = [load_mono_16k(path) for path in trials["path"]]
    columns, tables = ["utt_id", "speaker", "source", "attack", "label"], {}
    for name in conditions:
        log(f"{len(trials)} clips, {name}")
        changed = [apply_condition(name, waveform) for waveform in waveforms]
        found = pd.DataFrame([describe_clip(x, detector) for x in changed])
        found = found.drop(columns="windows").set_axis(trials.index)
        tables[name] = trials[columns].join(found)
    return pd.concat(tables, names=["condition"]).reset_index("condition")


def main() -> None:
    """Train the model of a profile with its first seed, calibrate and measure it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--profile", required=True, type=Path)
    given = parser.parse_args()
    profile = read_profile(given.profile)
    (model,) = profile["settings"] or ["cnn"]
    config = TrainConfig.from_profile(model, profile["settings"])
    corpus, seed = open_corpus(given.corpus), profile["seeds"][0]
    print(export_pretrained(corpus, config, seed=seed, log=print))


if __name__ == "__main__":
    main()
