"""The pages are of the corpus and profile asked for, whatever was built before.

A small book, built by the real Snakefile in a folder with a blank in its name:

1. Another corpus, another profile, or both, there and back: every chapter runs again in
   one call (case 27: an `ancient` input hid changed parameters). A dry run in between
   changes nothing. `make test-switch` does it with the real book.
2. A chapter that compares runs again with the chapter that trains.
3. A folder whose name is a number, or holds blanks and apostrophes, is a folder.
4. Executed chapters that were not made by the request fail the build.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from antispoof_report.notebooks.sync import sync_notebooks
from corpora import LINES, write_corpus

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = """\
# ---
# jupyter:
#   antispoof: {declared}
# ---

# %% [markdown]
# # A chapter?

# %% tags=["parameters"]
corpus = ""  # a folder
settings = {{}}  # of the profile

# %%
from antispoof.corpora import open_corpus

print(open_corpus(corpus).id, settings)
"""
CONFIG = """\
title: A small book
execute: {execute_notebooks: "off"}
exclude_patterns: [lib, profiles, "*.py", "**/*.py", "_build", "corpora/**"]
sphinx:
  local_extensions: {antispoof_book: extension}
"""
PAGES = {"intro.md": "# Small?\n", "_config.yml": CONFIG}
PAGES["_toc.yml"] = (
    "format: jb-book\nroot: intro\nchapters:\n- file: notebooks/03_train\n"
    "- file: notebooks/06_compare\n"
)
PAGES["pyproject.toml"] = '[project.urls]\nRepository = "https://github.com/a/b"\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of two chapters, two profiles and two corpora."""
    folder = tmp_path_factory.mktemp("my book (1)")
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    shutil.copy(ROOT / "Snakefile", folder)
    shutil.copytree(ROOT / "book" / "_ext", folder / "extension")
    for name in ("notebooks", "profiles", "book", "lib"):
        (folder / name).mkdir()
    for name, declared in (
        ("03_train", "{trains: cnn}"),
        ("06_compare", "{compares: true}"),
    ):
        source = folder / "notebooks" / f"{name}.py"
        source.write_text(CHAPTER.format(declared=declared))
    sync_notebooks(folder / "notebooks")
    for name, epochs in (("mini", 1), ("thesis", 40)):
        path = folder / "profiles" / f"{name}.yaml"
        path.write_text(f"settings: {{cnn: {{epochs: {epochs}}}}}\n")
    write_corpus(folder / "2019" / "LA")
    more = LINES | {"dev": [*LINES["dev"], "S4 D3 - A01 spoof"]}
    write_corpus(folder / "corpora" / "Ann's (b)" / "LA", more)
    return folder


def build(project, corpus, profile, *words):
    """What `make book` runs."""
    environment = os.environ | {"CORPUS": corpus, "PROFILE": profile}
    environment["PYTHONPATH"] = str(ROOT / "lib")
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--nolock"]
    return subprocess.run(
        [*command, "--rerun-incomplete", *words, "--", "html"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def shown(project, name):
    """Corpus id and number of epochs on a page."""
    page = (project / "_build" / "html" / "notebooks" / f"{name}.html").read_text(
        "utf-8"
    )
    text = re.sub(r"<[^>]+>", "", page)
    return re.findall(r"(asvspoof\S+-[0-9a-f]{8}) .*?epochs.{0,6}: (\d+)", text)


NUMBER, QUOTED = "2019", "corpora/Ann's (b)"


def test_one_call_is_enough(project):  # 1, 2, 3
    first = build(project, NUMBER, "mini")
    assert first.returncode == 0, first.stdout + first.stderr
    for corpus, profile in ((QUOTED, "mini"), (NUMBER, "thesis"), (QUOTED, "thesis")):
        planned = build(project, corpus, profile, "-n").stdout
        jobs = dict(re.findall(r"^(chapter|html) +(\d+)$", planned, re.M))
        assert jobs == {"chapter": "2", "html": "1"}, (corpus, profile)
    assert "Nothing to be done" in build(project, NUMBER, "mini", "-n").stdout
    (before,) = {tuple(shown(project, name)) for name in ("03_train", "06_compare")}

    second = build(project, QUOTED, "thesis")
    assert second.returncode == 0, second.stdout + second.stderr
    (after,) = {tuple(shown(project, name)) for name in ("03_train", "06_compare")}
    ((corpus, epochs),), ((new_corpus, new_epochs),) = before, after
    assert (epochs, new_epochs) == ("1", "40")
    assert corpus != new_corpus
    planned = build(project, NUMBER, "mini", "-n").stdout  # and back
    assert dict(re.findall(r"^(chapter|html) +(\d+)$", planned, re.M)) == jobs


def test_chapters_of_another_request_fail_the_build(project):  # 4
    path = project / "_build" / "executed" / "03_train.ipynb"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'"request": "\w+"', '"request": "other"', text), "utf-8")
    # The last request again; as if Snakemake took the chapter for current.
    failed = build(project, QUOTED, "thesis", "--forcerun", "html")
    assert failed.returncode != 0
    output = failed.stdout + failed.stderr
    assert "03_train was not run with the corpus, profile and code" in output
