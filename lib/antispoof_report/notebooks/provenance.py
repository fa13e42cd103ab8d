"""What the results of an executed chapter were made with.

``code`` holds a hash of every module of the project that the chapter depends on, of the
templates, of the plugins, and of the files it declares to read; two records with equal
``code`` stand for the same results. ``parameters`` are all of the chapter's, defaults
included. The rest is for the reader: ``commit`` and ``seconds``.

Which modules a chapter depends on is read from its imports and from grimp's graph of
the project's imports, without running anything. A name that the ``__init__`` of a
package re-exports counts for the module that defines it.
"""

import ast
import importlib.util
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import grimp

from antispoof import hashing, plugins
from antispoof_report.notebooks import Declaration
from antispoof_report.notebooks.sync import read_chapter

KEY = "provenance"  # in the metadata of an executed notebook
HASH_LENGTH = 8
UNKNOWN = "unknown"


def hash_code(node: Any, *, root: Path) -> dict[str, str]:
    """Hashes of all that a notebook depends on: module, plugin or path -> hash.

    Parameters
    ----------
    node : the notebook, as nbformat reads it
    root : the project's folder; its library is in ``lib`` and can be imported
    """
    library = Path(root).resolve() / "lib"
    hashes = {
        module: hashing.hash_source(_source_file(library, module).read_text("utf-8"))
        for module in dependencies(code_of(node), library)
    }
    for template in library.glob("*/templates/*"):
        name = template.relative_to(library).as_posix()
        hashes[name] = hashing.hash_file(template)
    for plugin in map(plugins.module_name, plugins.listed()):
        spec = importlib.util.find_spec(plugin)
        if spec and spec.origin:
            hashes[plugin] = hashing.hash_source(Path(spec.origin).read_text("utf-8"))
    for path in Declaration.from_metadata(node.metadata, where="notebook").reads:
        hashes[path] = _hash_data(Path(root) / path)
    return {name: value[:HASH_LENGTH] for name, value in hashes.items()}


def notebook_hash(notebook: Path, *, root: Path = Path()) -> str:
    """One hash of what a chapter's results are made from.

    That is the code in its cells and what it depends on. Prose, outputs, captions and
    times of files do not count. Comments in cells do: a page shows them.
    """
    node = read_chapter(notebook)
    return hashing.hash_json([code_of(node), hash_code(node, root=root)])


def code_of(node: Any) -> str:
    """The code of a notebook, all cells."""
    return "\n".join(cell.source for cell in node.cells if cell.cell_type == "code")


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of what differs between two records of code."""
    return [n for n in sorted({*then, *now}) if then.get(n) != now.get(n)]


def dependencies(code: str, library: Path) -> list[str]:
    """Sorted names of the modules in the folder ``library`` that code depends on."""
    packages = sorted(path.parent.name for path in library.glob("*/__init__.py"))
    if not packages:
        return []
    imported, attributes = {}, []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                imported[alias.asname or alias.name] = before + alias.name
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.append((node.value.id, node.attr))
    used = set()
    for name, path in imported.items():
        taken = [f"{path}.{own}" for owner, own in attributes if owner == name]
        used.update(_defining_module(library, one) for one in taken or [path])
    graph = _graph(tuple(packages))
    used &= graph.modules
    return sorted(used.union(*map(graph.find_upstream_modules, used)))


@lru_cache(maxsize=8)
def _graph(packages: tuple[str, ...]) -> Any:
    return grimp.build_graph(*packages, cache_dir=None)


def _source_file(library: Path, module: str) -> Path:
    path = library / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _defining_module(library: Path, path: str) -> str:
    """The module of a dotted path, which may name something in a module or package."""
    package, _, name = path.rpartition(".")
    if not package or _source_file(library, path).is_file():
        return path
    module = _defining_module(library, package)
    source = _source_file(library, module)
    if module == package and source.name == "__init__.py":
        for node in ast.parse(source.read_text("utf-8")).body:
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                if (alias.asname or alias.name) == name:
                    return _defining_module(library, f"{node.module}.{alias.name}")
    return module


def commit(root: Path) -> str:
    """The commit of a project, and whether there are changes on top.

    ``unknown`` outside a repository.
    """
    command = ["describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    try:
        done = subprocess.run(
            ["git", "-C", root, *command], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return done.stdout.strip().replace("+", " with uncommitted changes")


def _hash_data(path: Path) -> str:
    """Hash of a file, or of all files below a folder."""
    files = sorted(p for p in (path, *path.rglob("*")) if p.is_file())
    return hashing.hash_json(
        {str(p.relative_to(path)): hashing.hash_file(p) for p in files}
    )
