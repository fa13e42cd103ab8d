"""A sweep: trainings as papermill runs, then analysis, then the book.

    make sweep SWEEP=profiles/sweep-mini.yaml
    snakemake -s sweep.smk --configfile profiles/sweep-mini.yaml -n    what would run

What a sweep file holds is in antispoof_report.notebooks.sweep. A job is done when its executed
notebook is there; the run itself is a record under runs/, so a job that was killed goes
on from its checkpoint, and one whose record is there trains nothing.
"""

import json
import sys
from pathlib import Path

from antispoof import platforms
from antispoof_report.notebooks.provenance import notebook_hash
from antispoof_report.notebooks.sweep import Sweep

if not workflow.configfiles:
    raise WorkflowError("name a sweep: --configfile profiles/sweep-mini.yaml")
SWEEP = Sweep.of(config)
NAME = Path(workflow.configfiles[0]).stem
OUT = f"_build/sweep/{NAME}"
CORPORA = list(SWEEP.corpus_names)
DAY = 24 * 60  # minutes
MANY = 8  # cores of a job that can use them all; fewer where there are fewer
GPU = int(bool(platforms.gpus()))
ANALYSES = expand(
    OUT + "/{corpus}/{frontend}/{chapter}.ipynb",
    corpus=CORPORA,
    frontend=SWEEP.frontends,
    chapter=SWEEP.analysis,
)
TRAININGS = OUT + "/{{corpus}}/{{frontend}}/{model}-seed{seed}.ipynb"
RUN = f"{sys.executable} -m antispoof_report.notebooks run --one-gpu"


def arguments(values):
    """Parameters as words of a command; JSON is YAML, which the command reads.

    The order of keys in a sweep file is no change. Empty text is every text
    parameter's default, and would be lost in the shell.
    """
    words = []
    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        words += ["-p", name, text] if text else []
    return words


wildcard_constraints:
    corpus="[^/]+",
    frontend="[^/]+",
    model="|".join(SWEEP.models),
    seed="[0-9]+",
    chapter="|".join(SWEEP.analysis) or "none",


rule all:
    input:
        ANALYSES,
        expand(
            OUT + "/{corpus}/{frontend}/{model}-seed{seed}.ipynb",
            corpus=CORPORA,
            frontend=SWEEP.frontends,
            model=SWEEP.models,
            seed=SWEEP.seeds,
        ),
        OUT + "/book.txt" if SWEEP.book else [],


# Once for all trainings, on all cores, so that they do not wait for each other.
rule prepare:
    output:
        OUT + "/{corpus}/{frontend}/prepared.txt",
    params:
        corpus=lambda wildcards: SWEEP.corpus_names[wildcards.corpus],
    threads: MANY
    run:
        from antispoof import corpora, frontends
        from antispoof.constants import PARTITIONS

        opened = corpora.load_or_synthesize(params.corpus)
        for partition in PARTITIONS:
            frontends.load_features(
                opened,
                partition,
                frontend=wildcards.frontend,
                store=platforms.feature_cache_dir(),
            )
        Path(output[0]).write_text(f"{opened.description}\n")


rule train:
    input:
        rules.prepare.output,
    output:
        OUT + "/{corpus}/{frontend}/{model}-seed{seed}.ipynb",
    params:
        notebook=lambda w: str(SWEEP.chapter(w.model)),
        notebook_hash=lambda w: notebook_hash(SWEEP.chapter(w.model)),
        words=lambda w: arguments(SWEEP.training(w.corpus, w.frontend, int(w.seed))),
        seconds=60 * SWEEP.minutes,
    threads: SWEEP.threads
    resources:
        gpu=GPU,
        runtime=SWEEP.minutes or DAY,
    shell:
        "if [ {params.seconds} -gt 0 ]; then"
        " export ANTISPOOF_DEADLINE=$(( $(date +%s) + {params.seconds} )); fi; "
        "{RUN} {params.notebook} {output} {params.words:q}"


rule analyse:
    input:
        expand(TRAININGS, model=SWEEP.models, seed=SWEEP.seeds),
    output:
        OUT + "/{corpus}/{frontend}/{chapter}.ipynb",
    params:
        notebook="notebooks/{chapter}.ipynb",
        notebook_hash=lambda w: notebook_hash(Path(f"notebooks/{w.chapter}.ipynb")),
        words=lambda w: arguments(SWEEP.comparing(w.chapter, w.corpus, w.frontend)),
    shell:
        "{RUN} {params.notebook} {output} {params.words:q}"


rule book:
    input:
        ANALYSES,
    output:
        OUT + "/book.txt",
    params:
        corpus=SWEEP.corpora[0],
        profile={
            "seeds": SWEEP.seeds,
            "settings": SWEEP.settings_for(SWEEP.frontends[0]),
        },
    threads: MANY
    run:
        profile = Path(output[0]).with_name("profile.yaml")
        profile.write_text(json.dumps(params.profile))  # JSON is YAML
        shell(
            "{sys.executable} -m snakemake --cores {threads} --quiet all"
            " --config corpus={params.corpus:q} profile={profile:q} -- html"
        )
        Path(output[0]).write_text("_build/html/index.html\n")
