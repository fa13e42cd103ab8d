"""Reader of any folder with a table of its sound files.

The table is a CSV or TSV file with a header line. Needed are the columns file and
label; speaker, attack, partition and source are read if they are there. Their usual
spellings are understood (:mod:`antispoof.columns`). Several tables are read one after
another; one without a column partition is of the partition that it is named after, as
``train.csv``, else of eval.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.columns import read_word
from antispoof.constants import PARTITIONS
from antispoof.corpora.corpus import MISSING, Corpus, file_sizes, find_audio
from antispoof.corpora.protocol import read_protocol
from antispoof.corpora.registry import register_corpus
from antispoof.errors import CorpusError

CAVEAT = (
    "Labels are as its table has them; the two classes may also differ in source,"
    " level, bandwidth or codec, which a detector can learn instead."
)


@register_corpus(
    "folder",
    title="a folder with a table",
    layout="a folder with a CSV or TSV file that has the columns file and label",
    is_fallback=True,
)
def read(root: Path) -> Corpus | None:
    """Read a folder with a table.

    Raises
    ------
    CorpusError
        If no table in it lists sound files and their labels.
    """
    tables, errors = [], []
    for path in sorted(root.iterdir()):
        if path.suffix.lower() in (".csv", ".tsv"):
            try:
                tables.append(read_listing(path))
            except CorpusError as error:
                errors.append(error)
    if errors and not tables:
        raise errors[0]
    if not tables:
        return None
    trials = pd.concat(tables, ignore_index=True)
    name = re.sub(r"[^\w.-]+", "-", root.name).strip("-.") or "folder"
    return Corpus(name=name, title=root.name, root=root, trials=trials, caveat=CAVEAT)


def read_listing(path: Path) -> pd.DataFrame:
    """Trials of one table, as in ``Corpus.trials``.

    A file that is not where the table says is looked for by its name in the folder of
    the table and in the folders in it, with any ending.

    Raises
    ------
    CorpusError
        As :func:`read_protocol` does.
    """
    table, root = read_protocol(path), path.parent
    named_after = read_word(path.stem)
    default = named_after if named_after in PARTITIONS else "eval"
    partition = table.get("partition", pd.Series("", table.index)).replace("", default)
    table["partition"] = partition.str.replace(r"[^\w-]+", "_", regex=True)
    files = table.get("path", table["utt_id"]).str.replace("\\", "/")
    table["path"] = [str(root / file) for file in files]
    missing = file_sizes(table["path"]) == MISSING
    if missing.any():
        folders = [root, *sorted(path for path in root.iterdir() if path.is_dir())]
        found = np.array(find_audio(table["utt_id"], folders))
        found_only = missing & (file_sizes(found) != MISSING)
        table.loc[found_only, "path"] = found[found_only]
    return table
