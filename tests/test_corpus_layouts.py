"""Contracts of the readers of corpora other than ASVspoof 2019.

1. A small corpus of each layout opens with its name, partitions and sound.
2. Each is audited, and scored and evaluated by the command line with a run of another.
3. A folder with a table: spellings of columns, labels and partitions; missing speakers;
   files without ending or with another; tables named after partitions.
4. A wrong file in each layout is refused with a sentence.
5. The open fakes: three partitions, speakers are sources, both classes to validate on.
"""

import json
from zlib import crc32

import pytest

from antispoof.corpora import audit, open_corpus
from antispoof.errors import CorpusError
from antispoof.training.validation import choose_val_speakers
from conftest import assert_refused, train
from corpora import write_flac

N = 12  # clips of a partition, of which every third is bona fide


def rows(prefix, line):
    """Lines of a key of N trials, and their utterances."""
    lines = []
    for n in range(N):
        real = n % 3 == 0
        words = {"utt": f"{prefix}_{n}", "spk": f"{prefix}S{n % 4}"}
        words |= {"attack": "bonafide" if real else f"A0{n % 2}", "n": n}
        words["label"] = "bonafide" if real else "spoof"
        lines.append(line.format(**words, part="eval" if n > 5 else "progress"))
    return lines


def write_key(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_sound(folder, names):
    # Not by hash(), which is another in each process: two folders had the same sounds.
    for seed, name in enumerate(names, start=1_000 * crc32(folder.name.encode())):
        write_flac(folder / name, seed=seed, seconds=0.4)


def asvspoof2021(root, track):
    line = {
        "LA": "{spk} {utt} alaw ita_tx {attack} {label} notrim {part}",
        "DF": "{spk} {utt} nocodec vcc {attack} {label} notrim {part} nv - - - -",
    }[track]
    folder = root / f"ASVspoof2021_{track}_eval" / "flac"
    write_sound(folder, [f"U_{n}.flac" for n in range(N)])
    return write_key(root / f"keys/{track}/CM/trial_metadata.txt", rows("U", line))


def asvspoof5(root):
    line = "{spk} {utt} F - - - AC1 {attack} {label} -"
    for part, name in (
        ("train", "T"),
        ("dev.track_1", "D"),
        ("eval.track_1", "E_eval"),
    ):
        path = root / "ASVspoof5_protocols" / f"ASVspoof5.{part}.tsv"
        write_key(path, rows(name, line))
        write_sound(root / f"flac_{name}", [f"{name}_{n}.flac" for n in range(N)])
    return path


def in_the_wild(root):
    lines = rows("W", "{n}.wav,Alec Guinness {spk},{label}")
    lines = ["file,speaker,label", *(line.replace("bonaf", "bona-f") for line in lines)]
    write_sound(root, [f"{n}.flac" for n in range(N)])  # as somebody converted them
    return write_key(root / "meta.csv", lines)


def folder(root):
    lines = ["Clip;Split;System;Is Fake;Dataset"]
    for part in ("train", "validation", "Test"):
        line = f"{part}\\a {{n}}.flac;{part};{{dash}};{{is_fake}};{part}{{n}}"
        fakes = [(n, int(n % 3 > 0), "A 1" if n % 3 else "") for n in range(N)]
        lines += [line.format(n=n, is_fake=is_fake, dash=d) for n, is_fake, d in fakes]
        write_sound(root / part, [f"a {n}.flac" for n in range(N)])
    return write_key(root / "list.csv", lines)


LAYOUTS = {
    "asvspoof2021-la": (lambda root: asvspoof2021(root, "LA"), "progress eval"),
    "asvspoof2021-df": (lambda root: asvspoof2021(root, "DF"), "progress eval"),
    "asvspoof5": (asvspoof5, "train dev eval"),
    "in-the-wild": (in_the_wild, "eval"),
    "folder": (folder, "train dev eval"),
}


@pytest.mark.usefixtures("small_frontend")
def test_audited_scored_and_evaluated(tmp_path, antispoof):  # 1, 2
    keys = {name: LAYOUTS[name][0](tmp_path / name) for name in LAYOUTS}
    (run,) = train(open_corpus(tmp_path / "folder"), tmp_path)
    assert run.partitions == ["dev", "eval"]
    for name, (_, partitions) in LAYOUTS.items():
        corpus = open_corpus(tmp_path / name)
        assert corpus.name == name
        assert corpus.partitions == tuple(partitions.split())
        assert audit(corpus).ok, audit(corpus).issues
        scored = antispoof("score", run.path, "--corpus", tmp_path / name)
        assert scored.status == 0, scored.err
        words = ("--protocol", keys[name], "--replicates", 0, "--json")
        result = antispoof("evaluate", "scores-eval.txt", *words)
        assert result.status == 0, result.err
        n = json.loads(result.out)["n"]
        assert sum(n.values()) == len(corpus.partition("eval"))
        assert n["bonafide"] == (corpus.partition("eval")["label"] == "bonafide").sum()
        runs_on_another_corpus = antispoof("features", tmp_path / name)
        assert runs_on_another_corpus.status == 0, runs_on_another_corpus.err


def test_a_folder_with_a_table(tmp_path):  # 3
    folder(tmp_path)
    trials = open_corpus(tmp_path).trials
    assert trials["utt_id"].iloc[0] == "train/a_0"
    assert trials["attack"].iloc[:2].tolist() == ["-", "A_1"]
    assert trials["speaker"].tolist() == trials["source"].tolist()
    (tmp_path / "list.csv").unlink()
    for part in ("train", "Test"):
        lines = ["utterance\tlabel", "a 0\thuman", "a 1\tdeepfake"]
        write_key(tmp_path / f"{part}.tsv", [s.replace("a ", part) for s in lines])
    names = ["train0.flac", "train1.WAV", "Test0.mp3", "Test1.flac"]
    write_sound(tmp_path / "wav", names)
    corpus = open_corpus(tmp_path)
    assert sorted(corpus.partitions) == ["eval", "train"]
    assert len(corpus.require_audio("train")) == len(corpus.require_audio("eval")) == 2
    assert corpus.trials["speaker"].tolist() == corpus.trials["utt_id"].tolist()


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_wrong_file(tmp_path, name):  # 4
    key = LAYOUTS[name][0](tmp_path)
    lines = key.read_text().splitlines()
    for wrong, sentence in (
        ([*lines, lines[-1].rpartition(" ")[0] or "x"], "line"),
        ([*lines, lines[-1]], "listed more than once"),
        ([line.replace("spoof", "maybe").replace("1", "2") for line in lines], "label"),
    ):
        write_key(key, wrong)
        assert_refused(CorpusError, lambda: open_corpus(tmp_path), sentence)


def test_the_keys_of_two_corpora(tmp_path):  # 4
    asvspoof2021(tmp_path, "LA")
    asvspoof2021(tmp_path, "DF")
    with pytest.raises(CorpusError, match=r"several.*keys/LA/CM or .*keys/DF/CM"):
        open_corpus(tmp_path)
    for track in ("LA", "DF"):
        corpus = open_corpus(tmp_path / "keys" / track)
        assert corpus.title == f"ASVspoof 2021 {track}"
        assert len(corpus.require_audio("progress")) == 6


def test_open_fakes(shared):  # 5
    corpus = open_corpus(shared("corpora/open-fakes"))
    counts = [len(corpus.require_audio(name)) for name in ("train", "dev", "eval")]
    assert counts == [1521, 286, 403]
    assert corpus.trials["speaker"].equals(corpus.trials["source"])
    assert "a detector can learn" in corpus.description
    train = corpus.partition("train")
    chosen = train[train["speaker"].isin(choose_val_speakers(train))]
    assert chosen["label"].value_counts().min() > 100
