"""Options and arguments that several commands share."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

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


def with_names(
    title: str, module: str, registry: str, kind: str = ""
) -> type[TyperCommand]:
    """A command whose --help ends with the names in a registry, of plugins too.

    Parameters
    ----------
    module, registry : where the registry is; imported only for the help.
    kind : only entries that were registered with this ``kind``.
    """

    class CommandWithNames(TyperCommand):
        def format_epilog(self, ctx: Any, formatter: Any) -> None:
            entries = getattr(import_module(module), registry).items()
            names = [n for n, e in entries if not kind or e.info["kind"] == kind]
            formatter.write_paragraph()
            formatter.write_text(f"{title}: {', '.join(names)}.")

    return CommandWithNames
