"""Proof by running: no chapter calls code of the library that its stamp does not cover.

    python tests/slow_dependencies.py [CHAPTER ...]

The cells of each chapter are run in this process, with the parameters of
``profiles/mini.yaml``, and every function of the library that is called is noted by
its file. A module that is called and is not among the chapter's dependencies, as they
are read off the imports, would let a stale page through: its name is printed and the
exit status is 1. What runs when a module is imported is not counted.

Last result, chapter: modules covered, called, missed. 00: 50, 21, 0. 01: 49, 21, 0.
02: 50, 21, 0. 03: 79, 39, 0. 06: 91, 50, 0. 07: 89, 39, 0.
With their training: 04: 103, 57, 0. 05: 103, 58, 0.
"""

import importlib
import os
import pkgutil
import sys
import warnings
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell

import antispoof
from antispoof_report.notebooks import provenance
from antispoof_report.notebooks.dependencies import dependencies, library
from antispoof_report.notebooks.parameters import from_profile

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "lib"


def called(notebook):
    """Names of the library's modules whose functions a chapter calls."""
    files = set()

    def note(frame, event, argument):
        if event == "call":
            files.add(frame.f_code.co_filename)

    namespace = {}
    values = from_profile(ROOT / "profiles" / "mini.yaml", notebook)
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        program = compile(cell.source, notebook.name, "exec")
        sys.setprofile(note)
        try:
            exec(program, namespace)
        finally:
            sys.setprofile(None)
        if "parameters" in cell.metadata.get("tags", ()):
            namespace.update(values)
    names = set()
    for file in files:
        if file.startswith(f"{LIBRARY}{os.sep}"):
            parts = Path(file).relative_to(LIBRARY).with_suffix("").parts
            names.add(".".join(part for part in parts if part != "__init__"))
    return names


def main(chosen):
    """Run the chapters; 1 if any calls what its stamp does not cover."""
    os.chdir(ROOT)
    warnings.simplefilter("ignore")
    InteractiveShell.instance()  # chapters ask it which parameters were injected
    for module in pkgutil.walk_packages(antispoof.__path__, "antispoof."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    sources, missed = library(LIBRARY), 0
    for notebook in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb")):
        if chosen and notebook.stem not in chosen:
            continue
        code = provenance.code_of(nbformat.read(notebook, as_version=4))
        covered, found = set(dependencies(code, sources)), called(notebook)
        lacking = sorted(found - covered)
        missed += len(lacking)
        print(
            f"{notebook.stem}: {len(covered)} modules covered, {len(found)} called, "
            f"{len(lacking)} missed {' '.join(lacking)}",
            flush=True,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
