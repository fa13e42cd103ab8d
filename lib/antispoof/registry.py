"""Registries: the one way in which front-ends, models, corpora and the like are added.

A name is registered with its title and metadata, so that tables, commands and sweeps
need no lists of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from antispoof.errors import ParameterError

T = TypeVar("T", bound=Callable[..., Any])


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


class Registry(Mapping[str, Entry]):
    """Name -> entry, in the order of registration.

    Parameters
    ----------
    kind : what an error message calls one entry, such as "model".
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Entry] = {}

    def register(self, name: str, **info: Any) -> Callable[[T], T]:
        """Decorator that registers a class or function under a name.

        Raises
        ------
        ParameterError
            If the name is taken by something else. Importing a module twice, as
            notebooks do, replaces its own entry.
        """

        def add(factory: T) -> T:
            if name in self:
                check_same(f"{self.kind} {name!r}", self[name].factory, factory)
            self._entries[name] = Entry(name, factory, info)
            return factory

        return add

    def __getitem__(self, name: str) -> Entry:
        if name not in self:
            raise unknown(f"{self.kind} {name!r}", self)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def unknown(what: str, accepted: Iterable[str]) -> ParameterError:
    """The error for a name that is not registered."""
    return ParameterError(
        f"unknown {what}; accepted: {', '.join(accepted)}. If a plugin registers it,"
        " load it with `antispoof --plugin MODULE`, or import it in the notebook"
    )


def check_same(what: str, known: Callable, new: Callable) -> None:
    """ParameterError unless `new` is defined where `known`, of the same name, is."""
    origins = [(f.__module__, getattr(f, "__qualname__", "")) for f in (known, new)]
    if origins[0] != origins[1]:
        raise ParameterError(
            f"{what} is already registered by {known.__module__}; choose another name"
        )
