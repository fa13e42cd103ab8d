"""Train what a study lists and keep the runs, without weights, in data/<its name>.

    python tools/study.py list --profile profiles/study.yaml
    python tools/study.py run GROUP MODEL SEED --corpus la=DIR --profile ...
    python tools/study.py baselines --corpus la=DIR --profile ...
    python tools/study.py all --corpus la=DIR open_fakes=DIR --jobs 8 --profile ...

``make study`` runs all of it by Snakemake, on one machine or a cluster; ``all`` runs
several trainings at a time on one GPU. A run that is kept already is not trained
again; one that was interrupted resumes from its checkpoint. See profiles/study.yaml for
what the file holds.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from antispoof import audio, metrics
from antispoof.config import TrainConfig
from antispoof.constants import SAMPLE_RATE, label_indices
from antispoof.corpora import Corpus, open_corpus, write_protocol
from antispoof.errors import AntispoofError, ParameterError
from antispoof.files import atomic_path, project_folder
from antispoof.frontends import load_features
from antispoof.plugins import load_plugins
from antispoof.runs import Run, run_path, train_or_load
from antispoof.runs.record import WEIGHTS, protocol_name, scores_name
from antispoof.runs.references import find_reference
from antispoof.scoring.partition import score_partition
from antispoof.scoring.score_files import write_scores
from antispoof_report.claims import order  # registers models

SETTINGS = ("seeds", "tests")  # of a training, besides those of TrainConfig
GRID = "lr-"  # groups that compare learning rates begin like this
BEST = "best-"  # and the model whose best learning rate of the grid is meant


@dataclass(frozen=True)
class Training:
    """One model of a group on one corpus, with all its seeds.

    Attributes
    ----------
    folder : where the groups of this corpus are kept, relative to the project.
    lr_of : the model whose best learning rate of the grid replaces that of `config`, or
        "".
    """

    folder: Path
    corpus: str
    group: str
    config: TrainConfig
    lr_of: str
    seeds: int
    tests: tuple[str, ...]


def read_study(path: Path) -> list[Training]:
    """The trainings that a study lists.

    Raises
    ------
    ParameterError
        If the file is malformed, or a setting or test is unknown.
    """
    try:
        study = yaml.safe_load(path.read_text("utf-8"))
        rule = study.pop("rule")
        return [
            _read_training(
                path.stem, corpus, group, model, {**rule, **(settings or {})}
            )
            for corpus, groups in study.items()
            for group, models in groups.items()
            for model, settings in models.items()
        ]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ParameterError(
            f"{path} is not a study with `rule` and corpus -> group -> model ->"
            f" settings: {error}"
        ) from error


def _read_training(
    study: str, corpus: str, group: str, model: str, settings: Mapping[str, Any]
) -> Training:
    own = {name: v for name, v in settings.items() if name not in SETTINGS}
    for test in settings.get("tests", ()):
        if test not in TESTS:
            raise ParameterError(f"test {test!r}; accepted: {', '.join(TESTS)}")
    lr_of = ""
    if str(own.get("lr", "")).startswith(BEST):
        lr_of = own.pop("lr").removeprefix(BEST)
    return Training(
        Path("data", study, corpus),
        corpus,
        group,
        TrainConfig.for_model(model, **own),
        lr_of,
        settings["seeds"],
        tuple(settings.get("tests", ())),
    )


# What a trained model is tested on besides its corpus as it is: silence of the clips
# (None as in training), and what is done to the model.
TESTS = {
    "trimmed": ("trim", None),
    "untrimmed": ("keep", None),
    "shuffled": (None, order.ShuffledSteps),
}


def run_test(run: Run, corpus: Corpus, partition: str, test: str) -> pd.DataFrame:
    """Scores of a partition under one of TESTS."""
    silence, wrap = TESTS[test]
    features = load_features(
        corpus,
        partition,
        frontend=run.config.frontend,
        silence=silence or run.config.silence,
    )
    model = run.model()
    return score_partition(wrap(model) if wrap else model, features)


def best_lr(folder: Path, model: str) -> float:
    """The learning rate with the lowest mean EER on dev in the grid.

    Raises
    ------
    ParameterError
        If no training of the grid is kept.
    """
    rows = []
    for path in sorted(
        (project_folder() / folder).glob(f"{GRID}*/*/{model}/*/seed*/config.json")
    ):
        run = Run.open(path.parent)
        rows.append((run.config.lr, metrics.eer(*run.scores_and_labels("dev"))))
    if not rows:
        raise ParameterError(f"{folder} has no training of {model} in {GRID}*")
    return float(pd.DataFrame(rows).groupby(0)[1].mean().idxmin())


def run_one(training: Training, corpus: Corpus, seed: int) -> None:
    """Train and test one model with one seed; keep what is new."""
    config, folder = training.config, training.folder
    if training.lr_of:
        config = replace(config, lr=best_lr(folder, training.lr_of))
    wanted = [training.group, *(f"{training.group}-{t}" for t in training.tests)]
    kept = [find_reference(config, corpus.id, seed, folder / name) for name in wanted]
    if all(kept):
        print(f"{config.model} seed {seed}: already in {folder / training.group}")
        return
    (run,) = train_or_load(config, corpus, [seed], references=None, log=print)
    for name, test, found in zip(wanted, (None, *training.tests), kept, strict=True):
        if found is None:
            scores = {}
            if test is not None:
                scores = {p: run_test(run, corpus, p, test) for p in run.partitions}
            print(keep(run, folder / name, scores))


def keep(run: Run, folder: Path, scores: Mapping[str, pd.DataFrame]) -> Path:
    """Copy a run below `folder`, without its weights, with other scores if given."""
    folder = project_folder() / folder
    target = run_path(folder, run.corpus["id"], run.config, run.seed)
    with atomic_path(target) as temporary:
        shutil.copytree(run.path, temporary, ignore=shutil.ignore_patterns(WEIGHTS))
        for partition, frame in scores.items():
            write_scores(temporary / scores_name(partition), frame)
    for partition in run.partitions:
        copy = folder / run.corpus["id"] / protocol_name(partition)
        if not copy.exists():
            shutil.copyfile(run.protocol(partition), copy)
    return target


def silence_columns(trials: pd.DataFrame) -> pd.DataFrame:
    """Seconds of each clip, and of the silence at its beginning and at its end."""
    rows = []
    for path in trials["path"]:
        waveform = audio.load_mono_16k(path)
        loud = np.flatnonzero(~audio.silence.is_silent(waveform))
        frames = audio.silence.FRAME / SAMPLE_RATE
        first, last = (loud[0], loud[-1] + 1) if loud.size else (0, 0)
        seconds = len(waveform) / SAMPLE_RATE
        rows.append((seconds, first * frames, seconds - last * frames))
    return pd.DataFrame(rows, columns=["seconds", "before", "after"])


BASELINES = {"duration": ["seconds"], "edge_silence": ["before", "after"]}


def score_baselines(corpus: Corpus, folder: Path) -> Iterator[Path]:
    """Scores of dev and eval by the length of clips, and by the silence at their ends.

    Logistic regressions on logarithms of seconds, fitted on train.
    """
    tables = {part: corpus.require_audio(part) for part in corpus.partitions}
    columns = {p: np.log(silence_columns(t) + 0.01) for p, t in tables.items()}
    for name, used in BASELINES.items():
        model = make_pipeline(StandardScaler(), LogisticRegression())
        model.fit(columns["train"][used], label_indices(tables["train"]["label"]))
        for part in corpus.partitions:
            if part != "train":
                scored = tables[part][["utt_id", "attack", "label"]].copy()
                scored["score"] = model.decision_function(columns[part][used])
                target = folder / f"{name}-{scores_name(part)}"
                write_scores(target, scored)
                write_protocol(folder / protocol_name(part), tables[part])
                yield target


def try_one(training: Training, corpus: Corpus, seed: int) -> None:
    """As `run_one`; an error is printed, so that the other trainings go on."""
    try:
        run_one(training, corpus, seed)
    except Exception as error:  # whatever it is: hours of training depend on the others
        print(f"{training.group} {training.config.model} seed {seed}: {error!r}")


def run_all(
    trainings: Sequence[Training], corpora: Mapping[str, Corpus], jobs: int
) -> None:
    """Train all that have a corpus, several at a time; the grid comes first."""
    trainings = [one for one in trainings if one.corpus in corpora]
    # Not forked: CUDA does not survive it.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for is_grid in (True, False):
            running = [
                pool.submit(try_one, one, corpora[one.corpus], seed)
                for one in trainings
                if one.group.startswith(GRID) == is_grid
                for seed in range(one.seeds)
            ]
            for one in running:
                one.result()


def main() -> None:
    """Read the options and do one step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("step", choices=["list", "run", "baselines", "all"])
    parser.add_argument("words", nargs="*", help="GROUP MODEL SEED of a run")
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--corpus", metavar="NAME=DIR", nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    given = parser.parse_args()
    load_plugins()  # of $ANTISPOOF_PLUGINS
    trainings = read_study(given.profile)
    if given.step == "list":
        for one in trainings:
            for seed in range(one.seeds):
                print(one.corpus, one.group, one.config.model, seed)
        return
    named = [one.partition("=") for one in given.corpus]
    corpora = {name: open_corpus(root) for name, _, root in named}
    if given.step == "all":
        run_all(trainings, corpora, given.jobs)
        return
    ((name, corpus),) = corpora.items()
    if given.step == "baselines":
        folder = project_folder() / trainings[0].folder.parent / name / "baselines"
        folder = folder / corpus.id
        folder.mkdir(parents=True, exist_ok=True)
        for path in score_baselines(corpus, folder):
            print(path)
        return
    group, model, seed = given.words
    for one in trainings:
        if (one.corpus, one.group, one.config.model) == (name, group, model):
            run_one(one, corpus, int(seed))
            return
    sys.exit(f"{given.profile} has no {model} in {group} on {name}")


if __name__ == "__main__":
    try:
        main()
    except AntispoofError as error:
        sys.exit(str(error))
