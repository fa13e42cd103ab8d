"""Batch reruns: which chapters, with which parameters, in which order.

    snakemake --cores 2 --config corpus=DIR profile=profiles/thesis.yaml -- html

A chapter runs again when its notebook, its profile or the library has changed; prose
is no input, so editing it rebuilds pages only.
"""

import sys
from pathlib import Path

from antispoof import corpus

PROFILE = config.get("profile") or "profiles/mini.yaml"
CORPUS = config.get("corpus") or ""
# The corpus belongs to what a chapter depends on: real speech put under data/ counts.
FOUND = corpus.find(CORPUS)
CORPUS_ID = FOUND.id if FOUND and not FOUND.is_simulated else "mini"
CHAPTERS = [path.stem for path in sorted(Path("notebooks").glob("[0-9][0-9]_*.ipynb"))]
TRAINING = [name for name in CHAPTERS if name.split("_", 1)[0] in ("03", "04", "05")]
COMPARING = [name for name in CHAPTERS if name.split("_", 1)[0] in ("06", "07")]
REFERENCE = sorted(map(str, Path("data").glob("*-runs/**/*.json")))
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
LIBRARY = sorted(map(str, Path("lib/antispoof").rglob("*.py")))


def before(wildcards):
    """What must be there first: comparisons need runs, the mini corpus its maker."""
    if wildcards.name not in TRAINING + COMPARING:
        return ["_build/corpus.txt"]
    trained = expand("_build/executed/{name}.ipynb", name=TRAINING)
    compared = trained if wildcards.name in COMPARING else []
    return ["_build/corpus.txt", *REFERENCE, *compared]


rule html:
    input:
        expand("_build/executed/{name}.ipynb", name=CHAPTERS),
        "_config.yml",
        "_toc.yml",
        sorted(str(p) for p in Path("book").rglob("*") if p.is_file() and p.suffix != ".pyc"),
        sorted(str(p) for p in Path("notebooks").glob("*.ipynb")),
    output:
        "_build/html/index.html",
    shell:
        "ANTISPOOF_REQUIRE_EXECUTED=1 {JUPYTER_BOOK} build ."
        " --warningiserror --nitpick --keep-going --quiet"


rule corpus:
    input:
        sorted(map(str, Path("lib/antispoof/minicorpus").rglob("*.py"))),
    output:
        "_build/corpus.txt",
    params:
        corpus=CORPUS,
        corpus_id=CORPUS_ID,
    threads: workflow.cores
    run:
        from antispoof import minicorpus

        Path(output[0]).write_text(minicorpus.find_or_make(params.corpus).description)


rule chapter:
    input:
        before,
        LIBRARY,
        notebook="notebooks/{name}.ipynb",
        profile=PROFILE,
    output:
        "_build/executed/{name}.ipynb",
    params:
        corpus=["-p", "corpus", CORPUS] if CORPUS else [],
        corpus_id=CORPUS_ID,
    # Training fills the machine by itself; the other chapters may run side by side.
    threads: lambda wildcards: workflow.cores if wildcards.name in TRAINING else 1
    resources:
        gpu=lambda wildcards: int(wildcards.name in TRAINING),
    shell:
        "{sys.executable} -m antispoof.chapters run {input.notebook} {output}"
        " -f {input.profile} {params.corpus:q}"
