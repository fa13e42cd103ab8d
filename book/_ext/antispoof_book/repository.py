"""The repository's address, read from ``pyproject.toml``, where it stands alone.

From it are made: the theme's source and Colab buttons, a Kaggle button, "suggest
edit" for chapters (which opens the ``.py`` that people edit, not the generated
notebook), the role ``{repo}`` (a link to a file of the tree), and the substitutions
``{{ repository }}`` and ``{{ clone }}``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import tomllib
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from . import notebook

BRANCH = "main"
AFTER_THE_THEME = 502  # the theme adds its buttons at 501


def setup(app: Sphinx) -> None:
    """Connect the settings and the buttons."""
    app.setup_extension("sphinx.ext.extlinks")
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _add_kaggle, priority=AFTER_THE_THEME)
    app.connect("html-page-context", _edit_the_script, priority=AFTER_THE_THEME)


def address(root: Path) -> str:
    """Address of the repository, as ``pyproject.toml`` in ``root`` gives it.

    Raises ConfigError if the file has no ``Repository`` under ``[project.urls]``.
    """
    path = root / "pyproject.toml"
    urls = tomllib.loads(path.read_text("utf-8")).get("project", {}).get("urls", {})
    if "Repository" not in urls:
        raise ConfigError(f"{path}: [project.urls] must have the key Repository")
    return urls["Repository"].rstrip("/")


def file_address(repository: str, path: str) -> str:
    """Address at which the file ``path`` of the tree is shown."""
    return f"{repository}/blob/{BRANCH}/{path}"


def kaggle_address(repository: str, docname: str) -> str:
    """Address that opens a chapter as a new notebook on Kaggle."""
    shown = file_address(repository, f"{docname}.ipynb")
    return f"https://www.kaggle.com/kernels/welcome?src={quote(shown, safe=':/')}"


def _configure(app: Sphinx, config: Config) -> None:
    repository = address(Path(app.srcdir))
    options = config.html_theme_options
    options["repository_url"] = repository
    options["repository_branch"] = BRANCH
    options["path_to_docs"] = ""
    options["launch_buttons"] = {"colab_url": "https://colab.research.google.com"}
    config.extlinks["repo"] = (file_address(repository, "%s"), "%s")
    folder = repository.rsplit("/", 1)[-1]
    config.myst_substitutions["repository"] = f"[{repository}]({repository})"
    config.myst_substitutions["clone"] = (
        f"```bash\ngit clone {repository}\ncd {folder}\n```"
    )


def _add_kaggle(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    button = {
        "type": "link",
        "text": "Kaggle",
        "tooltip": "Launch on Kaggle",
        "icon": "fab fa-kaggle",
        "url": kaggle_address(address(Path(app.srcdir)), pagename),
    }
    for group in context.get("header_buttons", ()):
        if group.get("label") == "launch-buttons":
            group["buttons"].append(button)


def _edit_the_script(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if Path(pagename).parent.name != notebook.FOLDER:
        return
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button.get("label") == "source-edit-button":
                button["url"] = button["url"].removesuffix(".ipynb") + ".py"
