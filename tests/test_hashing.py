"""Contracts of hashes.

1. Of JSON: values and the order of lists count, the order of keys does not; the same
   in another process.
2. Of code: comments, docstrings and layout do not count, everything else does.
3. Of a folder: every module in and below it counts, by its name and its code.
4. Of a file: the SHA-256 of its bytes.
"""

import hashlib

import pytest

from antispoof import hashing

CODE = 'def half(x):\n    """Half."""\n    return x / 2\n'


@pytest.fixture
def package(tmp_path):
    """A package `creature` with two files called __init__ and one called legs."""
    folder = tmp_path / "creature"
    (folder / "body").mkdir(parents=True)
    (folder / "__init__.py").write_text("COLOUR = 1\n")
    (folder / "body" / "__init__.py").write_text("SIZE = 1\n")
    (folder / "body" / "legs.py").write_text("NUMBER = 4\n")
    return folder


# 1


def test_json():
    same = hashing.hash_json({"a": 1, "b": [1, 2]})
    assert same == hashing.hash_json({"b": [1, 2], "a": 1})
    assert same != hashing.hash_json({"a": 1, "b": [2, 1]})
    assert same != hashing.hash_json({"a": 2, "b": [1, 2]})
    # Written out: nothing that differs between processes, such as hash(), is in it.
    assert same == hashlib.sha256(b'{"a":1,"b":[1,2]}').hexdigest()


# 2


SAME = [
    'def half(x):\n    """Other words."""\n    return x / 2\n',
    "def half(x):\n    return x / 2\n",
    "# Why.\ndef half(x):  # how\n\n    return (x\n        / 2)\n",
    '"""A module."""\n\ndef half(x):\n    return x / 2\n',
]
OTHER = [
    "def half(x):\n    return x / 3\n",
    "def half(y):\n    return y / 2\n",
    "def half(x, *, z=1):\n    return x / 2\n",
    "def half(x):\n    return\n",
    CODE + "half(1)\n",
    'def half(x):\n    x = "Half."\n    return x / 2\n',
]


@pytest.mark.parametrize("other", [*SAME, *OTHER])
def test_code(other):
    same = hashing.hash_source(CODE) == hashing.hash_source(other)
    assert same == (other in SAME)


# 3


def test_folder(package):
    found = [hashing.hash_folder(package)]
    for file in sorted(package.rglob("*.py")):
        file.write_text("# Only a comment.\n" + file.read_text())
        assert hashing.hash_folder(package) == found[-1]
        file.write_text("CHANGED = True\n")
        found.append(hashing.hash_folder(package))
    file.rename(file.with_name("arms.py"))
    found.append(hashing.hash_folder(package))
    (package / "wings.py").write_text("")
    assert len({*found, hashing.hash_folder(package)}) == len(found) + 1


# 4


def test_file(tmp_path):
    content = bytes(range(256)) * 5_000  # more than one block
    (tmp_path / "file").write_bytes(content)
    assert hashing.hash_file(tmp_path / "file") == hashlib.sha256(content).hexdigest()
