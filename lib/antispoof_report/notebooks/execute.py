"""Run one chapter: check its parameters, execute it, publish the result.

The executed notebook appears at the output path only when every cell succeeded.
papermill's paths and times are removed from its metadata and replaced by a record of
what the results were made with (:mod:`~antispoof_report.notebooks.provenance`).
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
import papermill

from antispoof.files import atomic_path
from antispoof_report.notebooks import ChapterError, project_root, provenance
from antispoof_report.notebooks.parameters import accepted, checked, from_profile
from antispoof_report.notebooks.sync import read_chapter, set_ids

INJECTED = "injected-parameters"  # papermill's tag


def run(
    notebook: Path,
    out: Path,
    *,
    profile: Path | None = None,
    arguments: Mapping[str, str] | None = None,
    request: str = "",
) -> Path:
    """Execute a chapter from the project's root and write it to ``out``.

    Parameters
    ----------
    notebook : the clean notebook, ``notebooks/NN_name.ipynb``
    out : where the executed notebook goes, atomically and only on success
    profile : YAML file of parameters; keys of other chapters are ignored
    arguments : parameters as typed text; they override the profile
    request : recorded with the results; a build compares it with what it asked for

    Raises
    ------
    ParameterError : an unknown name or a value of the wrong type; nothing has run
    ChapterError : a cell failed; what was done is in ``<out>.failed.ipynb``
    """
    notebook, out = Path(notebook).resolve(), Path(out).resolve()
    root, known = project_root(notebook.parent), accepted(notebook)
    values = from_profile(profile, notebook) if profile else {}
    given = dict(arguments or {})
    given |= {name: known[name].parse(given[name]) for name in given.keys() & known}
    values |= checked(given, known, where=f"chapter {notebook.stem}")
    # Read before anything runs: if somebody edits the library meanwhile, the chapter
    # is out of date and not recorded as made by the edited code.
    clean = read_chapter(notebook)
    record = {
        "code": provenance.hash_code(clean, root=root),
        "commit": provenance.commit(root),
        "parameters": {name: p.default for name, p in known.items()} | values,
        "request": request,
    }
    # It has this name until it is known that no cell fails.
    failed = out.with_name(f"{out.stem}.failed.ipynb")
    out.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(clean, failed)
    started = time.monotonic()
    try:
        executed = papermill.execute_notebook(
            # papermill substitutes {names} in paths.
            *(str(p).replace("{", "{{").replace("}", "}}") for p in (failed, failed)),
            parameters=values,
            cwd=root,
            progress_bar=sys.stderr.isatty(),
            start_timeout=180,  # seconds; a busy machine starts kernels slowly
        )
    except Exception as error:
        raise ChapterError(
            f"chapter {notebook.stem} failed: {type(error).__name__} {error}\n"
            f"The notebook so far is {failed}"
        ) from error
    record["seconds"] = round(time.monotonic() - started, 1)
    # Without papermill's paths and times: same results, same bytes.
    executed.metadata.pop("papermill", None)
    for cell in set_ids(executed).cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    executed.metadata[provenance.KEY] = record
    with atomic_path(out) as temporary:
        temporary.write_text(nbformat.writes(executed) + "\n", "utf-8")
    failed.unlink(missing_ok=True)
    return out
