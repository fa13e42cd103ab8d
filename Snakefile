"""The book: which chapters run, with which parameters, in which order.

    make book CORPUS=DIR PROFILE=thesis
    CORPUS=DIR PROFILE=thesis python -m snakemake --cores 2 -- html     the same

A chapter runs again when its code, its parameters, its corpus or the code of the
library that it depends on has changed. These are parameters of its rule, compared by
content; prose, comments and docstrings are not among them.

No input that a rule makes is `ancient`: where a job runs again, Snakemake does not
check the parameters of those that depend on it, and an ancient input would then let
them stand although the corpus or profile is another. Before the pages are made, every
executed chapter is compared with the request, and the build fails if one differs.
"""

import json
import os
import sys
from pathlib import Path

from antispoof import corpora, hashing
from antispoof_report.notebooks import CHAPTER, provenance, read_declaration
from antispoof_report.notebooks.parameters import accepted, as_words, from_profile

# By the environment, not by --config, which would read a folder 2019 as a number.
CORPUS = os.environ.get("CORPUS", "")
GIVEN = {"corpus": CORPUS, "clips": os.environ.get("ANTISPOOF_CLIPS", "")}
PROFILE = os.environ.get("PROFILE") or "mini"
PROFILE = Path(PROFILE if PROFILE.endswith(".yaml") else f"profiles/{PROFILE}.yaml")
# Data under data/ or at a usual place counts, where no folder is named.
FOUND = corpora.find_corpus(CORPUS or None)
SYNTHETIC = FOUND is None or FOUND.is_synthetic
CORPUS_ID = "synthetic" if SYNTHETIC else FOUND.id
NOTEBOOKS = {p.stem: p for p in sorted(Path("notebooks").glob(f"{CHAPTER}.ipynb"))}
DECLARED = {name: read_declaration(path) for name, path in NOTEBOOKS.items()}
TRAINING = [name for name, declared in DECLARED.items() if declared.trains]
# Those that compare can train, too, where a claim needs other runs.
BUSY = [*TRAINING, *(name for name, declared in DECLARED.items() if declared.compares)]
EXECUTED = "_build/executed/{name}.ipynb"
STEPS = [sys.executable, "tools/build_steps.py"]
# Not the command `jupyter-book`: pip writes commands that fail where the name of the
# folder has a blank and quotes.
MAKE_PAGES = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
# Sphinx takes a page for current that it was stopped from writing, and does not copy a
# style or a script that has changed if no page has. So pages are made from nothing, if
# this file does not say that the last were finished, with these styles and scripts.
FINISHED = "_build/pages-finished"
PAGES = "_build/html _build/.doctrees _build/jupyter_execute"
STATIC = {str(p): hashing.hash_file(p) for p in Path("book/_static").rglob("*.*")}
GENERATOR = Path(corpora.__file__).with_name("synthetic")


def parameters(name):
    """The values of the profile and the environment that a chapter accepts."""
    known = accepted(NOTEBOOKS[name])
    given = {key: value for key, value in GIVEN.items() if key in known}
    return from_profile(PROFILE, NOTEBOOKS[name]) | given


def request(name):
    """A hash of all that decides what a chapter shows."""
    code = provenance.notebook_hash(NOTEBOOKS[name])
    return hashing.hash_json([code, parameters(name), CORPUS_ID])[:16]


REQUESTS = {name: request(name) for name in NOTEBOOKS}


def needed_first(wildcards):
    """The corpus, and for comparisons the runs of the training chapters."""
    compares = DECLARED[wildcards.name].compares
    return ["_build/corpus.txt", *expand(EXECUTED, name=TRAINING if compares else [])]


rule html:
    input:
        expand(EXECUTED, name=NOTEBOOKS),
        ["_config.yml", "_toc.yml", "pyproject.toml", "profiles/sweep-full.yaml"],
        sorted(str(p) for p in Path("book").rglob("*") if p.is_file() and p.suffix != ".pyc"),
        sorted(map(str, NOTEBOOKS.values())),
        sorted(map(str, Path("lib").rglob("*.py"))),  # for the reference of the library
    output:
        "_build/html/index.html",
    params:
        requests=json.dumps({EXECUTED.format(name=n): r for n, r in REQUESTS.items()}),
        static=hashing.hash_json(STATIC),
    shell:
        "{STEPS:q} check-requests {params.requests:q}"
        " && (grep -qs {params.static} {FINISHED} || rm -rf {PAGES})"
        " && rm -f {FINISHED}"
        " && ANTISPOOF_REQUIRE_EXECUTED=1 {MAKE_PAGES:q} build ."
        " --warningiserror --nitpick --keep-going --quiet"
        " && echo {params.static} > {FINISHED}"


rule corpus:
    output:
        "_build/corpus.txt",
    params:
        code=hashing.hash_folder(GENERATOR) if SYNTHETIC else "",
        words=[CORPUS] if CORPUS else [],
        corpus_id=CORPUS_ID,
    threads: workflow.cores
    shell:
        "{STEPS:q} corpus {output:q} {params.words:q}"


rule chapter:
    input:
        needed_first,
    output:
        EXECUTED,
    params:
        notebook=lambda wildcards: str(NOTEBOOKS[wildcards.name]),
        words=lambda wildcards: as_words(parameters(wildcards.name)),
        request=lambda wildcards: REQUESTS[wildcards.name],
    # Training fills the machine by itself; the other chapters may run side by side.
    threads: lambda wildcards: workflow.cores if wildcards.name in BUSY else 1
    resources:
        gpu=lambda wildcards: int(wildcards.name in BUSY),
    shell:
        "echo chapter {wildcards.name};"
        " {sys.executable:q} -m antispoof_report.notebooks run {params.notebook:q} {output:q}"
        " --request {params.request} {params.words:q}"
