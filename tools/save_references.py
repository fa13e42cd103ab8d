"""Train the models of a profile; keep their runs in data/, without weights.

    python tools/save_references.py --corpus DIR --profile profiles/thesis.yaml

Runs with the profile's ``other_epochs`` are kept in a folder of their own. Runs that
are kept already are not trained again.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import RunError
from antispoof.files import atomic_path, project_folder
from antispoof.models import MODELS
from antispoof.runs import Run, references, run_path, train_or_load
from antispoof.runs.record import WEIGHTS, protocol_name
from profile_settings import read_profile


def save_reference(run: Run, folder: str | Path = references.REFERENCES) -> Path:
    """Copy a run below `folder`, without its weights.

    Raises
    ------
    RunError
        If it is there already.
    """
    folder = project_folder() / folder
    target = run_path(folder, run.corpus["id"], run.config, run.seed)
    if target.exists():
        raise RunError(f"{target} exists already; remove it to save the run again")
    with atomic_path(target) as temporary:
        shutil.copytree(run.path, temporary, ignore=shutil.ignore_patterns(WEIGHTS))
    for partition in run.partitions:
        copy = folder / run.corpus["id"] / protocol_name(partition)
        if not copy.exists():
            shutil.copyfile(run.protocol(partition), copy)
    return target


def main() -> None:
    """Read the options, train what is missing, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--profile", required=True, type=Path)
    parser.add_argument("--model", action="append", help="all if omitted")
    given = parser.parse_args()
    profile, corpus = read_profile(given.profile), open_corpus(given.corpus)
    jobs = []
    for name in given.model or MODELS:
        config = TrainConfig.from_profile(name, profile["settings"])
        jobs.append((config, references.REFERENCES))
        if name in profile["other_epochs"]:
            epochs = profile["other_epochs"][name]
            config = TrainConfig.from_profile(name, profile["settings"], epochs=epochs)
            jobs.append((config, references.SHORT_RUNS))
    for seed in profile["seeds"]:
        for config, folder in jobs:
            if references.find_reference(config, corpus.id, seed, folder):
                print(f"{config.model} seed {seed}: already in {folder}")
                continue
            (run,) = train_or_load(config, corpus, [seed], references=None, log=print)
            print(save_reference(run, folder))


if __name__ == "__main__":
    main()
