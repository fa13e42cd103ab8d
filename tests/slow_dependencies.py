"""Proof by running: no chapter calls code that its provenance does not cover.

    make test-deps, or python tests/slow_dependencies.py [CHAPTER ...]

The cells of each chapter are run in this process, with the parameters of
``profiles/mini.yaml``. The file of every called function of the two packages is noted,
and so is every data file of the project that is opened. If a module that is called is
not among the chapter's dependencies, or a data file is not declared, a stale page could
be shown: it is printed, and the exit status is 1.
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
import antispoof_report
from antispoof_report.notebooks import provenance
from antispoof_report.notebooks.parameters import from_profile

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "lib"
DATA = ("data/reference-runs", "data/short-runs", "benchmarks/results/bench.json")
opened = set()


def note_opened(event, arguments):
    """Remember which data file of the project is opened."""
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.relpath(Path(arguments[0]).absolute(), ROOT)
        opened.update(folder for folder in DATA if path.startswith(folder))


sys.addaudithook(note_opened)


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
    ours = [Path(file) for file in files if file.startswith(f"{LIBRARY}{os.sep}")]
    parts = [file.relative_to(LIBRARY).with_suffix("").parts for file in ours]
    return {".".join(part).removesuffix(".__init__") for part in parts}


def main(chosen):
    """Run the chapters; 1 if any uses what its provenance does not cover."""
    os.chdir(ROOT)
    warnings.simplefilter("ignore")
    InteractiveShell.instance()  # chapters ask it which parameters were injected
    for package in (antispoof, antispoof_report):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    missed = 0
    for notebook in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb")):
        if not chosen or notebook.stem in chosen:
            node = nbformat.read(notebook, as_version=4)
            opened.clear()
            used = called(notebook) | opened
            missing = sorted(used - set(provenance.hash_code(node, root=ROOT)))
            missed += len(missing)
            print(f"{notebook.stem}: missed {missing or 'nothing'}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
