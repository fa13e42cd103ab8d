"""``antispoof features``: decode a corpus once and cache its features."""

from typing import Annotated

import typer

from antispoof.cli.options import CacheDir, CorpusArgument, OnError
from antispoof.cli.text import progress_bar, say

FRONTEND = "Front-end; may be repeated."


def features(
    corpus: CorpusArgument,
    frontend: Annotated[list[str], typer.Option(help=FRONTEND)] = ("logmel",),
    cache_dir: CacheDir = None,
    on_error: OnError = "stop",
) -> None:
    """Compute and cache the features of a corpus."""
    from antispoof.corpora import open_corpus
    from antispoof.frontends import load_features

    options = {"cache_dir": cache_dir, "on_error": on_error}
    opened = open_corpus(corpus)
    say(opened.description)
    for name in frontend:
        for partition in opened.partitions:
            with progress_bar(f"{name} {partition}") as bar:
                computed = load_features(
                    opened, partition, frontend=name, progress=bar, **options
                )
            n_listed = len(opened.partition(partition))
            say(f"{name} {partition}: {len(computed)} of {n_listed} clips")
