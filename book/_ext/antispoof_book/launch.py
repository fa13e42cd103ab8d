"""What a chapter's page offers: to run it, to download it, to edit it.

Colab and Kaggle open the clean notebook of the repository. Downloads are files of the
site: the clean notebook, its ``.py`` source, and the executed notebook. "Suggest edit"
opens the ``.py``, which is the source.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx

from . import notebook
from .page_context import Page, on_page
from .repository import address, file_address

AFTER_THE_THEME = 502  # the theme adds its buttons at 501


def setup(app: Sphinx) -> None:
    """Connect the buttons, and the copying of the downloads."""
    on_page(app, _add_buttons, AFTER_THE_THEME)


def _add_buttons(page: Page) -> None:
    if Path(page.name).parent.name != notebook.FOLDER:
        return
    header = page.context.get("header_buttons", ())
    groups = {group.get("label"): group for group in header}
    if launch := groups.get("launch-buttons"):
        opened = file_address(address(page.root), f"{page.name}.ipynb")
        url = f"https://www.kaggle.com/kernels/welcome?src={quote(opened, safe=':/')}"
        button = _button(url, "Kaggle", "Launch on Kaggle", "fab fa-kaggle")
        launch["buttons"].append(button)
    if download := groups.get("download-buttons"):
        download["buttons"][1:1] = _copy_downloads(page)
    for button in groups.get("source-buttons", {}).get("buttons", ()):
        if button.get("label") == "source-edit-button":
            button["url"] = button["url"].removesuffix(".ipynb") + ".py"


def _button(url: str, text: str, tooltip: str, icon: str) -> dict[str, str]:
    made = {"type": "link", "url": url, "text": text, "tooltip": tooltip, "icon": icon}
    return made | {"label": f"{tooltip.split()[-1].lower()}-button"}


def _copy_downloads(page: Page) -> list[dict[str, str]]:
    """Copy the script and the executed notebook into the site; return buttons."""
    script = page.root / f"{page.name}.py"
    run = notebook.run_path(page.root, page.name)
    text, icons = ".ipynb, with results", ("fas fa-code", "fas fa-chart-bar")
    buttons = []
    for file, folder, *shown in (
        (script, f"_sources/{notebook.FOLDER}", ".py", "Download script", icons[0]),
        (run, "_executed", text, "Download notebook with results", icons[1]),
    ):
        if file.is_file():
            target = Path(page.app.outdir) / folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            url = page.context["pathto"](f"{folder}/{file.name}", 1)
            buttons.append(_button(url, *shown))
    return buttons
