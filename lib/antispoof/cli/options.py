"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RUNS = Path("runs")
CACHE = "Folder of cached features; data/features, on Kaggle a temporary one."

CorpusArgument = Annotated[
    Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.")
]
CorpusOption = Annotated[Path, typer.Option("--corpus", help="Folder of the corpus.")]
RunsDir = Annotated[Path, typer.Option(resolve_path=True, help="Folder of runs.")]
CacheDir = Annotated[Path | None, typer.Option(resolve_path=True, help=CACHE)]
OnError = Annotated[
    str, typer.Option(metavar="stop|skip", help="What to do with damaged clips.")
]
