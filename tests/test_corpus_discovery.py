"""Contracts of finding a corpus.

1. The given folder, then $ASVSPOOF2019_LA. A wrong one is an error, even if there is a
   good corpus in a usual place. A number is the name of a folder.
2. Then Kaggle's input folder, Colab's places, kagglehub's cache (newest version
   first), data/ of the project; nowhere: None.
3. In data/ real speech goes before the synthetic corpus.
4. A usual place counts only if there is sound in it, not protocols alone.
"""

import shutil

import pytest

from antispoof.corpora import find_corpus
from antispoof.corpora.synthetic.reader import MARKER
from antispoof.errors import CorpusError
from corpora import write_corpus

KAGGLEHUB = "cache/datasets/awsaf49/asvpoof-2019-dataset/versions"

# In the order of search.
USUAL = [
    "KAGGLE_INPUT/asvpoof-2019-dataset/LA/LA",
    "COLAB/LA",
    "COLAB_DRIVE/asvspoof/LA",
    f"{KAGGLEHUB}/10/LA/LA",
    f"{KAGGLEHUB}/9/LA/LA",
    "project/data/asvspoof/LA",
]


# 1


def test_given_then_variable_then_usual_places(places, monkeypatch):
    given = write_corpus(places / "project" / "2019")
    variable = write_corpus(places / "variable" / "LA")
    monkeypatch.setenv("ASVSPOOF2019_LA", str(variable.parent))
    for folder in USUAL:
        write_corpus(places / folder)
    for number_or_path in (given, "2019", 2019):
        assert find_corpus(number_or_path).root == given
    assert find_corpus(None).root == find_corpus("").root == variable


def test_a_wrong_folder_is_an_error(places, monkeypatch):
    write_corpus(places / USUAL[0])
    for wrong in (places / "none", places / "project"):
        with pytest.raises(CorpusError, match=str(wrong)):
            find_corpus(wrong)
    monkeypatch.setenv("ASVSPOOF2019_LA", str(places / "none"))
    with pytest.raises(CorpusError, match=r"\$ASVSPOOF2019_LA.*does not exist"):
        find_corpus()


# 2, 4


def test_order_of_usual_places(places):
    assert find_corpus() is None
    for folder in reversed(USUAL):
        la = write_corpus(places / folder)
        assert find_corpus().root == la
    for folder in la.glob("*/flac"):  # protocols alone do not count
        shutil.rmtree(folder)
    assert find_corpus().root == places / USUAL[1]
    assert find_corpus(la).root == la


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("KAGGLE_INPUT/datasets/awsaf49/asvpoof-2019-dataset/LA/LA", True),
        ("COLAB/asvpoof-2019-dataset/LA/LA", True),
        ("COLAB_DRIVE/LA", True),
        ("project/data/a/b/LA/LA", True),
        ("KAGGLE_INPUT/a/b/c/d/LA", False),
        ("COLAB/drive/a/LA", False),
    ],
)
def test_depth_of_the_search(places, folder, found):
    write_corpus(places / folder)
    assert (find_corpus() is not None) == found


# 3


def test_real_speech_before_the_synthetic_corpus(places):
    made = write_corpus(places / "project" / "data" / "a" / "LA")
    (made / MARKER).write_text("{}")
    assert find_corpus().is_synthetic
    real = write_corpus(places / "project" / "data" / "real" / "LA")
    assert find_corpus().root == real
