"""A sweep: trainings as papermill runs, then analysis, then the book.

    make sweep SWEEP=profiles/sweep-mini.yaml
    snakemake -s sweep.smk --configfile profiles/sweep-mini.yaml -n    what would run

antispoof_report.notebooks.sweep says what a sweep file holds. A job is done when its
executed notebook exists. The run itself is a record under runs/, so a job that was
killed resumes from its checkpoint, and one whose record exists trains nothing.
"""

import json
import sys
from pathlib import Path

from antispoof import platforms
from antispoof_report.notebooks.parameters import as_words
from antispoof_report.notebooks.provenance import notebook_hash
from antispoof_report.notebooks.sweep import Sweep

if not workflow.configfiles:
    raise WorkflowError("name a sweep: --configfile profiles/sweep-mini.yaml")
SWEEP = Sweep.from_config(config)
NAME = Path(workflow.configfiles[0]).stem
OUT = f"_build/sweep/{NAME}"
CORPORA = list(SWEEP.corpus_names)
DAY = 24 * 60  # minutes
MANY = 8  # cores of a job that can use them all; fewer where there are fewer
GPU = int(bool(platforms.gpus()))
GROUP = OUT + "/{corpus}/{frontend}"
TRAINED = expand(
    GROUP + "/{{model}}-seed{{seed}}.ipynb", corpus=CORPORA, frontend=SWEEP.frontends
)
ANALYSES = expand(
    GROUP + "/{chapter}.ipynb",
    corpus=CORPORA,
    frontend=SWEEP.frontends,
    chapter=SWEEP.analysis,
)
RUN = [sys.executable, "tools/one_gpu.py"]
RUN += [sys.executable, "-m", "antispoof_report.notebooks", "run"]
PLUGINS = [word for plugin in SWEEP.plugins for word in ("--plugin", plugin)]
RUN += PLUGINS
STEPS = [sys.executable, "tools/build_steps.py"]


wildcard_constraints:
    corpus="[^/]+",
    frontend="[^/]+",
    model="|".join(SWEEP.models),
    seed="[0-9]+",
    chapter="|".join(SWEEP.analysis) or "none",


rule all:
    input:
        ANALYSES,
        expand(TRAINED, model=SWEEP.models, seed=SWEEP.seeds),
        OUT + "/book.txt" if SWEEP.book else [],


# Once for all trainings, on all cores, so that they do not wait for each other.
rule prepare:
    output:
        GROUP + "/prepared.txt",
    params:
        words=lambda w: [w.frontend, *filter(None, [SWEEP.corpus_names[w.corpus]])],
    threads: MANY
    shell:
        "{STEPS:q} {PLUGINS:q} features {output:q} {params.words:q}"


rule train:
    input:
        rules.prepare.output,
    output:
        GROUP + "/{model}-seed{seed}.ipynb",
    params:
        notebook=lambda w: str(SWEEP.training_chapters[w.model]),
        notebook_hash=lambda w: notebook_hash(SWEEP.training_chapters[w.model]),
        words=lambda w: as_words(SWEEP.train_params(w.corpus, w.frontend, int(w.seed))),
        seconds=60 * SWEEP.minutes,
    threads: SWEEP.threads
    resources:
        gpu=GPU,
        runtime=SWEEP.minutes or DAY,
    shell:
        "if [ {params.seconds} -gt 0 ]; then"
        " export ANTISPOOF_DEADLINE=$(( $(date +%s) + {params.seconds} )); fi; "
        "{RUN:q} {params.notebook:q} {output:q} {params.words:q}"


rule analyse:
    input:
        expand(
            GROUP.replace("{", "{{").replace("}", "}}") + "/{model}-seed{seed}.ipynb",
            model=SWEEP.models,
            seed=SWEEP.seeds,
        ),
    output:
        GROUP + "/{chapter}.ipynb",
    params:
        notebook=lambda w: str(SWEEP.chapters[w.chapter]),
        notebook_hash=lambda w: notebook_hash(SWEEP.chapters[w.chapter]),
        words=lambda w: as_words(SWEEP.analysis_params(w.chapter, w.corpus, w.frontend)),
    shell:
        "{RUN:q} {params.notebook:q} {output:q} {params.words:q}"


rule book:
    input:
        ANALYSES,
    output:
        OUT + "/book.txt",
    params:
        corpus=SWEEP.corpora[0],
        profile=json.dumps(  # JSON is YAML
            {
                "seeds": SWEEP.seeds,
                "settings": SWEEP.settings_for(SWEEP.frontends[0]),
            }
        ),
    threads: MANY
    shell:
        "printf %s {params.profile:q} > {OUT:q}/profile.yaml"
        " && CORPUS={params.corpus:q} PROFILE={OUT:q}/profile.yaml"
        " {sys.executable:q} -m snakemake --cores {threads} --nolock -- html"
        " && echo _build/html/index.html > {output:q}"
