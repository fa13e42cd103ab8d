"""One line that shows how far a long cell is."""

from collections.abc import Callable
from html import escape

from antispoof_report.html import Html


def progress_line() -> Callable[[str], None]:
    """A function that shows the text it is given in place of the one before.

    Someone who runs the notebook sees every epoch; the finished page has the last line.
    """
    from IPython.display import display

    handle = None

    def show(text: str) -> None:
        nonlocal handle
        if handle is None:
            handle = display(_line(text), display_id=True)  # None outside a notebook
        else:
            handle.update(_line(text))

    return show


def _line(text: str) -> Html:
    return Html(f'<p class="report-live"><small>{escape(text)}</small></p>', text)
