"""``antispoof corpus``: audit, fetch or synthesize a corpus; make fakes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.options import AsJson, CorpusArgument, with_names
from antispoof.cli.text import format_table, progress_bar, say
from antispoof.errors import AudioError, ParameterError

if TYPE_CHECKING:
    from antispoof.corpora import Audit, Issue

LIMIT = "Real clips of each partition at most."
CONTROL = "Of clips without an engine: control (nothing), augmented or coded."
KEEP = "Also take along the corpus's own fakes, coded like the control."
PARTS = "Folders of corpora; after a colon the partitions to take, else all."
SHOWN = 10  # issues of one kind in the report for people; --json has all

OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help="Folder to fill.")]
Engines = Annotated[str, typer.Option(metavar="NAME,...", help="Separated by commas.")]

LAYOUTS = with_names("Layouts of corpora", "antispoof.corpora", "CORPORA")
ENGINES = ("Engines", "antispoof.synthesis", "ENGINES")

corpus_app = typer.Typer(no_args_is_help=True)


@corpus_app.command("audit", cls=LAYOUTS)
def audit_command(
    folders: Annotated[
        list[Path], typer.Argument(metavar="CORPUS...", help="Folders of corpora.")
    ],
    as_json: AsJson = False,
) -> None:
    """Report what is there, and what is missing or broken; exit 1 if anything is.

    Sound, a speaker or a source that two partitions share counts as broken; so does,
    with several corpora, what one shares with another. Near duplicates, recordings that
    were changed in level, cut or coded, are listed only.
    """
    from antispoof.corpora import audit, find_leaks_between, open_corpus

    audits = []
    for folder in folders:
        with progress_bar("Decoding") as progress:
            audits.append(audit(open_corpus(folder, strict=False), progress=progress))
    leaks = find_leaks_between(audits) if len(audits) > 1 else []
    result = [found.to_dict() for found in audits]
    clear = [leak for leak in leaks if leak.kind != "near_duplicate"]
    ok = all(found.ok for found in audits) and not clear
    if as_json:
        between = {"corpora": result, "leaks": [asdict(x) for x in leaks], "ok": ok}
        shown = between if len(result) > 1 else result[0]
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        for found in audits:
            typer.echo(_count_table(found))
            for line in _sentences(found):
                say(line)
        for line in _issue_lines(leaks):
            say(line)
    if not ok:
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
    say(f"{corpus.root}: {corpus.description}")


@corpus_app.command("fetch")
def fetch_command(
    folder: Annotated[Path, typer.Argument(help="Where to unpack.")] = Path("data"),
    url: Annotated[str, typer.Option(help="Download from this address.")] = "",
) -> None:
    """Download ASVspoof 2019 LA; an interrupted download resumes."""
    from antispoof.corpora.download import OFFICIAL_ARCHIVE, fetch

    url = url or OFFICIAL_ARCHIVE
    show = partial(say, err=True)
    show(f"downloading {url} to {folder}")
    with progress_bar("Downloading and unpacking", in_lines=True) as bar:
        corpus = fetch(folder, url=url, progress=bar, on_retry=show)
    say(f"{corpus.root}: {corpus.description}")


@corpus_app.command("join")
def join_command(
    out: OutArgument,
    parts: Annotated[
        list[str], typer.Argument(metavar="CORPUS[:PARTITION,...]...", help=PARTS)
    ],
) -> None:
    """List the clips of several corpora in one table; the sound files stay in place.

    OUT becomes a corpus, for `antispoof train --corpus OUT` and all other commands.
    """
    from antispoof.corpora import join_corpora, open_corpus

    chosen = {}
    for part in parts:
        is_folder = ":" not in part or Path(part).is_dir()
        folder, _, partitions = (part, "", "") if is_folder else part.rpartition(":")
        chosen[open_corpus(folder)] = partitions.split(",") if partitions else []
    target = join_corpora(chosen, out)
    say(f"{target}: {open_corpus(out).description}")


@corpus_app.command("copies", cls=with_names(*ENGINES, "vocoder"))
def copies_command(
    source: CorpusArgument,
    out: OutArgument,
    engines: Engines = "world,griffinlim",
    partition: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=LIMIT)] = None,
    keep_spoof: Annotated[bool, typer.Option("--keep-spoof", help=KEEP)] = False,
    control: Annotated[str, typer.Option(help=CONTROL)] = "control",
) -> None:
    """Copy the real clips of a corpus with vocoders: fakes, and a control of each clip.

    OUT becomes a corpus, listed in OUT/MANIFEST.csv. Clips that exist are kept.
    """
    from antispoof.corpora import open_corpus
    from antispoof.synthesis import make_copies

    options = {"partition": partition, "limit": limit, "keep_spoof": keep_spoof}
    options["control_engine"] = control
    _show_made(make_copies, open_corpus(source), out, engines, options)


@corpus_app.command("speak", cls=with_names(*ENGINES, "tts"))
def speak_command(
    texts: Annotated[Path, typer.Argument(metavar="TEXTS", help="A sentence a line.")],
    out: OutArgument,
    engines: Engines = "flite,espeak",
    partition: Annotated[str, typer.Option(help="Partition of all.")] = "train",
) -> None:
    """Let text-to-speech programs say sentences: fakes, in a corpus as of copies."""
    from antispoof.synthesis import speak_texts

    try:
        lines = texts.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ParameterError(f"{texts} is not a text in UTF-8: {error}") from None
    _show_made(speak_texts, lines, out, engines, {"partition": partition})


def _show_made(
    make: Callable, given: object, out: Path, engines: str, options: dict
) -> None:
    verbose = 5 * sys.stderr.isatty()  # progress, by joblib
    names = [name for name in engines.split(",") if name]
    failed = make(given, out, names, verbose=verbose, **options)
    for name, message in failed.items():
        say(f"left out: {name}: {message}")
    say(f"{out / 'MANIFEST.csv'}: complete, {len(failed)} clip(s) left out")
    if empty := [name for name in names if not any((out / name).glob("*.flac"))]:
        raise AudioError(f"engine {', '.join(empty)} made no clip")


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
    minutes = sum(part.seconds for part in found.partitions.values()) / 60
    yield f"{found.description} In {found.root}: {minutes:.1f} minutes of sound."
    for name, part in found.partitions.items():
        if part.unlisted:
            yield f"{name}: {part.unlisted} file(s) in no protocol; they are not used"
        if part.asv_scores is False:
            yield f"{name}: no scores of speaker verification, so no min t-DCF"
    if found.ok:
        yield "Nothing is missing or broken."
    yield from _issue_lines(found.issues)


def _issue_lines(found: Sequence[Issue]) -> Iterator[str]:
    from antispoof.corpora import ISSUES

    for kind, meaning in ISSUES.items():
        issues = [issue for issue in found if issue.kind == kind]
        if issues:
            yield f"{len(issues)} x {kind.replace('_', ' ')}: {meaning}"
        for issue in issues[:SHOWN]:
            yield f"  {issue.partition} {issue.name}: {issue.detail}"
        if len(issues) > SHOWN:
            yield f"  ... and {len(issues) - SHOWN} more; --json lists all"
