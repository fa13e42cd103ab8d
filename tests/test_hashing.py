"""Contracts of hashes.

1. Of JSON: values and the order of lists count, the order of keys does not; the same
   in another process.
2. Of code: comments, docstrings and layout do not count, everything else does.
3. Of modules: a package is hashed with every file below it, a module alone.
4. Of a file: the SHA-256 of its bytes.
"""

import hashlib

import pytest

from antispoof import hashing

CODE = 'def half(x):\n    """Half."""\n    return x / 2\n'


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `creature` with two files called __init__ and one called legs."""
    folder = tmp_path / "creature"
    (folder / "body").mkdir(parents=True)
    (folder / "__init__.py").write_text("COLOUR = 1\n")
    (folder / "body" / "__init__.py").write_text("SIZE = 1\n")
    (folder / "body" / "legs.py").write_text("NUMBER = 4\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def hash_package(*names):
    hashing.hash_modules.cache_clear()
    return hashing.hash_modules(names or ("creature",))


# 1


def test_json():
    same = hashing.hash_json({"a": 1, "b": [1, 2]})
    assert same == hashing.hash_json({"b": [1, 2], "a": 1})
    assert same != hashing.hash_json({"a": 1, "b": [2, 1]})
    assert same != hashing.hash_json({"a": 2, "b": [1, 2]})
    # Written out: nothing that differs between processes, such as hash(), is in it.
    assert same == hashlib.sha256(b'{"a":1,"b":[1,2]}').hexdigest()


# 2


@pytest.mark.parametrize(
    "other",
    [
        'def half(x):\n    """Other words."""\n    return x / 2\n',
        "def half(x):\n    return x / 2\n",
        "# Why.\ndef half(x):  # how\n\n    return (x\n        / 2)\n",
        '"""A module."""\n\ndef half(x):\n    return x / 2\n',
    ],
)
def test_same_code(other):
    assert hashing.hash_source(CODE) == hashing.hash_source(other)


@pytest.mark.parametrize(
    "other",
    [
        "def half(x):\n    return x / 3\n",
        "def half(y):\n    return y / 2\n",
        "def half(x, *, z=1):\n    return x / 2\n",
        "def half(x):\n    return None\n",
        "def half(x):\n    return\n",
        CODE + "half(1)\n",
        'def half(x):\n    x = "Half."\n    return x / 2\n',
    ],
)
def test_other_code(other):
    assert hashing.hash_source(CODE) != hashing.hash_source(other)


# 3


@pytest.mark.parametrize("file", ["__init__.py", "body/__init__.py", "body/legs.py"])
def test_every_file_of_a_package(package, file):
    before = hash_package()
    (package / file).write_text("# Only a comment.\n" + (package / file).read_text())
    assert hash_package() == before
    (package / file).write_text("CHANGED = True\n")
    assert hash_package() != before


def test_new_and_renamed_files(package):
    before = hash_package()
    (package / "body" / "legs.py").rename(package / "body" / "arms.py")
    renamed = hash_package()
    (package / "wings.py").write_text("")
    assert len({before, renamed, hash_package()}) == 3


def test_module(package):
    before = hash_package("creature.body.legs")
    (package / "body" / "__init__.py").write_text("SIZE = 2\n")
    assert hash_package("creature.body.legs") == before
    assert hash_package("creature", "creature.body.legs") != before


# 4


def test_file(tmp_path):
    content = bytes(range(256)) * 5_000  # more than one block
    (tmp_path / "file").write_bytes(content)
    assert hashing.hash_file(tmp_path / "file") == hashlib.sha256(content).hexdigest()
