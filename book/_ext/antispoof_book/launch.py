"""What a chapter's page offers: to run it, to take it along, to change it.

Colab and Kaggle open the clean notebook of the repository. Downloads are files of the
site: the clean notebook, its ``.py`` source, and the notebook as it was run. "Suggest
edit" opens the ``.py``, which is what people edit.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx

from . import notebook, shown
from .repository import address, file_address
from .shown import Shown

AFTER_THE_THEME = 502  # the theme adds its buttons at 501
SOURCES = "_sources"  # where Sphinx puts the clean notebooks
EXECUTED = "_executed"


def setup(app: Sphinx) -> None:
    """Connect the buttons, and the copying of what they offer."""
    shown.each(app, _on_a_chapter, priority=AFTER_THE_THEME)


def kaggle_address(repository: str, docname: str) -> str:
    """Address that opens a chapter as a new notebook on Kaggle."""
    opened = file_address(repository, f"{docname}.ipynb")
    return f"https://www.kaggle.com/kernels/welcome?src={quote(opened, safe=':/')}"


def _on_a_chapter(page: Shown) -> None:
    if Path(page.name).parent.name != notebook.FOLDER:
        return
    header = page.context.get("header_buttons", ())
    groups = {group.get("label"): group for group in header}
    if launch := groups.get("launch-buttons"):
        launch["buttons"].append(_kaggle(page))
    if download := groups.get("download-buttons"):
        download["buttons"][1:1] = _offer(page)
    for button in groups.get("source-buttons", {}).get("buttons", ()):
        if button.get("label") == "source-edit-button":
            button["url"] = button["url"].removesuffix(".ipynb") + ".py"


def _kaggle(page: Shown) -> dict[str, str]:
    return {
        "type": "link",
        "text": "Kaggle",
        "tooltip": "Launch on Kaggle",
        "icon": "fab fa-kaggle",
        "url": kaggle_address(address(page.root), page.name),
    }


def _offer(page: Shown) -> list[dict[str, str]]:
    """Put the script and the run into the site; returns buttons for them."""
    name, root, site = page.name, page.root, Path(page.app.outdir)
    offered = [
        ("script", root / f"{name}.py", f"{SOURCES}/{name}.py", "fas fa-code"),
        (
            "notebook with results",
            notebook.run_path(root, name),
            f"{EXECUTED}/{Path(name).name}.ipynb",
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
                "url": page.context["pathto"](place, 1),
                "text": ".py" if file.suffix == ".py" else ".ipynb, with results",
                "tooltip": f"Download {what}",
                "icon": icon,
                "label": f"download-{what.split()[-1]}-button",
            }
        )
    return buttons
