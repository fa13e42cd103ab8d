"""Contracts of the scripts in ``tools`` that train by a profile.

1. study keeps the runs and tests of a study without weights, and does not train what is
   kept already; a study or a test that it does not know is refused in a sentence.
2. A file that is not a profile is refused in a sentence.
3. export_weights trains the CNN of a profile with its first seed.
"""

from pathlib import Path

import pytest

import export_weights
import study
from antispoof.corpora import read_protocol
from antispoof.errors import ParameterError
from antispoof.runs import jobs, list_runs
from antispoof.scoring.score_files import ScoreFileWarning, read_scores

CNN = "settings: {cnn: {epochs: 1, batch_size: 8}}\n"


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Call a script with a profile, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(script, profile, *words):
        Path("profile.yaml").write_text(profile)
        options = ["--profile", "profile.yaml"]
        monkeypatch.setattr("sys.argv", [script.__file__, *map(str, words), *options])
        script.main()

    return run


STUDY = """
rule: {epochs: 1, batch_size: 8, seeds: 2}
la:
  main: {cnn: {tests: [trimmed]}, resnet: }
"""


def test_study(call, tmp_path, monkeypatch, capsys, small_corpus, small_frontend):
    monkeypatch.setattr(study, "project_folder", lambda: tmp_path)
    call(study, STUDY, "list")
    listed = capsys.readouterr().out.splitlines()
    assert listed == [f"la main {m} {s}" for m in ("cnn", "resnet") for s in (0, 1)]
    words = ("run", "main", "cnn", "1", "--corpus", f"la={small_corpus.root}")
    call(study, STUDY, *words)
    (run,) = list_runs("data/profile/la/main")
    (test,) = list_runs("data/profile/la/main-trimmed")
    assert (run.seed, run.config) == (1, test.config)
    assert not list(Path("data").rglob("*.safetensors"))
    monkeypatch.setattr(jobs.training, "fit", None)  # any further training fails
    capsys.readouterr()
    call(study, STUDY, *words)
    assert "already in" in capsys.readouterr().out
    call(study, STUDY, "baselines", *words[-2:])
    (folder,) = Path("data/profile/la/baselines").iterdir()
    with pytest.warns(ScoreFileWarning, match="only 1 different"):  # equally long
        trials = read_protocol(folder / "protocol-eval.txt")
        frame = read_scores(folder / "duration-scores-eval.txt", trials)
    assert len(frame) == len(small_corpus.partition("eval"))


@pytest.mark.parametrize(
    ("script", "text", "message"),
    [
        (study, "la: {}", "is not a study"),
        (study, STUDY.replace("trimmed", "louder"), "'louder'; accepted: trimmed"),
        (study, STUDY.replace("batch_size", "batch"), "unknown setting 'batch'"),
        (export_weights, "", "is not a profile"),
        (export_weights, "seeds: 3\nsettings: {}", "is not a profile with `seeds`"),
        (export_weights, "seeds: [first]\nsettings: {}", "seed='first'"),
        (export_weights, "seeds: [0\nsettings", "is not a profile"),
    ],
)
def test_bad_profile(call, small_corpus, script, text, message):  # 2
    words = ["list"] if script is study else ["--corpus", small_corpus.root]
    with pytest.raises(ParameterError, match=message):
        call(script, text, *words)


def test_export_weights(call, monkeypatch, capsys, small_corpus):
    calls = []
    export = lambda corpus, config, **of: calls.append((config, of)) or "folder"  # noqa: E731
    monkeypatch.setattr(export_weights, "export_pretrained", export)
    call(export_weights, f"seeds: [3, 4]\n{CNN}", "--corpus", small_corpus.root)
    ((config, options),) = calls
    assert (config.model, config.epochs, options["seed"]) == ("cnn", 1, 3)
    assert capsys.readouterr().out == "folder\n"
