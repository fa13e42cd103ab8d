"""Registries: the one way in which front-ends, models, corpora and the like are added.

A name is registered with its title and metadata, so that tables, commands and sweeps
need no lists of their own. What a registered function returns is checked where it is
used, so that an error names the function.
"""

from collections import UserDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from antispoof.errors import PARSE_ERRORS, AntispoofError, ParameterError


@dataclass(frozen=True)
class Entry:
    """One registered thing.

    Attributes
    ----------
    name : its name in configurations and commands.
    factory : the registered class or function.
    info : whatever else was given at registration, such as ``title``.
    """

    name: str
    factory: Callable[..., Any]
    info: dict[str, Any]


class Registry(UserDict[str, Entry]):
    """Name -> entry, in the order of registration.

    Parameters
    ----------
    kind : what an error message calls one entry, such as "model".
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def register(self, name: str, **info: Any) -> Callable:
        """Decorator that registers a class or function under a name.

        Raises
        ------
        ParameterError
            If the name is taken by something else. Importing a module twice, as
            notebooks do, replaces its own entry.
        """

        def add(factory: Callable) -> Callable:
            if name in self:
                check_same(f"{self.kind} {name!r}", self[name].factory, factory)
            self[name] = Entry(name, factory, info)
            return factory

        return add

    def __getitem__(self, name: str) -> Entry:
        if name not in self:
            raise unknown(f"{self.kind} {name!r}", self)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name)


def unknown(what: str, accepted: Iterable[str]) -> ParameterError:
    """The error for a name that is not registered."""
    return ParameterError(
        f"unknown {what}; accepted: {', '.join(accepted)}. If a plugin registers it,"
        " load it with `antispoof --plugin MODULE`, or import it in the notebook"
    )


def check_result(what: str, value: Any, shape: tuple, dtype: str = "") -> None:
    """Check what a registered function returned.

    Parameters
    ----------
    what : the function, as the error names it.
    shape : the accepted shape; that of a number is ().
    dtype : the accepted type of the numbers; any if empty.

    Raises
    ------
    ParameterError
        If `value` is something else.
    """
    found = getattr(value, "shape", () if isinstance(value, int | float) else None)
    kind = str(getattr(value, "dtype", "")) if dtype else ""
    if found is not None and (tuple(found), kind) == (tuple(shape), dtype):
        return
    given = f"{value!r:.60}" if found is None else f"shape {tuple(found)} {kind}"
    accepted = f"shape {tuple(map(int, shape))} {dtype}".rstrip()
    raise ParameterError(f"{what} returned {given.rstrip()}; accepted: {accepted}")


def call(what: str, function: Callable, *given: Any, shape: tuple) -> Any:
    """What a registered function returns, see :func:`check_result`.

    Raises
    ------
    ParameterError
        If it fails, or returns another shape. A documented error stays as it is.
    """
    try:
        value = function(*given)
    except AntispoofError:  # a sentence already
        raise
    except (IndexError, RuntimeError, *PARSE_ERRORS) as error:
        raise ParameterError(f"{what}: {type(error).__name__}: {error}") from error
    check_result(what, value, shape)
    return value


def check_same(what: str, known: Callable, new: Callable) -> None:
    """ParameterError unless `new` is defined where `known`, of the same name, is.

    A ``functools.partial`` is defined where its function is.
    """
    known, new = (getattr(f, "func", f) for f in (known, new))
    origins = [(f.__module__, getattr(f, "__qualname__", "")) for f in (known, new)]
    if origins[0] != origins[1]:
        raise ParameterError(
            f"{what} is already registered by {known.__module__}; choose another name"
        )
