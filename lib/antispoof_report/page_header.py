"""The line at the top of every page: which corpus it was run on."""

from antispoof.corpora import Corpus
from antispoof_report.environment import device
from antispoof_report.glue_values import glue
from antispoof_report.html import Html, render

SIMULATED = (
    "A program made the voices for the cells that run here, also the “bona fide” ones. "
    "Results on real speech come from recorded runs, not from this corpus."
)


def header(corpus: Corpus) -> Html:
    """The line "This page was run on ...", with a warning if the speech is simulated.

    Write it last in its cell, so that the notebook shows it. The corpus and the machine
    are glued, too, for the box at the end of the book's page.
    """
    glue("page_corpus", corpus.description)
    glue("page_device", device())
    line = f"This page was run on: {corpus.description.rstrip('.')}."
    warning = SIMULATED if corpus.is_synthetic else ""
    html = render("header.html", line=line, warning=warning)
    return Html(html, f"{line}\n{warning}".rstrip())
