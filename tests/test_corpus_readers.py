"""Contracts of readers, the extension point of corpora.

1. open_corpus and find_corpus use a registered reader, and try it before the readers of
   the library. (A module outside the library: see the tests of extension.)
2. A corpus may have eval alone, WAV or MP3 files and more columns; audit, description
   and id handle that. Other files are not taken for sound. If sound is missing, the
   error says what lies there.
3. A damaged table of trials raises a CorpusError with the column and what is accepted.
4. An unknown layout raises an error that lists the known ones.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import soundfile

from antispoof.corpora import Corpus, audit, find_corpus, open_corpus, register_corpus
from antispoof.errors import CorpusError
from conftest import assert_refused
from corpora import LINES, write_corpus, write_flac, write_protocol

TABLE = """\
utt_id,speaker,attack,label,partition,path,source
a,S1,-,bonafide,eval,a.wav,podcast
b,S2,xtts,spoof,eval,b.mp3,xtts
"""


@pytest.fixture
def table(tmp_path, registries):
    """A registered reader of tables, and a folder in its layout."""

    @register_corpus("table", title="a table", layout="a folder with trials.csv")
    def read(root):
        if not (root / "trials.csv").is_file():
            return None
        trials = pd.read_csv(root / "trials.csv", dtype=str, keep_default_na=False)
        trials["path"] = [str(root / name) for name in trials["path"]]
        return Corpus(name="table", title="a table", root=root, trials=trials)

    folder = tmp_path / "table"
    folder.mkdir()
    (folder / "trials.csv").write_text(TABLE)
    rng = np.random.default_rng(0)
    for name, rate in (("a.wav", 44_100), ("b.mp3", 16_000)):
        soundfile.write(folder / name, 0.1 * rng.standard_normal((4_000, 2)), rate)
    return folder


LAYOUT = ["utt_id", "speaker", "attack", "label", "partition", "path"]


def test_a_reader_from_outside(table):  # 1, 2
    corpus = open_corpus(table)
    assert corpus.name == find_corpus(table).name == "table"
    assert corpus.partitions == ("eval",)
    assert corpus.description == "A table, 2 trials (eval 2)."
    assert corpus.trials["source"].tolist() == ["podcast", "xtts"]
    found = audit(corpus)
    assert found.ok
    assert found.partitions["eval"].expected is None
    write_corpus(table / "LA")
    assert open_corpus(table).name == "table"


def test_id_changes_with_the_sound_of_wavs_of_the_same_size(table):
    """B1: a WAV keeps its size whatever is done to its samples."""
    before = open_corpus(table).id
    path = table / "a.wav"
    samples, rate = soundfile.read(path)
    soundfile.write(path, 0.5 * samples, rate)
    assert open_corpus(table).id != before


def test_asvspoof2019_with_eval_alone_and_wav(tmp_path):  # 2
    write_protocol(tmp_path / "LA", "eval", "\n".join(LINES["eval"]))
    folder = tmp_path / "LA/ASVspoof2019_LA_eval"
    for name in ("E1.wav", "E2.FLAC", "E3.wav"):
        write_flac(folder / "flac" / name, seed=0)
        (folder / "flac" / name).with_suffix(".xml").touch()
    corpus = open_corpus(tmp_path)
    assert corpus.partitions == ("eval",)
    assert {path[-4:] for path in corpus.require_audio("eval")["path"]} == {
        ".wav",
        "FLAC",
    }
    (folder / "flac").rename(folder / "wav16k")
    (folder / "wav44k").mkdir()
    with pytest.raises(
        CorpusError, match=r"3 of the 3 .*; .*_eval has wav16k, wav44k;"
    ):
        open_corpus(tmp_path).require_audio("eval")


def test_a_damaged_table(tmp_path):  # 3
    for change, part in (
        (lambda t: t.drop(columns="speaker"), "incomplete: speaker;"),
        (lambda t: t.assign(attack=None), "incomplete: attack;"),
        (lambda t: t.assign(label="fake"), "labels: fake;"),
    ):
        row = ("a", "S1", "-", "bonafide", "eval", "a.wav")
        trials = change(pd.DataFrame([row], columns=LAYOUT))
        make = partial(Corpus, "mine", "mine", tmp_path, trials)
        assert_refused(CorpusError, make, "trials of mine", part)


def test_an_unknown_layout(tmp_path, table):  # 4
    (table / "trials.csv").unlink()
    with pytest.raises(CorpusError, match=r"no corpus in .*a folder with trials\.csv"):
        open_corpus(tmp_path)
