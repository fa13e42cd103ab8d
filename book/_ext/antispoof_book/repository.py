"""The repository's address, read from ``pyproject.toml``, where it stands alone.

From it are made: the theme's source buttons, the role ``{repo}`` (a link to a file of
the tree), the address of the published book, the substitutions ``{{ repository }}``
and ``{{ clone }}``, and what ``launch`` puts on chapters.
"""

from __future__ import annotations

from pathlib import Path

import tomllib
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

BRANCH = "main"


def setup(app: Sphinx) -> None:
    """Connect the settings."""
    app.setup_extension("sphinx.ext.extlinks")
    app.connect("config-inited", _configure)


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


def site_address(repository: str) -> str:
    """Address at which GitHub Pages publishes the book of ``repository``."""
    owner, name = repository.rsplit("/", 2)[-2:]
    return f"https://{owner}.github.io/{name}/"


def _configure(app: Sphinx, config: Config) -> None:
    repository = address(Path(app.srcdir))
    options = config.html_theme_options
    options["repository_url"] = repository
    options["repository_branch"] = BRANCH
    options["path_to_docs"] = ""
    options["launch_buttons"] = {"colab_url": "https://colab.research.google.com"}
    config.html_baseurl = config.ogp_site_url = site_address(repository)
    config.extlinks["repo"] = (file_address(repository, "%s"), "%s")
    folder = repository.rsplit("/", 1)[-1]
    config.myst_substitutions["repository"] = f"[{repository}]({repository})"
    config.myst_substitutions["clone"] = (
        f"```bash\ngit clone {repository}\ncd {folder}\n```"
    )
