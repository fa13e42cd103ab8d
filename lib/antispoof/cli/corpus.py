"""``antispoof corpus``: audit a corpus, fetch the real one, or synthesize one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.options import CorpusArgument
from antispoof.cli.text import format_table, printable, progress_bar

if TYPE_CHECKING:
    from antispoof.corpora import Audit

SHOWN = 10  # issues of one kind in the report for people; --json has all

corpus_app = typer.Typer(no_args_is_help=True)


@corpus_app.command("audit")
def audit_command(
    folder: CorpusArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report what is there, and what is missing or broken; exit 1 if anything is."""
    from antispoof.corpora import audit, open_corpus

    with progress_bar("Decoding") as progress:
        found = audit(open_corpus(folder, strict=False), progress=progress)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        typer.echo(_count_table(found))
        for line in _sentences(found):
            typer.echo(printable(line))
    if not found.ok:
        raise typer.Exit(1)


@corpus_app.command("make")
def make_command(
    folder: Annotated[Path, typer.Argument(help="Folder to make it in.")],
    seed: Annotated[int, typer.Option(help="Seed of the random voices.")] = 2019,
) -> None:
    """Synthesize a small corpus of simulated speech, in the official layout."""
    from antispoof.corpora import open_corpus
    from antispoof.corpora.synthetic.generate import synthesize_corpus

    corpus = open_corpus(synthesize_corpus(folder, seed=seed))
    typer.echo(f"{corpus.root}: {corpus.description}")


@corpus_app.command("fetch")
def fetch_command(
    folder: Annotated[Path, typer.Argument(help="Where to unpack.")] = Path("data"),
    url: Annotated[str, typer.Option(help="Download from this address.")] = "",
) -> None:
    """Download ASVspoof 2019 LA; an interrupted download resumes."""
    from antispoof.corpora.download import OFFICIAL_ARCHIVE, fetch

    with progress_bar("Downloading and unpacking") as bar:
        url = url or OFFICIAL_ARCHIVE
        corpus = fetch(folder, url=url, progress=bar, on_extract=bar)
    typer.echo(f"{corpus.root}: {corpus.description}")


def _count_table(found: Audit) -> str:
    """Usable, listed and expected trials by partition, class and attack."""
    rows = []
    for name, part in found.partitions.items():
        counts = {
            column: {"total": c.total, "bonafide": c.bonafide, "spoof": c.spoof}
            | {"speakers": c.speakers, **c.attacks}
            for column in ("usable", "listed", "expected")
            if (c := getattr(part, column)) is not None
        }
        for kind in dict.fromkeys(kind for of in counts.values() for kind in of):
            numbers = {column: counts[column].get(kind, 0) for column in counts}
            rows.append({"partition": name, "trials": kind, **numbers})
    return format_table(rows)


def _sentences(found: Audit) -> Iterator[str]:
    """The corpus, what is worth knowing, and the issues."""
    from antispoof.corpora import ISSUES

    minutes = sum(part.seconds for part in found.partitions.values()) / 60
    yield f"{found.description} In {found.root}: {minutes:.1f} minutes of sound."
    for name, part in found.partitions.items():
        if part.unlisted:
            yield f"{name}: {part.unlisted} file(s) in no protocol; they are not used"
        if part.asv_scores is False:
            yield f"{name}: no scores of speaker verification, so no min t-DCF"
    if found.ok:
        yield "Nothing is missing or broken."
    for kind, meaning in ISSUES.items():
        issues = [issue for issue in found.issues if issue.kind == kind]
        if issues:
            yield f"{len(issues)} x {kind.replace('_', ' ')}: {meaning}"
        for issue in issues[:SHOWN]:
            yield f"  {issue.partition} {issue.name}: {issue.detail}"
        if len(issues) > SHOWN:
            yield f"  ... and {len(issues) - SHOWN} more; --json lists all"
