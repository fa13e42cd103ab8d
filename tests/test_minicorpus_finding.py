"""Find a corpus, or make the embedded one.

1. A corpus that is named or found is taken; nothing is made.
2. Where there is none, the embedded one is made once, in `data/mini` of the project.
3. An embedded corpus of earlier code in that place is made anew, unless it is named.
4. A named folder that is no corpus is an error, never a reason to make one.
"""

from __future__ import annotations

import json
import shutil

import pytest

from antispoof import corpora
from antispoof.corpora import finding
from antispoof.corpora.synthetic import Share, load_or_synthesize, make
from antispoof.errors import CorpusError

TINY = {
    name: Share(speakers=1, bonafide=1, spoof=1, attacks=(attack,))
    for name, attack in (("train", "M02"), ("dev", "M02"), ("eval", "M10"))
}


@pytest.fixture(autouse=True)
def soundless(monkeypatch):
    """Files of a few bytes instead of speech: only their being there counts."""
    monkeypatch.setattr(
        "antispoof.corpora.synthetic.making.render_flac", lambda trial, *, seed: b"fLaC"
    )


@pytest.fixture
def tiny(tmp_path):
    return make(tmp_path / "elsewhere", shares=TINY, jobs=1)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """An empty project on a machine without any corpus; notes what is made there."""
    made = []

    def make_tiny(target):
        made.append(target)
        return make(target, shares=TINY, jobs=1)

    monkeypatch.delenv("ASVSPOOF2019_LA", raising=False)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "cache"))
    for place in ("KAGGLE_INPUT", "COLAB", "COLAB_DRIVE"):
        monkeypatch.setattr(f"antispoof.corpora.discovery.{place}", tmp_path / "none")
    monkeypatch.setattr(finding, "make", make_tiny)
    (tmp_path / "project" / "notebooks").mkdir(parents=True)
    (tmp_path / "project" / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "project" / "notebooks")
    return made


def test_what_is_named_is_taken(nowhere, tiny):
    assert load_or_synthesize(tiny.parent).root == corpora.open_corpus(tiny).root
    assert nowhere == []


def test_what_is_found_is_taken(nowhere, tiny, monkeypatch):
    monkeypatch.setenv("ASVSPOOF2019_LA", str(tiny))
    assert load_or_synthesize().root == corpora.open_corpus(tiny).root
    assert nowhere == []


def test_else_it_is_made_in_the_project(nowhere, tmp_path):
    made = load_or_synthesize()
    home = tmp_path / "project" / "data" / "mini"
    assert made.is_synthetic
    assert made.root.samefile(home / "LA")
    before = (home / "LA" / "minicorpus.json").stat().st_mtime_ns
    assert load_or_synthesize("").root == made.root
    assert (home / "LA" / "minicorpus.json").stat().st_mtime_ns == before


def test_an_outdated_one_is_made_anew(nowhere, tiny, tmp_path):
    home = tmp_path / "project" / "data" / "mini"
    shutil.copytree(tiny, home / "LA")
    marker = home / "LA" / "minicorpus.json"
    current = json.loads(marker.read_text())
    marker.write_text(json.dumps(current | {"version": "older"}))
    load_or_synthesize(home)
    assert json.loads(marker.read_text())["version"] == "older"
    load_or_synthesize()
    assert json.loads(marker.read_text()) == current


def test_a_wrong_name_is_an_error(nowhere, tmp_path):
    with pytest.raises(CorpusError):
        load_or_synthesize(tmp_path / "cache")
    assert nowhere == []
