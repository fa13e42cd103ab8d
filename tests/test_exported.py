"""Contracts of the exported detector.

1. It gives the scores, distances and sentences of the detector it was made from, with
   any front-end; a shorter window too.
2. Read by `antispoof check --run`, no PyTorch is imported.
3. The lines in the README run, and print the same score.
4. Another file, and a missing package, end in a sentence.
"""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile

from antispoof.errors import ParameterError, RunError
from antispoof.inference import load_detector, predict_clip
from antispoof.inference.exported import export_onnx
from antispoof.inference.prediction import format_prediction
from conftest import run_python
from corpora import voice, write_voice

pytestmark = pytest.mark.skipif(
    not (find_spec("onnxruntime") and find_spec("onnxscript")), reason="not installed"
)
RATE = 16_000
README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return export_onnx(load_detector(), tmp_path_factory.mktemp("onnx") / "d.onnx")


@pytest.fixture
def clip(tmp_path):
    return write_voice(tmp_path / "clip.wav", 7)


def test_the_same_predictions(file, tmp_path, clip):  # 1
    original, exported = load_detector(), load_detector(file)
    for seconds in (0.4, 2, 7):
        soundfile.write(clip, voice(seconds), RATE)
        ours, theirs = predict_clip(clip, original), predict_clip(clip, exported)
        assert theirs.score == pytest.approx(ours.score, abs=1e-3)
        assert format_prediction(theirs) == format_prediction(ours)
        assert theirs.in_domain == ours.in_domain
    windows = np.stack([voice(4), voice(4, seed=1)])
    for one, other in zip(
        original.score(windows), exported.score(windows), strict=True
    ):
        assert other == pytest.approx(one, abs=1e-3)


WITHOUT_TORCH = """
import sys
from antispoof.cli import main
sys.argv = ["antispoof", "check", sys.argv[1], "--run", sys.argv[2]]
try:
    main()
finally:
    print([n for n in ("torch", "pandas", "scipy", "sklearn") if n in sys.modules])
"""


def test_no_torch(file, clip):  # 2
    done = run_python(WITHOUT_TORCH, clip, file)
    assert done.stdout.endswith("[]\n"), done.stdout + done.stderr
    assert "s of sound)" in done.stdout


def test_the_lines_of_the_readme(file, clip, monkeypatch):  # 3
    (code,) = re.findall(r"```python\n(.+?)```", README.read_text("utf-8"), re.S)
    assert len(code.strip().splitlines()) <= 11
    file.with_name("detector.onnx").write_bytes(file.read_bytes())
    monkeypatch.chdir(file.parent)
    for seconds in (1, 6):
        wave = np.concatenate([np.zeros(3_000), voice(seconds), np.zeros(3_000)])
        soundfile.write("clip.wav", wave, RATE)
        done = run_python(code)
        wave = soundfile.read("clip.wav", dtype="float32")[0][:64_000]
        wave = np.pad(wave, (0, 64_000 - len(wave)))
        (first, *_), _ = load_detector().score(wave[np.newaxis])
        assert float(done.stdout) == pytest.approx(first, abs=1e-3), done.stderr


def test_refused(file, tmp_path, monkeypatch, detector):  # 4
    (tmp_path / "x.onnx").write_bytes(b"no graph")
    with pytest.raises(RunError, match="no exported detector"):
        load_detector(tmp_path / "x.onnx")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(RunError, match="pip install onnxruntime"):
            load_detector(file)
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ParameterError, match="pip install onnx"):
        export_onnx(detector, tmp_path / "y.onnx")


def test_the_command_and_another_front_end(
    antispoof, detector, tmp_path, clip, monkeypatch
):  # 1
    detector.save(tmp_path)
    monkeypatch.setattr("antispoof.inference.loading.PRETRAINED_DIR", tmp_path)
    path = tmp_path / "cnn.onnx"
    assert antispoof("export", "--onnx", path).out == f"{path}\n"
    found = predict_clip(clip, load_detector(path))
    assert found.score == pytest.approx(predict_clip(clip, detector).score, abs=1e-3)
    assert found.in_domain is None
