"""``antispoof corpus``: look a corpus over, fetch the real one, or make one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.errors import ParameterError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from antispoof.corpora import Audit

corpus_app = typer.Typer(
    help="Look a corpus over, fetch the real one, or make one.", no_args_is_help=True
)

SOURCES = ("edinburgh", "kaggle")
SHOWN = 10  # issues of one kind in the report for people; --json has all


@corpus_app.command("audit")
def audit_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder LA, or one that holds it.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything found as JSON.")
    ] = False,
) -> None:
    """Say what is there, and what is missing or broken; exit 1 if anything is."""
    from rich.console import Console

    from antispoof.corpora import audit, open_corpus

    corpus = open_corpus(folder, strict=False)
    if as_json:
        import json

        found = audit(corpus)
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        from rich.progress import Progress

        # The bar goes to stderr and away, and shows only where a person looks on.
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Decoding", total=None)
            found = audit(
                corpus,
                progress=lambda done, total: bar.update(
                    task, completed=done, total=total
                ),
            )
        _print(found, Console(highlight=False))
    if not found.ok:
        raise typer.Exit(1)


@corpus_app.command("make")
def make_command(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where to; the folder LA is made in it."),
    ],
    seed: Annotated[int, typer.Option(help="Another seed, other speech.")] = 2019,
) -> None:
    """Make the embedded corpus of simulated speech, in the official layout."""
    from antispoof.corpora import open_corpus
    from antispoof.corpora.synthetic import make

    corpus = open_corpus(make(folder, seed=seed))
    typer.echo(f"{corpus.root}: {corpus.description}")


@corpus_app.command("fetch")
def fetch_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to; LA is made in it.")
    ] = Path("data"),
    source: Annotated[
        str, typer.Option(help="edinburgh (the official archive), or kaggle.")
    ] = "edinburgh",
    url: Annotated[
        str | None, typer.Option(help="Another address of the archive.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="What the archive must hash to.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the archive.")] = False,
) -> None:
    """Fetch ASVspoof 2019 LA; a cut-off download goes on where it stopped."""
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

    from antispoof.corpora import fetch, fetch_from_kaggle
    from antispoof.corpora.download import OFFICIAL_ARCHIVE

    if source not in SOURCES:
        raise ParameterError(f"source={source!r}; accepted: {', '.join(SOURCES)}")
    if source == "kaggle":
        corpus = fetch_from_kaggle()
    else:
        columns = (*Progress.get_default_columns(), DownloadColumn())
        with Progress(
            *columns, TransferSpeedColumn(), console=Console(stderr=True)
        ) as bars:
            loading = bars.add_task("Fetching", total=None)
            opening = bars.add_task("Unpacking", total=None, visible=False)
            corpus = fetch(
                folder,
                url=url or OFFICIAL_ARCHIVE,
                sha256=sha256,
                keep=keep,
                progress=lambda done, total: bars.update(
                    loading, completed=done, total=total
                ),
                on_extract=lambda done, total: bars.update(
                    opening, completed=done, total=total, visible=True
                ),
            )
    typer.echo(f"{corpus.root}: {corpus.description}")


def _print(found: Audit, console: Console) -> None:
    lines = (found.description, f"in {found.root}", *_remarks(found), *_issues(found))
    console.print(_table(found))
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)


def _table(found: Audit) -> Table:
    """Counts: usable, listed and, if known, expected of the complete corpus."""
    from rich import box
    from rich.table import Table

    columns = ["usable", "listed"]
    if any(part.expected for part in found.partitions.values()):
        columns.append("expected")
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("partition")
    table.add_column("trials")
    for column in columns:
        table.add_column(column, justify="right")
    for name, part in found.partitions.items():
        counts = [getattr(part, column) for column in columns]
        table.add_section()
        for row in ("total", "bonafide", "spoof", "speakers"):
            table.add_row(name, row, *(str(getattr(count, row)) for count in counts))
        for attack in sorted(set().union(*(count.attacks for count in counts))):
            numbers = (count.attacks.get(attack, 0) for count in counts)
            table.add_row(name, attack, *map(str, numbers))
    return table


def _remarks(found: Audit) -> list[str]:
    """What is worth knowing and is not an issue."""
    minutes = sum(part.seconds for part in found.partitions.values()) / 60
    remarks = [f"{minutes:.1f} minutes of sound"]
    for name, part in found.partitions.items():
        if part.unlisted:
            remarks.append(
                f"{name}: {part.unlisted} file(s) that no protocol lists (the original has "
                "such files too); they are not used"
            )
        if part.asv_scores is False:
            remarks.append(
                f"{name}: no speaker verification scores, so there is no min t-DCF"
            )
    for group in found.repeated_audio:
        remarks.append(f"the same sound, in one partition and class: {', '.join(group)}")
    return remarks


def _issues(found: Audit) -> list[str]:
    from antispoof.corpora import ISSUES

    if found.ok:
        return ["Nothing is missing or broken."]
    lines = []
    for kind, meaning in ISSUES.items():
        issues = [issue for issue in found.issues if issue.kind == kind]
        if not issues:
            continue
        lines.append(f"{len(issues)} x {kind.replace('_', ' ')}: {meaning}")
        lines += [f"  {f.partition} {f.name}: {f.detail}" for f in issues[:SHOWN]]
        if len(issues) > SHOWN:
            lines.append(f"  ... and {len(issues) - SHOWN} more; --json names all")
    return lines
