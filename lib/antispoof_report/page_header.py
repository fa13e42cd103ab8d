"""What every page says first: which corpus it was run on."""

from __future__ import annotations

from html import escape

from antispoof.corpora import Corpus
from antispoof_report.environment import device
from antispoof_report.glue_values import glue
from antispoof_report.html import Html

SIMULATED = (
    "A program made the “bona fide” voices as well as the “spoofed” ones; what this "
    "page shows is that every step works, no more."
)
NOTE = "border-left:.25rem solid #0072B2;padding:.5rem .75rem;margin:1rem 0"
WARNING = "border-left:.25rem solid #D55E00;padding:.5rem .75rem;margin:1rem 0"


def header(corpus: Corpus) -> Html:
    """The line "This page was run on ...", with a warning if the speech is simulated.

    Put it last in its cell, so that the notebook shows it. Corpus and machine are
    glued, too, for the lines at the end of the book's page.
    """
    glue("page_corpus", corpus.description)
    glue("page_device", device())
    line = f"This page was run on: {corpus.description.rstrip('.')}."
    html = f'<p style="margin:0">{escape(line)}</p>'
    if not corpus.is_synthetic:
        return Html(
            f'<div class="report-header" role="note" style="{NOTE}">{html}</div>', line
        )
    html = (
        f'<div class="report-header report-simulated" role="note" style="{WARNING}">'
        f'<p style="margin:0 0 .25rem"><strong>Simulated speech.</strong></p>{html}'
        f'<p style="margin:.25rem 0 0">{escape(SIMULATED)}</p></div>'
    )
    return Html(html, f"{line}\n{SIMULATED}")
