"""Train, calibrate and measure the weights that the library includes.

The score is calibrated on what predictions are made of: means over the windows of each
clip of dev. The model was trained on the attacks of dev, so for attacks that it does not
know its probabilities are too confident. The card and every prediction say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from antispoof.audio import load_mono_16k
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.constants import label_indices
from antispoof.corpora import Corpus
from antispoof.files import atomic_path
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.measurement import measure_deletion, score_trials
from antispoof.inference.prediction import score_windows
from antispoof.runs import train_or_load

N_EXPLAINED = 24  # clips whose explanations are tested
KNOWN_ATTACKS = "dev, whose attacks the model was trained on"


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
    scores = [score_windows([load_mono_16k(p)], detector)[1] for p in dev["path"]]
    calibrated = dev[["utt_id", "label"]].assign(
        first_window_score=[windows[0] for windows in scores],
        score=[windows.mean() for windows in scores],
    )
    labels = label_indices(dev["label"])
    known = set(dev["attack"]) <= set(corpus.partition("train")["attack"])
    detector = replace(
        detector,
        calibration=Calibration.fit(calibrated["score"], labels, partition="dev"),
        metadata=detector.metadata
        | {"calibrated_on": KNOWN_ATTACKS if known else "dev"},
    )
    with atomic_path(folder) as temporary:
        detector.save(temporary)
        calibrated.to_csv(
            temporary / "calibration.csv", index=False, float_format="%.5f"
        )
        measured = score_trials(detector, test, log=log)
        measured.to_csv(temporary / "measured.csv", index=False)
        log(f"explanations of {N_EXPLAINED} clips")
        deletion = measure_deletion(detector, test[:N_EXPLAINED])
        deletion.to_csv(temporary / "deletion.csv", index=False)
    return folder
