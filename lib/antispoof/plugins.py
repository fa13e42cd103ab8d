"""Modules outside the library that register front-ends, models and the like."""

import importlib
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from antispoof.errors import ParameterError

VARIABLE = "ANTISPOOF_PLUGINS"


def load_plugins(names: Iterable[str] = ()) -> list[str]:
    """Import the named modules and those in ``$ANTISPOOF_PLUGINS`` (comma separated).

    A module, as ``my_module`` or ``my_package.my_module``, is looked for on the Python
    path, then in the current folder; a name that ends in ``.py`` is the path of its
    file. The names are added to the variable, so
    that processes started from here import them, too.

    Returns
    -------
    The names of all plugins.

    Raises
    ------
    ParameterError
        If a module cannot be imported, or has the name of another one.
    """
    wanted = list(dict.fromkeys(map(_load, [*listed(), *names])))
    os.environ[VARIABLE] = ",".join(wanted)
    return wanted


def listed() -> list[str]:
    """The plugins in ``$ANTISPOOF_PLUGINS``."""
    return [name for name in os.environ.get(VARIABLE, "").split(",") if name]


def module_name(plugin: str) -> str:
    """What a plugin is imported as; it may be given as a file."""
    return Path(plugin).stem if plugin.endswith(".py") else plugin


def _load(plugin: str) -> str:
    """Import a plugin; returns the name by which other processes find it."""
    is_file = plugin.endswith(".py")
    name = plugin if is_file else plugin.replace(".", "/") + ".py"
    file = Path(name).absolute()  # not resolved: a link has a name of its own
    folder = file.parent if is_file else Path.cwd()
    sys.path[:] = dict.fromkeys([*sys.path, str(folder)])
    try:
        module = importlib.import_module(module_name(plugin))
        found = Path(getattr(module, "__file__", None) or "built-in")
        if file.exists() and not (found.exists() and found.samefile(file)):
            raise ImportError(f"{found} has the same name; rename {file}")
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)
        own = [f", {s.filename} line {s.lineno}" for s in steps if s.name == "<module>"]
        why = f"{type(error).__name__}: {error}{''.join(own[-1:])}"
        if not own and isinstance(error, ModuleNotFoundError):
            why = f"there is no {file}, nor such a module on the Python path"
        raise ParameterError(f"plugin {plugin!r} cannot be imported: {why}") from error
    return str(file) if is_file else plugin
