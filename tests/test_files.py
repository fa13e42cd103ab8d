"""Contracts of files and folders.

1. `atomic_path`: the target has its old content or its complete new content; nothing
   temporary is left. Files and folders; a full disk is a DiskError.
2. `check_disk_space` looks at the disk of a folder that may not exist yet.
3. `project_folder` is the nearest folder with a table of contents.
"""

import errno
import shutil
from types import SimpleNamespace

import pytest

from antispoof import files
from antispoof.errors import DiskError
from antispoof.files import atomic_path, check_disk_space, project_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# 1


@pytest.mark.parametrize("inside", ["", "file.txt"])
def test_file_and_folder(tmp_path, inside):
    target = tmp_path / "new folder" / "target"
    for text in ("one", "two"):
        with atomic_path(target) as temporary:
            assert temporary.parent == target.parent  # the same disk
            if inside:
                temporary.mkdir()
            (temporary / inside).write_text(text)
        assert (target / inside).read_text() == text
    assert names(target.parent) == ["target"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("is_folder", [False, True])
def test_failure_changes_nothing(tmp_path, error, is_folder):
    target = tmp_path / "target"
    target.write_text("old")
    with pytest.raises(error), atomic_path(target) as temporary:
        if is_folder:
            temporary.mkdir()
            (temporary / "half").touch()
        else:
            temporary.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert names(tmp_path) == ["target"]


def test_full_disk(tmp_path):
    target = tmp_path / "file.txt"
    with pytest.raises(DiskError, match=r"file\.txt"), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


# 2


def test_disk_space(tmp_path, monkeypatch):
    asked = []

    def usage(path):
        asked.append(path)
        return SimpleNamespace(free=files.MIN_FREE_BYTES + 5 * 2**20)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    future = tmp_path / "not" / "yet"
    check_disk_space(future, 5 * 2**20)
    with pytest.raises(DiskError, match=r"6 MiB are needed in .*, 69 MiB are free"):
        check_disk_space(future, 6 * 2**20)
    assert asked == [tmp_path] * 2


# 3


def test_project_folder(tmp_path, monkeypatch):
    inner = tmp_path / "notebooks" / "more"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert project_folder() == inner
    (tmp_path / "_toc.yml").touch()
    assert project_folder() == tmp_path
