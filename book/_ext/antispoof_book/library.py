"""The reference of the library: a section a room, made from the docstrings.

The rooms are those of the layers in ``pyproject.toml``, ground floor first, so a new
room is in the book without being named again. The command line has its own help.
"""

from __future__ import annotations

from pathlib import Path

import tomllib
from sphinx.application import Sphinx
from sphinx.config import Config

PAGE = "book/library"
NOT_SHOWN = {"cli"}
SECTION = """
## `antispoof.{room}`

```{{eval-rst}}
.. automodule:: antispoof.{room}
   :members:
```
"""
# What has no entry to link to: other libraries, words in a type, parts of a room.
WITHOUT_ENTRY = [("py:mod", r".*"), (r"py:.*", r"(?!antispoof\.).*")]


def setup(app: Sphinx) -> None:
    """Connect the page and the settings it needs."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("config-inited", _configure)
    app.connect("source-read", _add_rooms)


def rooms(root: Path) -> list[str]:
    """Names of the library's rooms, ground floor first."""
    told = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    layers = told["tool"]["importlinter"]["contracts"][0]["layers"]
    names = [layer.removeprefix("antispoof.") for layer in reversed(layers)]
    return [name for name in names if name not in NOT_SHOWN]


def _configure(app: Sphinx, config: Config) -> None:
    config.autodoc_member_order = "bysource"
    config.autodoc_typehints = "none"  # the docstrings say shapes and units, too
    config.napoleon_use_param = False
    config.napoleon_use_rtype = False
    config.nitpick_ignore_regex = [*config.nitpick_ignore_regex, *WITHOUT_ENTRY]


def _add_rooms(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == PAGE:
        names = rooms(Path(app.srcdir))
        source[0] += "".join(SECTION.format(room=name) for name in names)
