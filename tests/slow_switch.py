"""The real book with another corpus and profile, there and back.

    make test-switch

Works in a copy of the tracked files. `make book` is called once for each of: the
synthetic corpus, the corpus CORPUS with another profile, the other profile alone, and
the synthetic corpus again (an `ancient` input of the Snakefile once hid changed
parameters). The corpus is named by a number and by a name with blanks and apostrophes.
After each call every executed page must show that corpus and the parameters of that
profile. Then an executed chapter that was not made by the request must fail the build.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from project_copy import ROOT, copy_project

SPEECH = os.environ.get("CORPUS") or str(
    ROOT.parent / "shared/corpora/asvspoof2019-la-subset/LA"
)
# Names that a shell or YAML could misread.
FOLDERS = ("2019", "Ann's (b)")
# The same length of training, so that a run is reused; another number of replicates.
PROFILES = {"first": {"n_replicates": 40}, "second": {"n_replicates": 60}}
CALLS = [("", "first"), ("2019", "second"), ("Ann's (b)", "first"), ("", "first")]


def copy(folder: Path) -> None:
    """The tracked files, and two profiles."""
    copy_project(folder)
    smoke = yaml.safe_load((ROOT / "profiles/smoke.yaml").read_text("utf-8"))
    for name, changes in PROFILES.items():
        text = yaml.safe_dump(smoke | changes)
        (folder / "profiles" / f"{name}.yaml").write_text(text, "utf-8")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    for name in FOLDERS:
        (folder / name).symlink_to(SPEECH)


def wrong_pages(folder: Path, corpus: str, profile: str) -> list[str]:
    """Pages that show another corpus, or another value of the profile."""
    wrong = []
    expected = "Simulated" if not corpus else "ASVspoof 2019"
    replicates = f"n_replicates = {PROFILES[profile]['n_replicates']}"
    for path in sorted((folder / "_build/html/notebooks").glob("*.html")):
        text = re.sub(r"<[^>]+>", "", path.read_text("utf-8"))
        line = re.search(r"This page was run on: (.*)", text)
        if line and expected.lower() not in line[1].lower():
            wrong.append(f"{path.stem} shows {line[1]!r}")
        made = text[text.rindex("What this page was made with") :]
        if "n_replicates" in made and replicates not in made:
            wrong.append(f"{path.stem} does not show {replicates!r}")
    return wrong


def main() -> int:
    """Call `make book` four times; 1 if a page is wrong or a call fails."""
    with tempfile.TemporaryDirectory(prefix="switch ") as name:
        folder, failures = Path(name), 0
        copy(folder)
        for corpus, profile in CALLS:
            command = ["make", "book", f"CORPUS={corpus}", f"PROFILE={profile}"]
            environment = os.environ | {"PYTHONPATH": str(folder / "lib")}
            done = subprocess.run(command, cwd=folder, env=environment, check=False)
            wrong = wrong_pages(folder, corpus, profile) if not done.returncode else []
            print(f"corpus {corpus or 'synthetic'}, profile {profile}:", end=" ")
            print(f"exit {done.returncode},", "; ".join(wrong) or "no wrong page")
            failures += bool(done.returncode or wrong)
        path = folder / "_build/executed/03_cnn.ipynb"
        text = path.read_text("utf-8")
        path.write_text(re.sub(r'"request": "\w+"', '"request": "other"', text))
        # As if Snakemake took the chapter for current.
        command = [sys.executable, "-m", "snakemake", "--cores", "1", "--nolock"]
        command += ["--forcerun", "html", "--", "html"]
        environment |= {"CORPUS": "", "PROFILE": "first"}
        done = subprocess.run(command, cwd=folder, env=environment, check=False)
        failures += not done.returncode
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
