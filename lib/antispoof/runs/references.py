"""Reference runs: trained once on real speech by the study, committed without weights.

They took hours to train. They are shown only if the regression check still passes.
"""

from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.errors import RunError
from antispoof.files import project_folder
from antispoof.runs import regression_check
from antispoof.runs.record import Run, list_runs

# Relative to the project.
REFERENCES = Path("data/study/la/main")
SHORT_RUNS = Path("data/study/la/short")  # fewer epochs, which claim H4 compares with


def load_references(
    model: str | None = None, *, folder: str | Path = REFERENCES
) -> list[Run]:
    """The reference runs, of one model if it is named, if the regression check passes.

    Models are compared seed by seed, so only runs with seeds that all models of the
    folder have are returned.

    Raises
    ------
    RunError
        If today's code no longer reproduces the regression check of one of them, a
        model's runs have several configurations or corpora, or no seed is common to
        all models.
    """
    runs = list_runs(project_folder() / folder)
    first = {run.config.model: run for run in reversed(runs)}
    seeds = {name: {r.seed for r in runs if r.config.model == name} for name in first}
    common = set.intersection(*seeds.values()) if seeds else set()
    if runs and not common:
        raise RunError(f"{folder}: the models have no common seed, but {seeds}")
    runs = [r for r in runs if r.seed in common and model in (None, r.config.model)]
    for run in runs:
        other = first[run.config.model]
        if (other.corpus["id"], other.config) != (run.corpus["id"], run.config):
            raise RunError(
                f"{folder} holds runs of {run.config.model} with several"
                " configurations or corpora; keep one of each, because they are"
                " averaged over seeds"
            )
        if not regression_check.matches(run.regression_scores, run.config):
            raise RunError(
                f"{run.path}: today's code computes other numbers than the code that"
                " made this run (the regression check differs); train it again or undo"
                " the change"
            )
    return runs


def find_reference(
    config: TrainConfig, corpus_id: str, seed: int, folder: str | Path
) -> Run | None:
    """The reference run of a training, None if there is none; not yet checked."""
    # Compared by their settings, in whatever folder the run lies.
    runs = list_runs(project_folder() / folder, model=config.model)
    wanted = corpus_id, config, seed
    fits = (r for r in runs if (r.corpus["id"], r.config, r.seed) == wanted)
    return next(fits, None)
