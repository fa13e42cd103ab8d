"""The reference of both packages: what is registered, and every public name.

The packages are those of the layers in ``pyproject.toml``, lowest first, so a new one
is in the book without being named again. The command line has its own help.
"""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import tomllib
from sphinx.application import Sphinx

from antispoof.registry import Registry

from .generated import markdown_table

PAGE = "book/library"
REGISTRIES = {  # in the order of the work
    "antispoof.corpora": "CORPORA",
    "antispoof.augment": "AUGMENTATIONS",
    "antispoof.synthesis": "ENGINES",
    "antispoof.frontends": "FRONTENDS",
    "antispoof.losses": "LOSSES",
    "antispoof.models": "MODELS",
    "antispoof.metrics": "METRICS",
}
SECTION = """
## `{module}`
```{{eval-rst}}
.. automodule:: {module}
   :members: {members}
```
"""


def setup(app: Sphinx) -> None:
    """Connect the page; settings of autodoc and napoleon are in ``_config.yml``."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("source-read", _add_reference)
    app.connect("autodoc-process-docstring", _describe, priority=400)  # before napoleon


def modules(root: Path) -> list[str]:
    """Names of the modules and packages in the reference, lowest layer first."""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    report = import_module("antispoof_report")
    packages = [m.name for m in pkgutil.iter_modules(report.__path__) if m.ispkg]
    shown = [name for name in reversed(layers) if name != "antispoof.cli"]
    return [*shown, *(f"{report.__name__}.{name}" for name in packages)]


def public_names(module: str) -> list[str]:
    """The members that autodoc shows; an empty list means its own choice.

    A package without ``__all__`` offers the functions, classes and registries that its
    ``__init__`` defines or imports from the package's modules.
    """
    package = import_module(module)
    if hasattr(package, "__all__") or not hasattr(package, "__path__"):
        return []
    # `report` collects names from beside it.
    return [
        name
        for name, value in vars(package).items()
        if isinstance(value, Registry)
        or getattr(value, "__module__", "").startswith(module.removesuffix(".report"))
    ]


def registered() -> list[tuple[str, ...]]:
    """One row per registry: where it is, and the names and titles in it."""
    rows = [("Registry", "Registered")]
    for module, name in REGISTRIES.items():
        entries = getattr(import_module(module), name)
        titles = [
            f"`{key}`: {getattr(one, 'title', None) or one.info.get('title', '')}"
            for key, one in entries.items()
        ]
        rows.append((f"`{module}.{name}`", "; ".join(titles)))
    return rows


def _add_reference(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == PAGE:
        sections = "".join(
            SECTION.format(module=name, members=", ".join(public_names(name)))
            for name in modules(Path(app.srcdir))
        )
        source[0] += "\n".join(["", *markdown_table(registered()), sections])


def _describe(app: Sphinx, *event: list[str]) -> None:
    """Entries of docstrings are ``name : text``; napoleon takes this for a type."""
    text = re.sub(r"(?m)(^|\. )([\w*, ]+) : ", r"\1\n\2\n    ", "\n".join(event[-1]))
    event[-1][:] = text.splitlines()
