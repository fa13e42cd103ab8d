"""Hashes of plain data, of files, and of code without comments and docstrings."""

import ast
import hashlib
import inspect
import json
from collections.abc import Callable
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


def hash_defining_file(thing: Callable) -> str:
    """Hash of the code of the file that defines a class or function.

    Its qualified name if there is no file, as in a cell of a notebook.
    """
    try:
        return hash_source(Path(inspect.getsourcefile(thing)).read_text("utf-8"))
    except (OSError, TypeError):
        return thing.__qualname__


def hash_folder(folder: Path) -> str:
    """Hash of the code of all modules in and below a folder."""
    files = Path(folder).rglob("*.py")
    code = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in files}
    return hash_json({name: hash_source(source) for name, source in code.items()})
