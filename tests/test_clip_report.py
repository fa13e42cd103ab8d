"""Contracts of the report on clips.

1. It is one file: no address is loaded, pictures are inside; names from outside are
   shown as text.
2. The same clips and date give the same bytes, as HTML and as PDF.
3. It holds the answer, the ratio, the hash and format of the file, the limits of the
   detector, the version and the hash of the weights.
4. Another ending, a missing folder or a missing package is a ParameterError.
"""

import html
import re
import sys
from dataclasses import replace
from datetime import datetime, timezone

import pytest
import soundfile
from pypdf import PdfReader

import antispoof
from antispoof.errors import ParameterError
from antispoof.hashing import hash_file
from antispoof.inference import predict_clips
from antispoof.inference.prediction import MEANING, Prediction, format_prediction
from antispoof.inference.report import _shares, check_format, write_report
from corpora import voice

DATE = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)


@pytest.fixture
def clips(tmp_path):
    good, bad = tmp_path / "clip.wav", tmp_path / "bad.wav"
    soundfile.write(good, voice(6), 22_050, subtype="PCM_16")
    bad.write_text("no sound")
    return [("<b>my & clip", good), ("bad", bad)]


@pytest.mark.parametrize("ending", [".html", ".pdf"])
def test_the_same_bytes(tmp_path, clips, detector, ending):  # 1, 2, 3
    contents = []
    for name in ("one", "two"):
        predictions = list(predict_clips(clips, detector))
        path = tmp_path / (name + ending)
        options = ["--track", "1"]
        write_report(path, predictions, detector, options=options, date=DATE)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    if ending == ".pdf":
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
        text = " ".join(text.split())
    else:
        text = contents[0].decode("utf-8")
        assert "<b>my" not in text
        assert text.count('src="data:image/png;base64,') == 2
        assert not re.findall(r'(?:src|href)="(?!data:)', text)
        text = html.unescape(text)
    for expected in (
        *(
            "<b>my & clip",
            "not a sound file",
            "Two hypotheses",
            "22050 Hz",
            "2026-01-0",
        ),
        *("not meant for a court", f"antispoof {antispoof.__version__}, https://"),
        format_prediction(predictions[0])[:40],
        MEANING[predictions[0].answer][:40],
        "antispoof check '<b>my & clip' bad --track 1",
    ):
        assert expected in text, expected
    for digest in (detector.weights_hash(), *(hash_file(path) for _, path in clips)):
        assert digest in text.replace(" ", "")


@pytest.mark.parametrize(
    ("llr", "shown"), [(9.0, ["less than 1%", "1%"]), (-9.0, ["99%", "more than 99%"])]
)
def test_a_fake_is_never_certain(llr, shown):  # 3
    cells = [share.replace("\u202f", "") for _, share in _shares(llr)]
    assert "0%" not in cells
    assert "100%" not in cells
    assert set(shown) & set(cells)


@pytest.mark.parametrize(
    ("answer", "in_domain"),
    [("uncertain", True), ("spoof", True), ("uncertain", False)],
)
def test_what_follows_from_an_answer(tmp_path, clips, detector, answer, in_domain):  # 3
    """Shares only where there is an answer, and no numbers of a refused clip."""
    (one, _) = predict_clips(clips, detector)
    reason = None if in_domain else "it is noise"
    one = replace(one, in_domain=in_domain, reason=reason, answer=answer)
    write_report(tmp_path / "a.html", [one], detector)
    of_clip = (tmp_path / "a.html").read_text("utf-8").split("<h2>")[1]
    assert ("it is noise; such clips are not judged" in of_clip) != in_domain
    for text in ("as frequent", "score ", "Part"):
        assert (text in of_clip) == in_domain
    for text in ("this share of clips", "found signs of a fake"):
        assert (text in of_clip) == (answer == "spoof")
    assert ("gave no clear answer" in of_clip) == (answer == "uncertain")


@pytest.mark.parametrize(
    ("names", "headings", "command"),
    [
        (["a/x.wav", "b/y.wav"], ["x.wav", "y.wav"], "x.wav y.wav"),
        (["a/x.wav", "b/x.wav"], ["a/x.wav", "b/x.wav"], "a/x.wav b/x.wav"),
        (["a/x (track 1)", "a/x (track 2)"], ["x (track 1)", "x (track 2)"], "x"),
        (["x (track 1) (channel 1)"], ["x (track 1) (channel 1)"], "x"),
        (["- (track 1)"], ["- (track 1)"], "-"),
    ],
)
def test_names(tmp_path, detector, names, headings, command):  # 3
    lost = [Prediction(clip=name, error="no such file") for name in names]
    write_report(tmp_path / "a.html", lost, detector)
    text = (tmp_path / "a.html").read_text("utf-8")
    assert re.findall("<h2>(.*?)</h2>", text)[: len(names)] == headings
    assert f"<td>antispoof check {command}</td>" in text
    overview = "".join(f"<tr><td>{x}</td><td>no answer</td></tr>" for x in headings)
    assert (overview in text) == (len(names) > 1)


def test_refused(tmp_path, monkeypatch):  # 4
    for name, words in (("a.txt", "ends in .html or .pdf"), ("b/a.pdf", "is missing")):
        with pytest.raises(ParameterError, match=words):
            check_format(tmp_path / name)
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(ParameterError, match="pip install fpdf2"):
        check_format(tmp_path / "a.pdf")
    assert check_format(tmp_path / "a.html")
