"""Modules outside the library that register front-ends, models and the like."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable

from antispoof.errors import ParameterError

VARIABLE = "ANTISPOOF_PLUGINS"


def load_plugins(names: Iterable[str] = ()) -> list[str]:
    """Import the named modules and those in ``$ANTISPOOF_PLUGINS`` (comma separated).

    The names are added to the variable, so that processes started from here import
    them, too.

    Returns
    -------
    The names of all plugins.

    Raises
    ------
    ParameterError
        If a module cannot be imported.
    """
    known = [name for name in os.environ.get(VARIABLE, "").split(",") if name]
    wanted = list(dict.fromkeys([*known, *names]))
    for name in wanted:
        try:
            importlib.import_module(name)
        except (ImportError, SyntaxError) as error:
            raise ParameterError(
                f"plugin {name!r} cannot be imported ({error}); name a module on the"
                " Python path without .py, such as my_module"
            ) from error
    if wanted:
        os.environ[VARIABLE] = ",".join(wanted)
    return wanted
