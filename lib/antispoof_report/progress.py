"""One line that shows how far a long cell is."""

from collections.abc import Callable
from html import escape

from antispoof_report.html import Html


def progress_line() -> Callable[[str], None]:
    """A function that shows the text it is given in place of the one before.

    Someone who runs the notebook sees every epoch; the finished page has the last line.
    """
    from IPython.display import DisplayHandle

    handle = DisplayHandle()
    write = handle.display

    def show(text: str) -> None:
        nonlocal write
        html = f'<p class="report-live"><small>{escape(text)}</small></p>'
        write(Html(html, text))
        write = handle.update

    return show
