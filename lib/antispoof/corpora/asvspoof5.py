"""ASVspoof 5, track 1: reader of its protocols and folders of sound.

The protocols, ``ASVspoof5.train.tsv``, ``ASVspoof5.dev.track_1.tsv`` and
``ASVspoof5.eval.track_1.tsv``, have ten columns separated by blanks: speaker, file,
gender, codec, its quality, its seed, attack tag, attack, key, and one that is not used.
The sound is in ``flac_T``, ``flac_D`` and ``flac_E_eval``.
"""

from pathlib import Path

import pandas as pd

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.corpus import Corpus, find_audio
from antispoof.corpora.protocol import read_protocol
from antispoof.corpora.registry import register_corpus

COLUMNS = "speaker,utt_id,-,-,-,-,-,attack,label,-"
FOLDERS = {"train": "flac_T", "dev": "flac_D", "eval": "flac_E_eval"}


@register_corpus(
    "asvspoof5",
    title="ASVspoof 5",
    layout="a folder, with or without ASVspoof5_protocols, with ASVspoof5.*.tsv",
)
def read(root: Path) -> Corpus | None:
    """Read those partitions of ASVspoof 5 whose protocols are there.

    Raises
    ------
    CorpusError
        If a protocol is damaged.
    """
    tables = []
    for partition, name in FOLDERS.items():
        names = [f"ASVspoof5.{partition}{track}.tsv" for track in ("", ".track_1")]
        places = [root / at / n for at in ("", "ASVspoof5_protocols") for n in names]
        for path in [path for path in places if path.is_file()][:1]:
            table = read_protocol(path, columns=COLUMNS)
            table["partition"] = partition
            table["path"] = find_audio(table["utt_id"], [root / name])
            tables.append(table)
    if not tables:
        return None
    trials = pd.concat(tables, ignore_index=True)
    return Corpus("asvspoof5", "ASVspoof 5", root, trials, sample_rate=SAMPLE_RATE)
