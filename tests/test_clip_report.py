"""Contracts of the report on clips.

1. It is one file: no address is loaded, pictures are inside; names from outside are
   shown as text.
2. The same clips and date give the same bytes, as HTML and as PDF.
3. It holds the answer, the ratio, the hash and format of the file, the limits of the
   detector, the version and the hash of the weights.
4. Another ending, a missing folder or a missing package is a ParameterError.
"""

import hashlib
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
from antispoof.inference import predict_clips
from antispoof.inference.prediction import MEANING, Prediction, format_prediction
from antispoof.inference.report import _shares, check_format, write_report
from corpora import voice

DATE = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)


@pytest.fixture
def clips(tmp_path):
    path = tmp_path / "clip.wav"
    soundfile.write(path, voice(6), 22_050, subtype="PCM_16")
    return [("<b>my & clip", path), ("lost", tmp_path / "lost.wav")]


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
    digest = hashlib.sha256(clips[0][1].read_bytes()).hexdigest()
    for expected in (
        *("<b>my & clip", "no such file", "Two hypotheses", "22050 Hz", "2026-01-0"),
        *("not meant for a court", f"antispoof {antispoof.__version__}, https://"),
        format_prediction(predictions[0])[:40],
        MEANING[predictions[0].answer][:40],
        "antispoof check '<b>my & clip' lost --track 1",
    ):
        assert expected in text, expected
    squeezed = text.replace(" ", "")
    assert digest in squeezed
    assert detector.weights_hash() in squeezed


@pytest.mark.parametrize(
    ("llr", "shown"), [(9.0, ["less than 1%", "1%"]), (-9.0, ["99%", "more than 99%"])]
)
def test_a_fake_is_never_certain(llr, shown):  # 3
    cells = [share.replace("\u202f", "") for _, share in _shares(llr)]
    assert "0%" not in cells
    assert "100%" not in cells
    assert set(shown) & set(cells)


def test_a_refused_clip_gets_no_numbers(tmp_path, clips, detector):  # 3
    (one, _) = predict_clips(clips, detector)
    refused = replace(one, in_domain=False, reason="it is noise", answer="uncertain")
    write_report(tmp_path / "a.html", [refused], detector)
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "it is noise; such clips are not judged" in text
    of_clip = text.split("<h2>")[1]
    for absent in ("as frequent", "score ", "Part", "this share"):
        assert absent not in of_clip


@pytest.mark.parametrize("answer", ["uncertain", "spoof"])
def test_shares_only_where_there_is_an_answer(tmp_path, clips, detector, answer):  # 3
    (one, _) = predict_clips(clips, detector)
    one = replace(one, in_domain=True, reason=None, answer=answer)
    write_report(tmp_path / "a.html", [one], detector)
    text = (tmp_path / "a.html").read_text("utf-8")
    assert ("this share of clips" in text) == (answer == "spoof")
    assert ("found signs of a fake" in text) == (answer == "spoof")
    assert ("gave no clear answer" in text) == (answer == "uncertain")


@pytest.mark.parametrize(
    ("names", "headings", "command"),
    [
        (["a/x.wav", "b/y.wav"], ["x.wav", "y.wav"], "x.wav y.wav"),
        (["a/x.wav", "b/x.wav"], ["a/x.wav", "b/x.wav"], "a/x.wav b/x.wav"),
        (["a/x (track 1)", "a/x (track 2)"], ["x (track 1)", "x (track 2)"], "x"),
        (["x (track 1) (channel 1)"], ["x (track 1) (channel 1)"], "x"),
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


def test_a_file_without_an_answer_is_named_by_its_hash(tmp_path, clips, detector):  # 3
    clips[1][1].write_text("no sound")
    (_, bad) = predict_clips(clips, detector)
    write_report(tmp_path / "a.html", [bad], detector)
    assert bad.to_dict()["sha256"] == hashlib.sha256(b"no sound").hexdigest()
    assert bad.sha256 in (tmp_path / "a.html").read_text("utf-8")


def test_standard_input(tmp_path, clips, detector):  # 3
    (one, _) = predict_clips(clips, detector)
    for clip in ("-", "- (track 1)"):
        write_report(tmp_path / "a.html", [replace(one, clip=clip)], detector)
        text = (tmp_path / "a.html").read_text("utf-8")
        assert "<td>antispoof check -</td>" in text


def test_refused(tmp_path, monkeypatch):  # 4
    for name, words in (("a.txt", "ends in .html or .pdf"), ("b/a.pdf", "is missing")):
        with pytest.raises(ParameterError, match=words):
            check_format(tmp_path / name)
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(ParameterError, match="pip install fpdf2"):
        check_format(tmp_path / "a.pdf")
    assert check_format(tmp_path / "a.html")
