"""The line at the top of every page: which corpus it was run on."""

from html import escape

from antispoof.corpora import Corpus
from antispoof_report.environment import device
from antispoof_report.glue_values import glue
from antispoof_report.html import Html

SIMULATED = (
    "A program made the voices for the cells that run here, also the “bona fide” ones. "
    "Results on real speech come from recorded runs, not from this corpus."
)
STYLE = "border-left:.25rem solid {colour};padding:.5rem .75rem;margin:1rem 0"


def header(corpus: Corpus) -> Html:
    """The line "This page was run on ...", with a warning if the speech is simulated.

    Write it last in its cell, so that the notebook shows it. The corpus and the machine
    are glued, too, for the box at the end of the book's page.
    """
    glue("page_corpus", corpus.description)
    glue("page_device", device())
    text = f"This page was run on: {corpus.description.rstrip('.')}."
    html, colour = f'<p style="margin:0">{escape(text)}</p>', "#0072B2"
    if corpus.is_synthetic:
        title, colour = "<p><strong>Simulated speech.</strong></p>", "#D55E00"
        html = f"{title}{html}<p>{escape(SIMULATED)}</p>"
        text = f"{text}\n{SIMULATED}"
    style = STYLE.format(colour=colour)
    box = f'<div class="report-header" role="note" style="{style}">{html}</div>'
    return Html(box, text)
