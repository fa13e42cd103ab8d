"""The pages are of the corpus and profile asked for, whatever was built before.

A small book, built by the real Snakefile in a folder with a blank in its name:

1. Another corpus, another profile, or both, there and back: one call is enough (case
   27: an `ancient` input hid changed parameters). A dry run in between changes nothing.
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
    seen = {}
    for corpus, profile in (
        (NUMBER, "mini"),
        (QUOTED, "thesis"),  # both
        (QUOTED, "mini"),  # the profile alone
        (NUMBER, "mini"),  # the corpus alone
    ):
        if corpus == QUOTED:
            assert build(project, corpus, profile, "-n").returncode == 0
        done = build(project, corpus, profile)
        assert done.returncode == 0, done.stdout + done.stderr
        pages = {tuple(shown(project, name)) for name in ("03_train", "06_compare")}
        ((found,),) = pages  # both show the same, once
        assert found[1] == {"mini": "1", "thesis": "40"}[profile]
        assert seen.setdefault(corpus, found[0]) == found[0]
    assert len(set(seen.values())) == 2
    again = build(project, NUMBER, "mini")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_chapters_of_another_request_fail_the_build(project):  # 4
    done = build(project, NUMBER, "mini")
    assert done.returncode == 0, done.stderr
    path = project / "_build" / "executed" / "03_train.ipynb"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'"request": "\w+"', '"request": "other"', text), "utf-8")
    # As if Snakemake took the chapter for current.
    failed = build(
        project, NUMBER, "mini", "--forcerun", "html", "--rerun-triggers", "params"
    )
    path.write_text(text, "utf-8")
    assert failed.returncode != 0
    assert "03_train was not run with the corpus, profile and code" in failed.stderr
