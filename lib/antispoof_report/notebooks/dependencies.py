"""Which modules of the library a chapter's code depends on, read without running it.

Imports are followed from the chapter through the library. A module that is reached
counts whole, with all that it uses. A package that only passes names on (its
``__init__`` holds imports and literals, as those of most rooms do) is a *door*: only
the names that are used are followed through it, so that a chapter which draws a table
does not depend on the code that plays sound. A text that is the name of a module, as
:mod:`antispoof.runs.jobs` lists some, counts as a use of it.

Sources are given as texts, module name -> source, so that one can ask what a change
would affect before making it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from antispoof_report.notebooks import ChapterError

EVERYTHING = "*"

# A module, and the way from it: ("antispoof", ("metrics", "eer")).
Use = tuple[str, tuple[str, ...]]
Sources = Mapping[str, str]
Door = Mapping[str, tuple[str, str]]


def library(folder: Path) -> dict[str, str]:
    """The sources of all packages in a folder: module name -> text."""
    sources = {}
    for path in sorted(Path(folder).rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        # A package is known by its own name, which stands for its __init__.
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        sources[name] = path.read_text("utf-8")
    return sources


def dependencies(code: str, sources: Sources) -> list[str]:
    """Names of the modules among `sources` that `code` depends on, sorted.

    Raises
    ------
    ChapterError
        If the code, or a source that it depends on, is not Python or imports by a
        relative name.
    """
    known = frozenset(sources)
    packages = {module for name in sources for module in _above(name)}
    found: set[str] = set()
    seen: set[Use] = set()
    waiting = list(_uses("", code, known))
    while waiting:
        use = waiting.pop()
        if use in seen:
            continue
        seen.add(use)
        module, way = use
        waiting += [(package, ()) for package in _above(module)]
        door = _door(module, sources[module]) if module in packages else None
        further = _through(module, way, door, known)
        if further is not None:
            waiting += further
        elif module not in found:
            found.add(module)
            # What a door holds of its own are literals, which need nothing.
            waiting += _uses(module, sources[module], known) if door is None else ()
    return sorted(found)


def _above(module: str) -> Iterator[str]:
    """The packages of a module, whose code runs when it is imported."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _through(
    module: str, way: tuple[str, ...], door: Door | None, known: frozenset[str]
) -> list[Use] | None:
    """Where a way leads on; None if it ends in the module, which then counts."""
    inside = f"{module}.{way[0]}" if way else ""
    if door is None:
        # A package with code of its own counts, and what lies in it is further on.
        return None if inside not in known else [(module, ()), (inside, way[1:])]
    if not way:
        return []
    if way[0] == EVERYTHING:
        return [(module, (name,)) for name in door]
    if way[0] in door:
        origin, name = door[way[0]]
        return [(origin, (name, *way[1:]))] if origin in known else []
    return [(inside, way[1:])] if inside in known else None


@lru_cache(maxsize=2048)
def _nodes(module: str, text: str) -> tuple[ast.AST, ...]:
    """All nodes of a source, its module first."""
    name = module or "the chapter"
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ChapterError(
            f"{name} is not Python: {error.msg}, line {error.lineno}"
        ) from error
    nodes = tuple(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            raise ChapterError(
                f"{name} has a relative import, line {node.lineno}; only imports by"
                " the full name are followed"
            )
    return nodes


@lru_cache(maxsize=2048)
def _door(module: str, text: str) -> Door | None:
    """Name -> module and name there that a door has it from; None for no door."""
    passed = {}
    for node in _nodes(module, text)[0].body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                passed[alias.asname or alias.name] = (node.module, alias.name)
        elif not _is_literal(node):
            return None
    return passed


def _is_literal(node: ast.stmt) -> bool:
    """A docstring, or an assignment such as that of ``__all__``."""
    if not isinstance(node, (ast.Expr, ast.Assign)):
        return False
    plain = (ast.Constant, ast.List, ast.Tuple, ast.expr_context)
    return all(isinstance(part, plain) for part in ast.walk(node.value))


@lru_cache(maxsize=2048)
def _uses(module: str, text: str, known: frozenset[str]) -> tuple[Use, ...]:
    """What a source takes from the known modules."""
    nodes = _nodes(module, text)
    uses: list[Use] = []
    names: dict[str, list[Use]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in known:
                    whole = alias.name if alias.asname else alias.name.split(".")[0]
                    names.setdefault(alias.asname or whole, []).append((whole, ()))
                    uses.append((alias.name, ()))
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                use = (node.module, (alias.name,))
                names.setdefault(alias.asname or alias.name, []).append(use)
                uses.append(use)
        elif isinstance(node, ast.Constant) and _is_path(node.value, known):
            inside = f"{node.value}."
            uses += [(n, ()) for n in known if n == node.value or n.startswith(inside)]
    return (*uses, *_by_name(nodes, names))


def _is_path(value: object, known: frozenset[str]) -> bool:
    """Whether a constant names a module; without a dot it is a word like any other."""
    return isinstance(value, str) and "." in value and value in known


def _by_name(
    nodes: Collection[ast.AST], names: Mapping[str, list[Use]]
) -> Iterator[Use]:
    """Uses of imported names: by their attributes, or as they are."""
    attribute = {node.value: node for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if not isinstance(node, ast.Name) or node.id not in names:
            continue
        attributes: list[str] = []
        step: ast.AST = node
        while step in attribute:
            step = attribute[step]
            attributes.append(step.attr)
        for module, way in names[node.id]:
            yield module, (*way, *(attributes or [EVERYTHING]))
