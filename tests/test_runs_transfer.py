"""Contracts of export and import of runs.

1. An imported run equals the exported one and is reused without training.
2. Importing again changes nothing and reports it. A different run, or a different
   protocol, in its place is refused and stays as it is.
3. An import refuses damaged runs and files that are not part of a run. Then nothing is
   added. (A missing file: see the tests of runs.)
4. The commands export and import; without runs they say so.
"""

import shutil
import zipfile

import pytest

from antispoof.errors import ArchiveError, RunError
from antispoof.runs import export_runs, import_runs, list_runs
from conftest import contents, train

pytestmark = pytest.mark.usefixtures("small_frontend")


@pytest.fixture
def here(finished):
    """A folder of runs with one finished run."""
    return finished.path.parents[3]


@pytest.fixture
def exported(here, tmp_path):
    return export_runs(list_runs(here), tmp_path / "runs.zip")


@pytest.fixture
def there(tmp_path):
    return tmp_path / "there"


def change(exported, ending, data):
    """Change the member with this ending."""
    with zipfile.ZipFile(exported) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (name,) = [name for name in members if name.endswith(ending)]
    members[name] = data(members[name]) if callable(data) else data
    with zipfile.ZipFile(exported, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return exported


# 1


def test_an_imported_run_is_reused(here, exported, there, small_corpus, no_training):
    (run,), known = import_runs(exported, there)
    assert known == []
    assert contents(there) == contents(here)
    no_training()
    (reused,) = train(small_corpus, there.parent, runs="there")
    assert reused == run
    assert reused.model() is not None


def test_without_weights(here, there, tmp_path):
    light = export_runs(list_runs(here), tmp_path / "light.zip", weights=False)
    (run,), _ = import_runs(light, there)
    assert len(run.scores("eval")) == 3
    with pytest.raises(RunError, match="without weights"):
        run.model()


# 2


def test_importing_again_changes_nothing(exported, there):
    import_runs(exported, there)
    before = contents(there)
    added, known = import_runs(exported, there)
    assert (added, len(known)) == ([], 1)
    assert contents(there) == before


@pytest.mark.parametrize("name", ["history.csv", "model.safetensors", "../protocol"])
def test_a_different_run_is_refused(exported, there, name):
    (run,), _ = import_runs(exported, there)
    if name == "../protocol":
        shutil.rmtree(run.path)
        path = run.protocol("dev")
    else:
        path = run.path / name
    path.write_bytes(b"different")
    before = contents(there)
    with pytest.raises(RunError, match=f"{path.name} exists and differs"):
        import_runs(exported, there)
    assert contents(there) == before


# 3


@pytest.mark.parametrize(
    ("ending", "data", "message"),
    [
        ("scores-eval.txt", lambda d: d[: d[:-1].rfind(b"\n") + 1], "not scored"),
        ("config.json", b"{}", "config.json cannot be used: its format is not 2"),
        (
            "history.csv",
            lambda d: d + d.splitlines()[-1],
            "has 2 epochs; accepted: from 1, the best, to 1",
        ),
        ("environment.json", b"{}", "seconds"),
        ("model.safetensors", b"\x80\x04K\x01.", "does not hold weights"),
    ],
)
def test_damaged_runs_are_refused(exported, there, ending, data, message):
    with pytest.raises(RunError, match=message):
        import_runs(change(exported, ending, data), there)
    assert not there.exists()


@pytest.mark.parametrize("name", ["model.pt", "sub/config.json", "../../x/config.json"])
def test_foreign_files_are_refused(exported, there, name):
    with zipfile.ZipFile(exported, "a") as archive:
        folder = next(n for n in archive.namelist() if n.endswith("config.json"))
        archive.writestr(f"{folder.rpartition('/')[0]}/{name}", b"x")
    with pytest.raises(ArchiveError, match=r"is not part of a run|leaves the folder"):
        import_runs(exported, there)
    assert not there.exists()


# 4


def test_the_commands(antispoof, here, there, tmp_path):
    file = tmp_path / "x.zip"
    result = antispoof("runs", "export", file, "--runs-dir", here)
    assert (result.status, "1 run(s)" in result.out) == (0, True)
    result = antispoof("runs", "import", file, "--runs-dir", there)
    (run,) = list_runs(there)
    assert (result.status, result.out, result.err) == (0, f"{run.path}\n", "")
    again = antispoof("runs", "import", file, "--runs-dir", there)
    assert again.out == f"{run.path}: already present\n"
    assert antispoof("runs", "export", file, run.path, "--no-weights").status == 0
    missing = antispoof("runs", "export", tmp_path / "y.zip")
    assert (missing.status, "no finished runs" in missing.err) == (1, True)
    assert not (tmp_path / "y.zip").exists()
