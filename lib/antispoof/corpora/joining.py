"""Several corpora as one: a table of their clips, which the reader of folders opens."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from antispoof.corpora.corpus import Corpus
from antispoof.errors import CorpusError
from antispoof.files import atomic_path

COLUMNS = ["utt_id", "path", "label", "attack", "speaker", "partition", "source"]


def join_corpora(parts: Mapping[Corpus, Sequence[str]], out: str | Path) -> Path:
    """Write a table of the clips of several corpora; the sound files stay in place.

    Parameters
    ----------
    parts : corpus -> the partitions that it contributes; none for all.
    out : folder of the table, which is made if it does not exist.

    Returns
    -------
    ``out/MANIFEST.csv``. The source of a clip is that of its corpus, or the corpus. An
    utterance that two corpora name alike gets its corpus in front. Speakers of the same
    name are taken for the same, as those of copies and of their originals are.

    Raises
    ------
    CorpusError
        If the folder holds another table.
    ParameterError
        If a corpus lacks a partition.
    """
    tables = []
    for corpus, partitions in parts.items():
        chosen = [corpus.partition(name) for name in partitions or corpus.partitions]
        table = pd.concat(chosen, ignore_index=True).assign(corpus=corpus.name)
        if "source" not in table:
            table["source"] = corpus.name
        tables.append(table)
    joined = pd.concat(tables, ignore_index=True)
    shared = joined["utt_id"].duplicated(keep=False)
    joined.loc[shared, "utt_id"] = joined["corpus"] + "/" + joined["utt_id"]
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    target = out / "MANIFEST.csv"
    others = {path.name for path in out.glob("*.[ct]sv")} - {target.name}
    if others:
        raise CorpusError(f"{out} has another table, {min(others)}; name a new folder")
    with atomic_path(target) as temporary:
        joined[COLUMNS].to_csv(temporary, index=False)
    return target
