"""What papermill put into a running chapter, held to what the chapter declares.

papermill itself only warns of a name that a chapter does not have, and takes any value.
A chapter therefore looks, in the cell below its parameters, at what it was given.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from antispoof.errors import ParameterError
from antispoof_report.notebooks.parameters import SHARED, assignments, checked, declared

INJECTED = "# Parameters"  # how papermill begins its cell
WHERE = "this chapter"


def check_parameters() -> None:
    """Refuse parameters from outside that this notebook does not have or cannot take.

    Call it in the cell that follows the parameters, before anything heavy is
    imported. Where nothing was injected it does nothing.

    Raises
    ------
    ParameterError
        An unknown name, or a value of the wrong type; says what is accepted.
    """
    from IPython import get_ipython

    check_history(get_ipython().user_ns["In"])


def check_history(cells: Sequence[str]) -> None:
    """:func:`check_parameters`, given the sources of all cells run so far.

    The last one is the cell that asks; before it stand the injected and the declared
    parameters.
    """
    if len(cells) < 3 or not cells[-2].startswith(INJECTED):
        return
    known = declared(cells[-3], where=WHERE)
    given = {name: _value(name, node) for name, node in assignments(cells[-2]).items()}
    ours = {
        name: value
        for name, value in given.items()
        # papermill's own, where it is asked to tell its paths
        if not name.startswith("PAPERMILL_") and (name in known or name not in SHARED)
    }
    checked(ours, known, where=WHERE)


def _value(name: str, node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ParameterError(
            f"{WHERE}: parameter {name!r} is {ast.unparse(node)}, not a plain value"
        ) from None
