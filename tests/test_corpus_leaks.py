"""Contracts of leaks between partitions and between corpora.

1. The same recording in another partition is found at another level, cut, and coded as
   MP3; other clips, noise and silence are not.
2. A source in train or dev and in another partition is an issue; a near duplicate is
   reported and makes no corpus unfit.
3. Several corpora: the same sound, and sources, that they share are listed; exit 1.
4. The near duplicates of the open fakes are the known ones, in at most 30 s.
5. Corpora that are joined are one corpus; ids that both have name their corpus.
"""

import io
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from antispoof.audio import load_mono_16k
from antispoof.corpora import audit, open_corpus
from antispoof.corpora.leaks import find_near_duplicates, fingerprint
from conftest import SHARED


def as_mp3(waveform):
    file = io.BytesIO()
    options = {"bitrate_mode": "CONSTANT", "compression_level": 0.9}  # 32 kbit/s
    soundfile.write(file, waveform, 16_000, format="MP3", **options)
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]


CHANGES = {
    "level": lambda x: 0.05 * x,
    "cut": lambda x: x[7_777:-3_333],
    "MP3": as_mp3,
    "all": lambda x: as_mp3(0.3 * x[len(x) // 2 + 77 :]),
}


@pytest.fixture(scope="module")
def clips():
    """Forty clips of the real subset."""
    paths = SHARED.glob("corpora/asvspoof2019-la-subset/LA/*_train/flac/*")
    paths = sorted(paths)[::9]
    if not paths:
        pytest.skip("needs ../shared")
    return [load_mono_16k(path) for path in paths]


def near_duplicates(first, second):
    waveforms = [*first, *second]
    parts = ["train"] * len(first) + ["eval"] * len(second)
    table = {"partition": parts, "digest": [str(n) for n in range(len(parts))]}
    table["codes"] = [fingerprint(waveform) for waveform in waveforms]
    found = find_near_duplicates(pd.DataFrame(table))
    return {(i, j - len(first)) for i, j, _ in found}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_found(clips, change):  # 1
    copies = [CHANGES[change](clip) for clip in clips[::2]]
    assert near_duplicates(clips, copies) == {(2 * n, n) for n in range(len(copies))}


def test_other_clips_are_not_found(clips):  # 1
    rng = np.random.default_rng(0)
    others = [0.1 * rng.standard_normal(48_000), np.zeros(48_000), np.zeros(100)]
    others = [np.float32(other) for other in others]
    assert near_duplicates([*clips[::2], *others], [*clips[1::2], *others[1:]]) == set()


@pytest.fixture
def corpora(tmp_path, clips):
    """Two folders; of the second, one clip and its source are also in the first."""
    for name, chosen in (("one", clips[:6]), ("two", [*clips[6:9], clips[1]])):
        lines = ["file,label,partition,source"]
        for n, clip in enumerate(chosen):
            path = tmp_path / name / f"{n}.wav"
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, clip, 16_000)
            part = "train" if name == "one" and n < 4 else "test"
            source = f"{part}{n % 2}" if name == "one" else f"train{n % 2}"
            lines.append(f"{n}.wav,{'real' if n % 2 else 'fake'},{part},{source}")
        (tmp_path / name / "list.csv").write_text("\n".join(lines))
    return tmp_path / "one", tmp_path / "two"


def kinds(issues):
    return [(issue["kind"], issue["partition"], issue["name"]) for issue in issues]


def test_one_corpus(corpora, clips):  # 2
    table = corpora[0] / "list.csv"
    assert audit(open_corpus(corpora[0])).ok
    soundfile.write(corpora[0] / "5.wav", 0.5 * clips[1], 16_000)
    found = audit(open_corpus(corpora[0]))
    assert found.ok
    assert kinds(found.to_dict()["issues"]) == [("near_duplicate", "train+eval", "1+5")]
    table.write_text(table.read_text().replace("test1", "train1"))
    found = audit(open_corpus(corpora[0]))
    assert not found.ok
    shared = ("shared_source", "train+eval", "train1")
    assert kinds(found.to_dict()["issues"])[1:] == [shared]


def test_several_corpora(corpora, antispoof):  # 3
    result = antispoof("corpus", "audit", *corpora, "--json")
    assert result.status == 1
    found = json.loads(result.out)
    assert [corpus["ok"] for corpus in found["corpora"]] == [True, True]
    assert kinds(found["leaks"]) == [
        ("same_audio", "one/train+two/eval", "one/1+two/3"),
        ("shared_source", "one/train+two/eval", "train0"),
        ("shared_source", "one/train+two/eval", "train1"),
    ]
    assert "1 x same audio" in antispoof("corpus", "audit", *corpora).out


def test_joined(corpora, antispoof):  # 5
    result = antispoof("corpus", "join", "out", corpora[0], f"{corpora[1]}:eval")
    assert (result.status, result.err) == (0, "")
    trials = open_corpus("out").trials
    assert trials["utt_id"].tolist()[::4] == ["one/0", "4", "two/2"]
    assert set(trials["source"]) == {"train0", "train1", "test0", "test1"}
    assert Path(trials["path"].iloc[-1]).parent == corpora[1]
    again = antispoof("corpus", "join", corpora[0], corpora[1])
    assert "has another table, list.csv" in again.err


def test_open_fakes(shared):  # 4
    corpus = open_corpus(shared("corpora/open-fakes"))
    start = time.process_time()
    found = audit(corpus)
    assert time.process_time() - start < 30
    assert kinds(found.to_dict()["issues"]) == [
        ("near_duplicate", "train+eval", "504fbc10598c+9f2909877c8a"),
        ("near_duplicate", "dev+eval", "595937b3b654+67293627bb27"),
        ("near_duplicate", "dev+eval", "595937b3b654+90cf86b8b74b"),
    ]
