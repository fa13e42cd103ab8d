"""What a chapter's page offers: to run it, to download it, to edit it.

Colab and Kaggle open the clean notebook of the repository. Downloads are files of the
site: the clean notebook, its ``.py`` source, and the executed notebook. "Suggest edit"
opens the ``.py``, which is the source.
"""

import shutil
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx

from . import notebook
from .repository import address, file_address

AFTER_THE_THEME = 502  # the theme adds its buttons at 501


def setup(app: Sphinx) -> None:
    """Connect the buttons, and the copying of the downloads."""
    app.connect("html-page-context", _add_buttons, AFTER_THE_THEME)


def _add_buttons(app, pagename, templatename, context, doctree) -> None:
    name, root = Path(pagename), Path(app.srcdir)
    if name.parent.name != notebook.FOLDER:
        return
    header = context.get("header_buttons", ())
    groups = {group.get("label"): group.get("buttons", []) for group in header}
    opened = file_address(address(root), f"{name}.ipynb")
    kaggle = f"https://www.kaggle.com/kernels/welcome?src={quote(opened, safe=':/')}"
    groups["launch-buttons"].append(
        _button(kaggle, "Kaggle", "Launch on Kaggle", "fab fa-kaggle")
    )
    script, run = root / f"{name}.py", notebook.run_path(root, pagename)
    results = (".ipynb, with results", "Download results", "fas fa-chart-bar")
    code = (".py", "Download script", "fas fa-code")
    for file, folder, shown in (
        (run, "_executed", results),
        (script, f"_sources/{notebook.FOLDER}", code),
    ):
        if file.is_file():
            copy = Path(app.outdir) / folder / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            url = context["pathto"](f"{folder}/{file.name}", 1)
            groups["download-buttons"].insert(1, _button(url, *shown))
    for button in groups["source-buttons"]:
        if button.get("label") == "source-edit-button":
            button["url"] = button["url"].removesuffix(".ipynb") + ".py"


def _button(url: str, text: str, tooltip: str, icon: str) -> dict[str, str]:
    made = {"type": "link", "url": url, "text": text, "tooltip": tooltip, "icon": icon}
    return made | {"label": f"{tooltip.split()[-1].lower()}-button"}
