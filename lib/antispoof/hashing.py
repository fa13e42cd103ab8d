"""Hashes of plain data, of files, and of code without comments and docstrings."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def hash_json(value: object) -> str:
    """Hash of anything JSON can write; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def hash_source(source: str) -> str:
    """Hash of Python source without its comments, docstrings and layout.

    Raises
    ------
    SyntaxError
        If `source` is not Python.
    """
    return hashlib.sha256(_dump(ast.parse(source)).encode()).hexdigest()


def _dump(node: object) -> str:
    # Not ast.dump: Python 3.12 and 3.13 changed which empty fields it writes.
    if isinstance(node, ast.AST):
        fields = []
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and isinstance(node, DOCUMENTED) and _is_text(value):
                value = value[1:]
            if value is not None and value != []:
                fields.append(f"{name}={_dump(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_dump, node))}]"
    return repr(node)


def _is_text(body: list[ast.stmt]) -> bool:
    """Whether a body begins with a docstring."""
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str)


@cache
def hash_modules(names: tuple[str, ...]) -> str:
    """Hash of the named modules' code; a package stands for all it contains."""
    parts = {
        f"{name}:{within}": hash_source(path.read_text("utf-8"))
        for name in names
        for within, path in _sources(name)
    }
    return hash_json(parts)


def _sources(name: str) -> Iterable[tuple[str, Path]]:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module {name!r} to hash")
    origin = Path(spec.origin)
    found = (
        sorted(origin.parent.rglob("*.py"))
        if spec.submodule_search_locations
        else [origin]
    )
    return [(path.relative_to(origin.parent).as_posix(), path) for path in found]
