"""``antispoof corpus``: audit a corpus, fetch the real one, or synthesize one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.text import format_table, printable, progress_bar
from antispoof.errors import ParameterError

if TYPE_CHECKING:
    from antispoof.corpora import Audit

SOURCES = ("edinburgh", "kaggle")
SHOWN = 10  # issues of one kind in the report for people; --json has all

corpus_app = typer.Typer(
    help="Audit a corpus, fetch the real one, or synthesize one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@corpus_app.command("audit")
def audit_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the corpus.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything found as JSON.")
    ] = False,
) -> None:
    """Report what is there, and what is missing or broken; exit 1 if anything is."""
    from antispoof.corpora import audit, open_corpus

    with progress_bar("Decoding") as progress:
        found = audit(open_corpus(folder, strict=False), progress=progress)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        typer.echo(format_table(_count_rows(found)))
        lines = [found.description, f"in {found.root}"]
        for line in (*lines, *_notes(found), *_issue_lines(found)):
            typer.echo(printable(line))
    if not found.ok:
        raise typer.Exit(1)


@corpus_app.command("make")
def make_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make the corpus in.")
    ],
    seed: Annotated[int, typer.Option(help="Seed of the speech.")] = 2019,
) -> None:
    """Synthesize a small corpus of simulated speech, in the official layout."""
    from antispoof.corpora import open_corpus
    from antispoof.corpora.synthetic import synthesize_corpus

    corpus = open_corpus(synthesize_corpus(folder, seed=seed))
    typer.echo(f"{corpus.root}: {corpus.description}")


@corpus_app.command("fetch")
def fetch_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to unpack the corpus in.")
    ] = Path("data"),
    source: Annotated[
        str, typer.Option(help="edinburgh (the official archive) or kaggle.")
    ] = "edinburgh",
    url: Annotated[
        str | None, typer.Option(help="Another address of the archive.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="Expected SHA-256 of the archive.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the archive.")] = False,
) -> None:
    """Download ASVspoof 2019 LA; an interrupted download resumes."""
    from antispoof.corpora import fetch, fetch_from_kaggle

    if source not in SOURCES:
        raise ParameterError(f"source={source!r}; accepted: {', '.join(SOURCES)}")
    if source == "kaggle":
        corpus = fetch_from_kaggle()
    else:
        options = {"sha256": sha256, "keep": keep} | ({"url": url} if url else {})
        with (
            progress_bar("Downloading", in_bytes=True) as progress,
            progress_bar("Unpacking") as on_extract,
        ):
            corpus = fetch(folder, progress=progress, on_extract=on_extract, **options)
    typer.echo(f"{corpus.root}: {corpus.description}")


def _count_rows(found: Audit) -> list[dict[str, object]]:
    """Usable, listed and expected trials by partition, class and attack."""
    rows = []
    for name, part in found.partitions.items():
        columns = {"usable": part.usable, "listed": part.listed}
        if part.expected is not None:
            columns["expected"] = part.expected
        attacks = sorted(set().union(*(count.attacks for count in columns.values())))
        for row in ("total", "bonafide", "spoof", "speakers", *attacks):
            counts = {
                key: count.attacks.get(row, 0)
                if row in attacks
                else getattr(count, row)
                for key, count in columns.items()
            }
            rows.append({"partition": name, "trials": row, **counts})
    return rows


def _notes(found: Audit) -> list[str]:
    """What is worth knowing and is not an issue."""
    minutes = sum(part.seconds for part in found.partitions.values()) / 60
    notes = [f"{minutes:.1f} minutes of sound"]
    for name, part in found.partitions.items():
        if part.unlisted:
            notes.append(
                f"{name}: {part.unlisted} FLAC(s) in no protocol (the original has "
                "such files too); they are never used"
            )
        if part.asv_scores is False:
            notes.append(
                f"{name}: no speaker verification scores, so min t-DCF is not available"
            )
    for group in found.repeated_audio:
        notes.append(f"same sound in one partition and class: {', '.join(group)}")
    return notes


def _issue_lines(found: Audit) -> list[str]:
    from antispoof.corpora import ISSUES

    if found.ok:
        return ["Nothing is missing or broken."]
    lines = []
    for kind, meaning in ISSUES.items():
        issues = [issue for issue in found.issues if issue.kind == kind]
        if issues:
            lines.append(f"{len(issues)} x {kind.replace('_', ' ')}: {meaning}")
        lines += [f"  {i.partition} {i.name}: {i.detail}" for i in issues[:SHOWN]]
        if len(issues) > SHOWN:
            lines.append(f"  ... and {len(issues) - SHOWN} more; --json lists all")
    return lines
