"""Batch reruns: which chapters, with which parameters, in which order.

    snakemake --cores 2 --config corpus=DIR profile=profiles/thesis.yaml -- html

A chapter runs again when its code, its parameters, its corpus or the library's code
that it depends on has changed: those are parameters of its rule, compared by content,
where Snakemake would compare the times of files. Prose, comments and docstrings are
not among them, so editing them rebuilds pages only.
"""

import sys
from pathlib import Path

from antispoof import corpora, hashing
from antispoof_report.notebooks.parameters import from_profile
from antispoof_report.notebooks.provenance import notebook_hash

PROFILE = config.get("profile") or "profiles/mini.yaml"
CORPUS = config.get("corpus") or ""
# The corpus belongs to what a chapter depends on: real speech put under data/ counts.
FOUND = corpora.find_corpus(CORPUS)
CORPUS_ID = FOUND.id if FOUND and not FOUND.is_synthetic else "synthetic"
CHAPTERS = [path.stem for path in sorted(Path("notebooks").glob("[0-9][0-9]_*.ipynb"))]
TRAINING = [name for name in CHAPTERS if name.split("_", 1)[0] in ("03", "04", "05")]
COMPARING = [name for name in CHAPTERS if name.split("_", 1)[0] in ("06", "07")]
# 07 trains what its claim about longer training needs.
BUSY = [*TRAINING, *(name for name in COMPARING if name.startswith("07"))]
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")


def before(wildcards):
    """What must be there first: the corpus, and for comparisons the runs."""
    trained = expand("_build/executed/{name}.ipynb", name=TRAINING)
    compared = trained if wildcards.name in COMPARING else []
    # Of chapters that train the dates count: were they ancient, Snakemake would overlook
    # that parameters of a comparison have changed when those run again, too.
    return [ancient("_build/corpus.txt"), *compared]


def notebook(wildcards):
    """The chapter's source."""
    return Path("notebooks") / f"{wildcards.name}.ipynb"


def parameters(wildcards):
    """The profile's values for the chapter."""
    return from_profile(Path(PROFILE), notebook(wildcards))


rule html:
    input:
        expand("_build/executed/{name}.ipynb", name=CHAPTERS),
        "_config.yml",
        "_toc.yml",
        sorted(str(p) for p in Path("book").rglob("*") if p.is_file() and p.suffix != ".pyc"),
        sorted(str(p) for p in Path("notebooks").glob("*.ipynb")),
        sorted(map(str, Path("lib/antispoof").rglob("*.py"))),  # for its reference
    output:
        "_build/html/index.html",
    shell:
        "ANTISPOOF_REQUIRE_EXECUTED=1 {JUPYTER_BOOK} build ."
        " --warningiserror --nitpick --keep-going --quiet"


rule corpus:
    output:
        "_build/corpus.txt",
    params:
        code=hashing.hash_modules(("antispoof.corpora.synthetic",)),
        corpus=CORPUS,
        corpus_id=CORPUS_ID,
    threads: workflow.cores
    run:
        from antispoof import corpora

        Path(output[0]).write_text(corpora.load_or_synthesize(params.corpus).description)


rule chapter:
    input:
        before,
        notebook=ancient("notebooks/{name}.ipynb"),
        profile=ancient(PROFILE),
    output:
        "_build/executed/{name}.ipynb",
    params:
        code=lambda wildcards: notebook_hash(notebook(wildcards)),
        parameters=parameters,
        corpus=["-p", "corpus", CORPUS] if CORPUS else [],
        corpus_id=CORPUS_ID,
    # Training fills the machine by itself; the other chapters may run side by side.
    threads: lambda wildcards: workflow.cores if wildcards.name in BUSY else 1
    resources:
        gpu=lambda wildcards: int(wildcards.name in BUSY),
    shell:
        "{sys.executable} -m antispoof_report.notebooks run {input.notebook} {output}"
        " -f {input.profile} {params.corpus:q}"
