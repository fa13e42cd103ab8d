"""Contracts of the scripts in ``tools`` that train by a profile.

1. save_references keeps the runs of a profile without weights, and does not train what
   is kept already.
2. A file that is not a profile is refused in a sentence.
3. export_weights trains the CNN of a profile with its first seed.
"""

from pathlib import Path

import pytest

import export_weights
import save_references
from antispoof.errors import ParameterError
from antispoof.runs import jobs, list_runs

CNN = "settings: {cnn: {epochs: 1, batch_size: 8}}\n"


@pytest.fixture
def call(tmp_path, monkeypatch, small_corpus, small_frontend):
    """Call a script with a profile, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(script, profile, *words):
        Path("profile.yaml").write_text(profile)
        options = ["--corpus", str(small_corpus.root), "--profile", "profile.yaml"]
        monkeypatch.setattr("sys.argv", [script.__file__, *options, *words])
        script.main()

    return run


def test_save_references(call, monkeypatch, capsys):
    profile = f"seeds: [0]\n{CNN}other_epochs: {{cnn: 2, resnet: 2}}\n"
    call(save_references, profile, "--model", "cnn")
    (run,), (short,) = list_runs("data/reference-runs"), list_runs("data/short-runs")
    assert (run.config.epochs, short.config.epochs) == (1, 2)
    assert not list(Path("data").rglob("*.safetensors"))
    monkeypatch.setattr(jobs, "fit", None)  # any further training fails
    capsys.readouterr()
    call(save_references, profile, "--model", "cnn")
    assert capsys.readouterr().out.count("already in") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a profile"),
        ("seeds: 3\nsettings: {}", "is not a profile with `seeds`"),
        ("seeds: [first]\nsettings: {}", "seed='first'"),
        ("seeds: [0]\nsettings: {cnn: {epoch: 3}}", "unknown setting 'epoch'"),
        ("seeds: [0\nsettings", "is not a profile"),
    ],
)
def test_bad_profile(call, text, message):
    with pytest.raises(ParameterError, match=message):
        call(save_references, text)


def test_export_weights(call, monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(
        export_weights,
        "export_pretrained",
        lambda corpus, config, **options: calls.append((config, options)) or "folder",
    )
    call(export_weights, f"seeds: [3, 4]\n{CNN}")
    ((config, options),) = calls
    assert (config.model, config.epochs, options["seed"]) == ("cnn", 1, 3)
    assert capsys.readouterr().out == "folder\n"
