"""In-the-Wild (Mueller et al. 2022): reader of its folder with ``meta.csv``.

The table has the columns ``file,speaker,label``; all of it is for testing.
"""

from pathlib import Path

from antispoof.corpora.corpus import Corpus
from antispoof.corpora.folder import read_listing
from antispoof.corpora.registry import register_corpus

TABLE, HEADER = "meta.csv", "file,speaker,label"


@register_corpus(
    "in_the_wild",
    title="In-the-Wild",
    layout=f"a folder, or release_in_the_wild in it, with {TABLE} ({HEADER})",
)
def read(root: Path) -> Corpus | None:
    """Read In-the-Wild, which has eval alone.

    Raises
    ------
    CorpusError
        If its table is damaged.
    """
    for path in (root / TABLE, root / "release_in_the_wild" / TABLE):
        text = path.read_text("utf-8-sig", "replace") if path.is_file() else ""
        if text.startswith(HEADER):
            return Corpus("in-the-wild", "In-the-Wild", path.parent, read_listing(path))
    return None
