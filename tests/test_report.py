"""What notebooks show.

Contracts:
1. Tables are tested in test_tables.py.
2. A player's sound is at most 30 KB in the page, holds the clip, and has a label; above
   it is the clip's spectrogram, with an alternative text and its time axis.
3. The opening line says which corpus; simulated speech is called so, in a warning.
4. Glue passes plain values on where myst-nb is; elsewhere they are said, and what was
   not glued is a dash.
5. On simulated speech without a GPU, a chapter whose parameters are untouched trains
   one short run of each model; it says how many runs and how long before.
"""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml
from PIL import Image

from antispoof.audio import load_mono_16k
from antispoof.constants import SAMPLE_RATE
from antispoof.corpora import Corpus
from antispoof.errors import AudioError, ParameterError
from antispoof_report import report, training_plan

ROOT = Path(__file__).resolve().parents[1]


def sound(html):
    return base64.b64decode(re.search(r"audio/mpeg;base64,([^\"]+)\"", html).group(1))


def test_a_player_holds_the_clip_in_30_kb(tmp_path):  # 2
    t = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(0).uniform(-1, 1, len(t))
    for clip in (noise, 0.5 * np.sin(2 * np.pi * 440 * t)):
        html = report.player(clip, label="a tone")._repr_html_()
        assert len(re.search(r'src="(data:audio[^"]+)"', html)[1]) <= 30_000
    file = tmp_path / "clip.mp3"
    file.write_bytes(sound(html))
    decoded = load_mono_16k(file)
    assert len(decoded) == pytest.approx(4 * SAMPLE_RATE, abs=0.15 * SAMPLE_RATE)
    peak = np.abs(np.fft.rfft(decoded)).argmax() * SAMPLE_RATE / len(decoded)
    assert peak == pytest.approx(440, abs=2)


def test_above_a_player_is_its_spectrogram():  # 2
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    clip = np.where(t < 1, np.sin(2 * np.pi * 2000 * t), 0)
    html = report.player(clip, label="a <tone>")._repr_html_()
    assert "Spectrogram of the clip “a &lt;tone&gt;”: 2.0 s to the right" in html
    encoded = re.search(r'src="data:image/webp;base64,([^"]+)"', html)[1]
    assert len(encoded) < 40_000
    file = io.BytesIO(base64.b64decode(encoded))
    picture = np.asarray(Image.open(file).convert("L"))
    height, width = picture.shape
    found = re.search("--left:([0-9.]+);--width:([0-9.]+)", html)
    left, span = map(float, found.groups())
    # The tone is bright until the middle of the time axis, and dark behind it.
    columns = [int(width * (left + span * t / 2)) for t in (0.5, 0.95, 1.1, 1.9)]
    brightest = picture[height // 10 : height * 2 // 3, columns].max(axis=0)
    assert (brightest[:2] > 200).all()
    assert (brightest[2:] < 60).all()


def test_a_player_takes_a_file_and_has_an_accessible_label(tmp_path):  # 2
    file = tmp_path / "clip.flac"
    soundfile.write(file, np.zeros(SAMPLE_RATE // 2), SAMPLE_RATE)
    html = report.player(file, label='"A01" & <co>')._repr_html_()
    assert 'aria-label="&#34;A01&#34; &amp; &lt;co&gt;, 0.5 s"' in html
    assert "<co>" not in html


def test_a_player_refuses_what_it_cannot_hold(tmp_path):  # 2
    with pytest.raises(ParameterError, match="'empty'"):
        report.player(np.zeros(0), label="empty")
    with pytest.raises(ParameterError, match=r"\(2, 5\)"):
        report.player(np.zeros((2, 5)), label="stereo")
    with pytest.raises(AudioError, match="no such file"):
        report.player(tmp_path / "none.flac", label="none")


@pytest.mark.parametrize("is_synthetic", [False, True])
def test_the_opening_line_names_the_corpus(is_synthetic):  # 3
    trial = dict.fromkeys(("utt_id", "speaker", "attack", "partition", "path"), "-")
    trials = pd.DataFrame([trial | {"label": "spoof"}])
    corpus = Corpus("x", "A corpus", Path(), trials, is_synthetic=is_synthetic)
    opening = report.header(corpus)
    assert opening.text.startswith("This page was run on: A corpus, 1 trials")
    warning = "<strong>Simulated speech.</strong>"
    assert (warning in opening._repr_html_()) == is_synthetic
    assert ("A program made" in repr(opening)) == is_synthetic


def test_glue_passes_plain_values_on(glued):  # 4
    report.glue("eer", np.float64(0.25))
    report.glue("text", "-12 %, la-2019")
    assert glued == {"eer": 0.25, "text": "\u221212\u202f%, la-2019"}
    assert type(glued["eer"]) is float
    shown = report.say("EER [[eer]], [[nothing_of_this_name]].").data
    assert shown == "EER 0.25, —."


# 5


def test_little_is_trained_where_nothing_was_chosen(small_corpus, monkeypatch, capsys):
    made = replace(small_corpus, is_synthetic=True)
    mini = yaml.safe_load((ROOT / "profiles/mini.yaml").read_text("utf-8"))
    names = list(mini["settings"])
    assert report.plan_training(made, ["cnn"], {}) == (mini["settings"], [0])
    assert re.search("At most 1 run, about 1 min here", capsys.readouterr().out)
    monkeypatch.setattr(training_plan, "_seconds_per_clip", lambda config: 1.0)
    for corpus, settings, seeds, epochs in (
        *((small_corpus, {}, None, 0), (made, {"cnn": {"lr": 0.1}}, None, 0)),
        *((made, {}, [7], 0), (made, {}, None, 3)),
    ):
        planned = report.plan_training(corpus, names, settings, seeds, epochs=epochs)
        assert planned == (settings, seeds or [0, 1, 2, 3, 4])
    minutes = 3 * 3 * 5 * len(made.partition("train")) / 60
    assert f"At most 15 runs, about {minutes:.0f} min" in capsys.readouterr().out
