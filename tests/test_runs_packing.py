"""Contracts of runs that travel.

1. A run packed here and unpacked there is the same, in its place, and is reused by a
   chapter's `train_or_load` there without training; packing twice gives the same bytes.
2. Unpacking again changes nothing and says so; a run that came without weights gets
   them when they come; another run or other weights in the place are refused.
3. On arrival are refused: a changed byte, a score too few, a schema that is not ours,
   weights that are no safetensors, members that belong to no run or are in no
   manifest, a run under another's name, a foreign protocol. Then nothing was put in.
4. The commands list, pack and unpack; without runs, a sentence.
"""

import importlib
import json
import shutil
import sys
import zipfile
from itertools import chain, repeat

import pytest
from safetensors.torch import save_file

from antispoof import cli
from antispoof.config import TrainConfig
from antispoof.errors import ArchiveError, RunError
from antispoof.runs import Run, list_runs, pack, train_or_load, transfer, unpack
from antispoof.runs.transfer import MANIFEST

pytestmark = pytest.mark.usefixtures("small_frontend")

RECIPE = TrainConfig.for_model("cnn", epochs=1, batch_size=8)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "runs"


@pytest.fixture
def made(small_corpus, tmp_path, kept):
    """A folder of runs with one finished run."""
    runs = tmp_path / "here" / "runs"
    if kept.exists():
        shutil.copytree(kept, runs)
    else:
        train_or_load(RECIPE, small_corpus, [0], runs=runs, store=tmp_path / "s")
        shutil.copytree(runs, kept)
    return runs


@pytest.fixture
def packed(made, tmp_path):
    return pack(list_runs(made), tmp_path / "runs.zip")


@pytest.fixture
def there(tmp_path):
    return tmp_path / "there" / "runs"


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def repack(packed, changes, *, manifest=True):
    """The archive with members changed (None: left out), hashes put right."""
    with zipfile.ZipFile(packed) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(members.pop(MANIFEST))
    for name, change in changes.items():
        data = change(members.get(name)) if callable(change) else change
        members.pop(name, None)
        if data is not None:
            members[name] = data
    if manifest:
        import hashlib

        told["sha256"] = {n: hashlib.sha256(d).hexdigest() for n, d in members.items()}
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(told))
        for name, data in members.items():
            archive.writestr(name, data)
    return packed


def inside(packed, ending):
    with zipfile.ZipFile(packed) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(ending)]
    return name


# 1


def test_a_run_arrives_as_it_left(made, packed, there, small_corpus, monkeypatch):
    new, known = unpack(packed, there)
    assert known == []
    assert contents(there) == contents(made)
    module = importlib.import_module("antispoof.runs.jobs")
    monkeypatch.setattr(module, "fit", None)  # nothing is trained
    said = []
    (run,) = train_or_load(
        RECIPE, small_corpus, [0], runs=there, store=there.parent / "s", say=said.append
    )
    assert run == new[0]
    assert "reused" in said[-1]
    assert run.model() is not None


def test_the_same_runs_make_the_same_file(made, packed, tmp_path):
    again = pack(list_runs(made), tmp_path / "again.zip")
    assert again.read_bytes() == packed.read_bytes()


def test_without_weights(made, there, tmp_path):
    light = pack(list_runs(made), tmp_path / "light.zip", weights=False)
    (run,), _ = unpack(light, there)
    assert len(run.scores("eval")) == 3
    with pytest.raises(RunError, match="without weights"):
        run.model()


# 2


def test_unpacking_again_changes_nothing(packed, there):
    unpack(packed, there)
    before = contents(there)
    new, known = unpack(packed, there)
    assert new == []
    assert len(known) == 1
    assert contents(there) == before


def test_another_run_in_the_place_is_refused(packed, there):
    (run,), _ = unpack(packed, there)
    (run.path / "history.csv").write_text("other")
    before = contents(there)
    with pytest.raises(RunError, match=r"another run stands in .*history\.csv differs"):
        unpack(packed, there)
    assert contents(there) == before


def test_weights_may_come_later(made, packed, there, tmp_path):
    unpack(pack(list_runs(made), tmp_path / "light.zip", weights=False), there)
    (run,), known = unpack(packed, there)
    assert known == []
    assert contents(there) == contents(made)
    assert run.model() is not None
    # And what comes without them leaves them where they are.
    assert unpack(tmp_path / "light.zip", there) == ([], [run])
    assert contents(there) == contents(made)


def test_other_weights_are_refused(packed, there):
    (run,), _ = unpack(packed, there)
    weights = run.model()
    for parameter in weights.parameters():
        parameter.data += 1
    save_file(weights.state_dict(), run.path / "model.safetensors")
    before = contents(there)
    with pytest.raises(RunError, match=r"another run .*model\.safetensors differs"):
        unpack(packed, there)
    assert contents(there) == before


def test_a_run_made_in_the_meantime_stays(packed, there, monkeypatch):
    unpack(packed, there)
    (run,) = list_runs(there)
    before = contents(there)
    look = transfer._stands_already
    looks = chain([lambda *of: False], repeat(look))  # made after the first look
    monkeypatch.setattr(transfer, "_stands_already", lambda *of: next(looks)(*of))
    assert unpack(packed, there) == ([run], [])
    assert contents(there) == before


# 3


def drop_line(data):
    return b"".join(data.splitlines(keepends=True)[:-1])


def other_seed(data):
    return data.replace(b'"seed": 0', b'"seed": 7')


REFUSED = {
    "a score too few": ("scores-eval.txt", drop_line, "not scored"),
    "no config": ("config.json", b"{}", "config.json"),
    "another seed": ("config.json", other_seed, "holds the run .*seed7"),
    "a long history": (
        "history.csv",
        lambda d: d + d.splitlines()[-1],
        "2 epochs of",
    ),
    "no history": ("history.csv", b"a\n1\n", "epoch is missing"),
    "no environment": ("environment.json", b"{}", "python is missing"),
    "no weights": ("model.safetensors", b"\x80\x04K\x01.", "holds no weights"),
    "a file less": ("history.csv", None, "history.csv is missing"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_on_arrival(packed, there, case):
    ending, change, reason = REFUSED[case]
    with pytest.raises(RunError, match=reason):
        unpack(repack(packed, {inside(packed, ending): change}), there)
    assert contents(there) == {}


@pytest.mark.parametrize(
    "name", ["model.pt", "extra.pkl", "checkpoint.pt", "sub/config.json"]
)
def test_what_belongs_to_no_run_is_refused(packed, there, name):
    folder = inside(packed, "config.json").rpartition("/")[0]
    with pytest.raises(ArchiveError, match="belongs to no run"):
        unpack(repack(packed, {f"{folder}/{name}": b"x"}), there)
    assert contents(there) == {}


def test_a_changed_byte_is_refused(packed, there):
    name = inside(packed, "scores-dev.txt")
    changed = repack(packed, {name: lambda d: d.upper()}, manifest=False)
    with pytest.raises(ArchiveError, match="is not what was packed"):
        unpack(changed, there)
    assert contents(there) == {}


@pytest.mark.parametrize("change", [None, b"{}", b"[", b'{"format": 9, "sha256": {}}'])
def test_without_a_manifest_it_is_refused(packed, there, change):
    with zipfile.ZipFile(packed, "w") as archive:
        if change is not None:
            archive.writestr(MANIFEST, change)
    with pytest.raises(ArchiveError, match="no file of packed runs"):
        unpack(packed, there)


def test_a_member_that_was_lost_is_named(packed, there):
    name = inside(packed, "scores-dev.txt")
    with pytest.raises(ArchiveError, match=r"scores-dev\.txt' is not in it"):
        unpack(repack(packed, {name: None}, manifest=False), there)


def test_a_foreign_protocol_is_refused(packed, there):
    (run,), _ = unpack(packed, there)
    shutil.rmtree(run.path)
    run.protocol("dev").write_text("S1 X1 - - bonafide\n")
    with pytest.raises(RunError, match="lists other trials"):
        unpack(packed, there)


# 4


@pytest.fixture
def antispoof(monkeypatch, capsys):
    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["antispoof", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        return status, *capsys.readouterr()

    return command


def test_the_commands(antispoof, made, there, tmp_path):
    file = tmp_path / "x.zip"
    status, out, _ = antispoof("runs", "pack", file, "--runs", made)
    assert (status, "1 run(s)" in out) == (0, True)
    status, out, err = antispoof("runs", "unpack", file, "--runs", there)
    assert (status, err) == (0, "")
    (run,) = list_runs(there)
    assert str(run.path) in out
    assert "already" in antispoof("runs", "unpack", file, "--runs", there)[1]
    status, out, _ = antispoof("runs", "list", "--runs", there, "--json")
    (row,) = json.loads(out)
    assert (row["model"], row["seed"], row["reused"]) == ("cnn", 0, True)
    assert "cnn" in antispoof("runs", "list", "--runs", there)[1]


def test_runs_of_other_code_are_told(antispoof, made, there, tmp_path):
    (run,) = list_runs(made)
    told = (run.path / "config.json").read_text()
    (run.path / "config.json").write_text(told.replace(run.code, "0" * 64))
    pack([Run.open(run.path)], tmp_path / "x.zip")
    status, _, err = antispoof("runs", "unpack", tmp_path / "x.zip", "--runs", there)
    assert status == 0
    assert "made by other code" in err


def test_without_runs(antispoof, tmp_path):
    status, out, err = antispoof("runs", "pack", tmp_path / "x.zip", "--runs", tmp_path)
    assert (status, out) == (1, "")
    assert "no finished runs" in err
    assert not (tmp_path / "x.zip").exists()
    assert "no finished runs" in antispoof("runs", "list", "--runs", tmp_path)[1]
