"""Contracts of fingerprints.

1. Of data: values and the order of lists count, the order of keys does not; the same
   in another process.
2. Of code: comments, docstrings and layout do not count, everything else does.
3. A package stands for every file in it, also for files of the same name in folders
   below; a module for itself.
4. An unknown module and a source that is not Python are errors.
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


def of_package(*names):
    hashing.hash_modules.cache_clear()
    return hashing.hash_modules(names or ("creature",))


# 1


def test_data():
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
def test_what_does_not_count(other):
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
def test_what_counts(other):
    assert hashing.hash_source(CODE) != hashing.hash_source(other)


def test_nothing_is_something():
    sources = ("return", "return None", "return []", "return ''", "return {}")
    bodies = [f"def f(x=None, *, y=None):\n    {source}" for source in sources]
    bodies += [f"def f(x=None, *, y):\n    {source}" for source in sources]
    assert len(set(map(hashing.hash_source, bodies))) == len(bodies)


def test_documentation_may_be_all_there_is():
    assert hashing.hash_source('"""Only words."""') == hashing.hash_source("")


# 3


@pytest.mark.parametrize("file", ["__init__.py", "body/__init__.py", "body/legs.py"])
def test_every_file_of_a_package_counts(package, file):
    before = of_package()
    (package / file).write_text("# Only a remark.\n" + (package / file).read_text())
    assert of_package() == before
    (package / file).write_text("CHANGED = True\n")
    assert of_package() != before


def test_a_new_and_a_renamed_file_count(package):
    before = of_package()
    (package / "body" / "legs.py").rename(package / "body" / "arms.py")
    renamed = of_package()
    (package / "wings.py").write_text("")
    assert len({before, renamed, of_package()}) == 3


def test_a_module_stands_for_itself(package):
    before = of_package("creature.body.legs")
    (package / "body" / "__init__.py").write_text("SIZE = 2\n")
    assert of_package("creature.body.legs") == before
    assert of_package("creature", "creature.body.legs") != before


# 4


def test_errors():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        hashing.hash_modules(("no_such_module",))
    with pytest.raises(SyntaxError):
        hashing.hash_source("def half(x) return")
