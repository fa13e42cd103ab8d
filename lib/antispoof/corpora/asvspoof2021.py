"""ASVspoof 2021 LA and DF: reader of the keys and the folders of the eval audio.

The keys are ``keys/LA/CM/trial_metadata.txt`` with 8 columns or
``keys/DF/CM/trial_metadata.txt`` with 13, the sound is in
``ASVspoof2021_{LA,DF}_eval/flac``; DF may be in several parts, as it is published.
Partitions are the subsets of the keys: progress, eval and the hidden one.
"""

from itertools import product
from pathlib import Path

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.corpus import Corpus, find_audio
from antispoof.corpora.protocol import read_protocol
from antispoof.corpora.registry import register_corpus
from antispoof.errors import CorpusError

KEYS = "trial_metadata.txt"
COLUMNS = {  # track -> columns of its keys
    "LA": "speaker,utt_id,-,-,attack,label,-,partition",
    "DF": "speaker,utt_id,-,source,attack,label,-,partition,-,-,-,-,-",
}


@register_corpus(
    "asvspoof2021",
    title="ASVspoof 2021",
    layout=f"a folder with keys/LA/CM/{KEYS} or keys/DF/CM/{KEYS}",
    license="ODC-BY 1.0",
)
def read(root: Path) -> Corpus | None:
    """Read ASVspoof 2021 LA or DF.

    Raises
    ------
    CorpusError
        If the keys are damaged, or if the folder has those of both.
    """
    places = product(("", "keys"), ("", "LA", "DF"), ("", "CM"))
    found = [path for p in places if (path := root.joinpath(*p, KEYS)).is_file()]
    if not found:
        return None
    if len(found) > 1:
        folders = " or ".join(str(path.parent) for path in found)
        raise CorpusError(f"{root} has the keys of several corpora; name {folders}")
    keys = found[0]
    with keys.open(errors="replace") as file:
        width = len(file.readline().split())
    track = "DF" if width == 13 else "LA"
    trials = read_protocol(keys, columns=COLUMNS[track])
    inner = f"ASVspoof2021_{track}_eval"
    folders = [
        folder
        for above in keys.parents[:4]
        for pattern in (f"{inner}*/flac", f"{inner}*/{inner}/flac", "flac")
        for folder in sorted(above.glob(pattern))
    ]
    folders = folders or [root / inner / "flac"]
    trials["path"] = find_audio(trials["utt_id"], folders)
    name, title = f"asvspoof2021-{track.lower()}", f"ASVspoof 2021 {track}"
    return Corpus(name, title, root, trials, sample_rate=SAMPLE_RATE)
