"""``antispoof score``: scores of a partition by the model of a run."""

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.options import CacheDir, CorpusOption, OnError
from antispoof.cli.text import progress_bar, say

OUT = "File to write; scores-PARTITION.txt if omitted."


def score(
    run: Annotated[Path, typer.Argument(help="Folder of a run with weights.")],
    corpus: CorpusOption,
    partition: Annotated[str, typer.Option(help="Partition to score.")] = "eval",
    out: Annotated[Path | None, typer.Option(help=OUT)] = None,
    cache_dir: CacheDir = None,
    on_error: OnError = "stop",
) -> None:
    """Score a partition of any corpus with a trained run."""
    from antispoof.corpora import open_corpus
    from antispoof.frontends import load_features
    from antispoof.runs import Run
    from antispoof.scoring.partition import score_partition
    from antispoof.scoring.score_files import write_scores

    opened = Run.open(run)
    model = opened.model()
    options = {"frontend": opened.config.frontend, "silence": opened.config.silence}
    options |= {"cache_dir": cache_dir, "on_error": on_error}
    with progress_bar("features") as bar:
        found = load_features(open_corpus(corpus), partition, progress=bar, **options)
    target = out or Path(f"scores-{partition}.txt")
    scores = score_partition(model, found)
    write_scores(target, scores)
    say(f"{len(scores)} scores in {target}")
