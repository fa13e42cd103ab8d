"""ASVspoof 2019 LA: reader of the official folder ``LA``, complete or a subset.

The folder contains ``ASVspoof2019_LA_cm_protocols``, the audio in
``ASVspoof2019_LA_{train,dev,eval}/flac`` and, optionally, the speaker verification
scores that min t-DCF needs in ``ASVspoof2019_LA_asv_scores``. A trial is what the
protocols list: the original audio folders also contain FLACs of no protocol.
"""

from pathlib import Path

import pandas as pd

from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.corpora.corpus import (
    Corpus,
    Counts,
    count_trials,
    find_audio,
    list_folder,
)
from antispoof.corpora.protocol import read_protocol
from antispoof.corpora.registry import register_corpus

PROTOCOL_FOLDER = "ASVspoof2019_LA_cm_protocols"
PROTOCOL_NAMES = {
    "train": "ASVspoof2019.LA.cm.train.trn.txt",
    "dev": "ASVspoof2019.LA.cm.dev.trl.txt",
    "eval": "ASVspoof2019.LA.cm.eval.trl.txt",
}
ASV_FOLDER = "ASVspoof2019_LA_asv_scores"
ASV_NAMES = {
    "dev": "ASVspoof2019.LA.asv.dev.gi.trl.scores.txt",
    "eval": "ASVspoof2019.LA.asv.eval.gi.trl.scores.txt",
}
TITLE = "ASVspoof 2019 LA"
SUBSET_CAVEAT = (
    "A subset shows that the pipeline works on real speech;"
    " results on it are not results on the corpus."
)
# Counted from the official protocols, https://datashare.ed.ac.uk/handle/10283/3336
EXPECTED_COUNTS = {
    "train": Counts(2_580, {f"A{k:02d}": 3_800 for k in range(1, 7)}, speakers=20),
    "dev": Counts(2_548, {f"A{k:02d}": 3_716 for k in range(1, 7)}, speakers=20),
    "eval": Counts(7_355, {f"A{k:02d}": 4_914 for k in range(7, 20)}, speakers=67),
}


@register_corpus(
    "asvspoof2019",
    title=TITLE,
    layout=f"a folder, or LA or LA/LA in it, that contains {PROTOCOL_FOLDER}",
    license="ODC-BY 1.0",
)
def read(root: Path) -> Corpus | None:
    """Read ASVspoof 2019 LA; by its counts it is the complete corpus or a subset.

    Raises
    ------
    CorpusError
        If a protocol is missing or damaged.
    """
    la = locate_la_root(root)
    if la is None:
        return None
    trials = read_trials(la)
    complete = all(count_trials(trials, n) == c for n, c in EXPECTED_COUNTS.items())
    return Corpus(
        name="asvspoof2019-la" if complete else "asvspoof2019-la-subset",
        title=TITLE if complete else f"a subset of {TITLE}",
        caveat="" if complete else SUBSET_CAVEAT,
        root=la,
        trials=trials,
        asv_score_files=asv_score_files(la),
        expected_counts=EXPECTED_COUNTS,
        sample_rate=SAMPLE_RATE,
    )


def locate_la_root(folder: Path) -> Path | None:
    """``folder``, ``LA`` or ``LA/LA`` in it, whichever has protocols; else None."""
    places = (folder, folder / "LA", folder / "LA" / "LA")
    return next((la for la in places if (la / PROTOCOL_FOLDER).is_dir()), None)


def audio_folder(la: Path, partition: str) -> Path:
    """Folder with the sound of a partition: ``flac``, or where it is put instead.

    That is the only other folder, such as ``wav``, or the partition's own.
    """
    parent = la / f"ASVspoof2019_LA_{partition}"
    entries = list_folder(parent)
    folders = [Path(entry) for entry in entries if entry.is_dir()]
    if len(folders) == 1:
        return folders[0]
    return parent if entries and not folders else parent / "flac"


def asv_score_files(la: Path) -> dict[str, Path]:
    """Partition -> where its speaker verification scores are, if there are any."""
    return {partition: la / ASV_FOLDER / name for partition, name in ASV_NAMES.items()}


def read_trials(la: Path) -> pd.DataFrame:
    """Trials of the protocols of a folder ``LA``, as in ``Corpus.trials``.

    A partition without a protocol is left out, so that a corpus may have eval alone.
    Its sound may be FLAC or, converted by somebody, WAV or another format.

    Raises
    ------
    CorpusError
        If there is no protocol, or one is damaged.
    """
    protocols = {n: la / PROTOCOL_FOLDER / PROTOCOL_NAMES[n] for n in PARTITIONS}
    present = [name for name, path in protocols.items() if path.exists()]
    tables = []
    for partition in present or PARTITIONS:  # without any, reading the first raises
        table = read_protocol(protocols[partition])
        table["partition"] = partition
        table["path"] = find_audio(table["utt_id"], [audio_folder(la, partition)])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
