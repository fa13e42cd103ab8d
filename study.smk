"""The study: every training of a profile, one job each; see tools/study.py.

    make study CORPUS=DIR OPEN_FAKES=DIR
    snakemake -s study.smk --config la=DIR open_fakes=DIR profile=profiles/study.yaml -n

A corpus that is not named is left out, with a sentence. A job is done when its marker
exists; the runs are in data/study. One that was killed resumes from its checkpoint.
"""

import subprocess
import sys

from antispoof import platforms

PROFILE = str(config["profile"])
STUDY = [sys.executable, "tools/study.py"]
ALONE = [sys.executable, "tools/one_gpu.py"]  # a GPU of its own for each job
OUT = "_build/study/" + PROFILE.rpartition("/")[2].removesuffix(".yaml")
listed = subprocess.run(
    [*STUDY, "list", "--profile", PROFILE], capture_output=True, text=True
)
if listed.returncode:
    raise WorkflowError(listed.stderr)
JOBS = [tuple(line.split()) for line in listed.stdout.splitlines()]
NAMED = [name for name in dict.fromkeys(job[0] for job in JOBS) if config.get(name)]
for name in dict.fromkeys(job[0] for job in JOBS):
    if name not in NAMED:
        print(f"{name} is left out: no folder was named for it", file=sys.stderr)


wildcard_constraints:
    corpus="[^/]+",
    group="[^/]+",
    model="[^/]+",
    seed="[0-9]+",


rule all:
    input:
        [OUT + "/{}/{}/{}-seed{}.done".format(*job) for job in JOBS if job[0] in NAMED],
        expand(OUT + "/{corpus}/baselines.done", corpus=NAMED),


rule train:
    output:
        touch(OUT + "/{corpus}/{group}/{model}-seed{seed}.done"),
    params:
        corpus=lambda w: f"{w.corpus}={config[w.corpus]}",
    threads: 1 if platforms.gpus() else 8  # a CPU trains one at a time, on all cores
    resources:
        gpu=int(bool(platforms.gpus())),
    shell:
        "{ALONE:q} {STUDY:q} run {wildcards.group:q} {wildcards.model:q} {wildcards.seed}"
        " --profile {PROFILE:q} --corpus {params.corpus:q}"


rule baselines:
    output:
        touch(OUT + "/{corpus}/baselines.done"),
    params:
        corpus=lambda w: f"{w.corpus}={config[w.corpus]}",
    shell:
        "{STUDY:q} baselines --profile {PROFILE:q} --corpus {params.corpus:q}"
