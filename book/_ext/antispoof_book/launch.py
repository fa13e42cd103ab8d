"""What a chapter's page offers: to run it, to take it along, to change it.

Colab and Kaggle open the clean notebook of the repository. Downloads are files of the
site: the clean notebook, its ``.py`` source, and the notebook as it was run. "Suggest
edit" opens the ``.py``, which is what people edit.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from . import notebook
from .repository import address, file_address

AFTER_THE_THEME = 502  # the theme adds its buttons at 501
SOURCES = "_sources"  # where Sphinx puts the clean notebooks
EXECUTED = "_executed"


def setup(app: Sphinx) -> None:
    """Connect the buttons, and the copying of what they offer."""
    app.connect("html-page-context", _on_a_chapter, priority=AFTER_THE_THEME)


def kaggle_address(repository: str, docname: str) -> str:
    """Address that opens a chapter as a new notebook on Kaggle."""
    shown = file_address(repository, f"{docname}.ipynb")
    return f"https://www.kaggle.com/kernels/welcome?src={quote(shown, safe=':/')}"


def _on_a_chapter(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if Path(pagename).parent.name != notebook.FOLDER:
        return
    groups = {group.get("label"): group for group in context.get("header_buttons", ())}
    if launch := groups.get("launch-buttons"):
        launch["buttons"].append(_kaggle(app, pagename))
    if download := groups.get("download-buttons"):
        _offer(app, pagename, download, context["pathto"])
    for button in groups.get("source-buttons", {}).get("buttons", ()):
        if button.get("label") == "source-edit-button":
            button["url"] = button["url"].removesuffix(".ipynb") + ".py"


def _kaggle(app: Sphinx, pagename: str) -> dict[str, str]:
    return {
        "type": "link",
        "text": "Kaggle",
        "tooltip": "Launch on Kaggle",
        "icon": "fab fa-kaggle",
        "url": kaggle_address(address(Path(app.srcdir)), pagename),
    }


def _offer(app: Sphinx, pagename: str, group: dict[str, Any], pathto: Any) -> None:
    """Put the script and the run into the site, and buttons for them on the page."""
    root, site = Path(app.srcdir), Path(app.outdir)
    offered = [
        ("script", root / f"{pagename}.py", f"{SOURCES}/{pagename}.py", "fas fa-code"),
        (
            "notebook with results",
            notebook.run_path(root, pagename),
            f"{EXECUTED}/{Path(pagename).name}.ipynb",
            "fas fa-chart-bar",
        ),
    ]
    buttons = []
    for what, file, place, icon in offered:
        if not file.is_file():
            continue
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, site / place)
        buttons.append(
            {
                "type": "link",
                "url": pathto(place, 1),
                "text": ".py" if file.suffix == ".py" else ".ipynb, with results",
                "tooltip": f"Download {what}",
                "icon": icon,
                "label": f"download-{what.split()[-1]}-button",
            }
        )
    group["buttons"][1:1] = buttons
