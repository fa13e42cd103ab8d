"""The repository's address, read from ``pyproject.toml``, its one place.

It makes the theme's source buttons, the role ``{repo}`` (a link to a file of the tree),
the address of the published book, the substitutions ``{{ repository }}`` and
``{{ clone }}``, and the buttons of ``launch``.
"""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from antispoof_report.notebooks.sync import repository as address

BRANCH = "main"


def setup(app: Sphinx) -> None:
    """Connect the settings."""
    app.setup_extension("sphinx.ext.extlinks")
    app.connect("config-inited", _configure)


def file_address(repository: str, path: str) -> str:
    """Address at which the file ``path`` of the tree is shown."""
    return f"{repository}/blob/{BRANCH}/{path}"


def _configure(app: Sphinx, config: Config) -> None:
    repository = address(Path(app.srcdir))
    owner, name = repository.rsplit("/", 2)[-2:]
    config.html_theme_options |= {
        "repository_url": repository,
        "repository_branch": BRANCH,
        "path_to_docs": "",
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
    # Where GitHub Pages publishes the book.
    config.html_baseurl = config.ogp_site_url = f"https://{owner}.github.io/{name}/"
    config.extlinks["repo"] = (file_address(repository, "%s"), "%s")
    config.myst_substitutions |= {
        "repository": f"[{repository}]({repository})",
        "clone": f"```bash\ngit clone {repository}\ncd {name}\n```",
    }
