"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RUNS = Path("runs")
CORPUS = "Folder of the corpus."
CACHE = "Folder of cached features; data/features, on Kaggle a temporary one."

CorpusArgument = Annotated[Path, typer.Argument(metavar="CORPUS", help=CORPUS)]
CorpusOption = Annotated[Path, typer.Option("--corpus", help=CORPUS)]
RunsDir = Annotated[Path, typer.Option(resolve_path=True, help="Folder of runs.")]
CacheDir = Annotated[Path | None, typer.Option(resolve_path=True, help=CACHE)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OnError = Annotated[
    str, typer.Option(metavar="stop|skip", help="What to do with damaged clips.")
]
