"""Reader of the synthetic corpus: the ASVspoof 2019 layout with a marker file."""

from pathlib import Path

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.asvspoof2019 import asv_score_files, locate_la_root, read_trials
from antispoof.corpora.corpus import Corpus
from antispoof.corpora.registry import register_corpus

MARKER = "synthetic.json"  # written into LA/ by the generator
TITLE = "simulated speech"


@register_corpus("synthetic", title=TITLE, layout=f"a folder LA with {MARKER}")
def read(root: Path) -> Corpus | None:
    """Read a synthetic corpus.

    Raises
    ------
    CorpusError
        If a protocol is missing or damaged.
    """
    la = locate_la_root(root)
    if la is None or not (la / MARKER).is_file():
        return None
    return Corpus(
        name="synthetic",
        title=TITLE,
        caveat="Simulated speech proves nothing about deepfakes.",
        root=la,
        trials=read_trials(la),
        is_synthetic=True,
        asv_score_files=asv_score_files(la),
        sample_rate=SAMPLE_RATE,
    )
