"""Hashes of plain data, of files, and of code without comments and docstrings."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from functools import cache
from pathlib import Path

WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def hash_json(value: object) -> str:
    """SHA-256 of anything JSON can write; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file."""
    with Path(path).open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def hash_source(source: str) -> str:
    """Hash of Python source without comments, docstrings and layout.

    It may differ between versions of Python, which parse differently.

    Raises
    ------
    SyntaxError
        If `source` is not Python.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, WITH_DOCSTRING) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


@cache
def hash_modules(names: tuple[str, ...]) -> str:
    """Hash of the code of modules; a package means all its modules."""
    found = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module {name!r} to hash")
        origin = Path(spec.origin)
        files = (
            origin.parent.rglob("*.py") if spec.submodule_search_locations else [origin]
        )
        for path in files:
            within = path.relative_to(origin.parent).as_posix()
            found[f"{name}:{within}"] = hash_source(path.read_text("utf-8"))
    return hash_json(found)
