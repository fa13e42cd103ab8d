"""``antispoof features``: decode a corpus once and cache its features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.options import CACHE_DIR, ON_ERROR
from antispoof.cli.text import printable, progress_bar


def features(
    ctx: typer.Context,
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.")
    ],
    cache_dir: Annotated[Path | None, CACHE_DIR] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Number of worker threads; one per core if omitted."
        ),
    ] = None,
    on_error: Annotated[str, ON_ERROR] = "stop",
) -> None:
    """Compute and cache the features of a corpus."""
    from antispoof.corpora import open_corpus
    from antispoof.frontends import load_features
    from antispoof.platforms import feature_cache_dir

    opened = open_corpus(corpus)
    typer.echo(printable(opened.description))
    for name in ctx.obj["frontend"] or ("logmel",):
        for partition in opened.partitions:
            with progress_bar(f"{name} {partition}") as progress:
                computed = load_features(
                    opened,
                    partition,
                    frontend=name,
                    cache_dir=cache_dir or feature_cache_dir(),
                    jobs=jobs,
                    on_error=on_error,
                    progress=progress,
                )
            listed = opened.partition(partition)["utt_id"]
            skipped = listed[~listed.isin(computed.trials["utt_id"])]
            line = f"{name} {partition}: {len(computed)} clips"
            if len(skipped):
                line += f", {len(skipped)} skipped: {', '.join(skipped)}"
            typer.echo(printable(line))
