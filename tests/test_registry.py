"""Contracts of registries and plugins.

1. A registered name gives its factory and what was registered with it, in the order of
   registration; an unknown name is a ParameterError that lists the accepted ones.
2. A name is taken once; importing the same module again replaces its own entry.
3. Plugins named as arguments or in the environment variable are imported, and named
   there for child processes. They may be in the current folder, or given as a file.
4. A plugin that cannot be imported, or has the name of another module, is a sentence
   with the file and the line.
"""

import sys
from functools import partial

import pytest

from antispoof.errors import ParameterError, ScoreError
from antispoof.plugins import VARIABLE, load_plugins, module_name
from antispoof.registry import Registry, call


@pytest.fixture
def colours():
    registry = Registry("colour")
    registry.register("red", title="Red")(lambda: 1)
    registry.register("blue")(lambda: 2)
    return registry


def test_entries(colours):
    assert list(colours) == ["red", "blue"]
    assert len(colours) == 2
    assert "red" in colours
    assert "green" not in colours
    assert [] not in colours  # what a YAML file may hold
    assert colours["red"].name == "red"
    assert colours["red"].info == {"title": "Red"}
    assert colours["blue"].factory() == 2


@pytest.mark.parametrize("name", ["green", None, ["red"]])
def test_unknown_name(colours, name):
    with pytest.raises(ParameterError, match=r"unknown colour .*accepted: red, blue"):
        colours[name]


def test_name_is_taken_once(colours):
    """Importing a module again, or a partial of the same function, replaces it."""

    def make(value):
        def green():
            return value

        return green

    def other(value):
        return value

    for factory in (make(4), make(5), partial(make(6))):
        colours.register("green")(factory)
    assert colours["green"].factory() == 6
    assert list(colours) == ["red", "blue", "green"]
    for factory in (other, partial(other, 3)):
        with pytest.raises(ParameterError, match=r"'green' is already registered by t"):
            colours.register("green")(factory)
    assert colours["green"].factory() == 6


def test_a_sentence_is_not_told_twice():
    def refuse():
        raise ScoreError("a sentence")

    with pytest.raises(ScoreError, match=r"^a sentence$"):
        call("metric", refuse, shape=())
    with pytest.raises(ParameterError, match="metric: ValueError: invalid"):
        call("metric", int, "x", shape=())


def test_plugins(tmp_path, monkeypatch):
    file = tmp_path / "folder" / "third_plugin.py"
    file.parent.mkdir()
    for name in ("first_plugin", "second_plugin", "folder/third_plugin"):
        (tmp_path / f"{name}.py").write_text("LOADED = True\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder])
    monkeypatch.setenv(VARIABLE, "first_plugin")
    assert load_plugins() == ["first_plugin"]
    assert load_plugins(["second_plugin"]) == ["first_plugin", "second_plugin"]
    assert {"first_plugin", "second_plugin"} <= set(sys.modules)
    # A process that is started now loads both.
    assert load_plugins() == ["first_plugin", "second_plugin"]
    load_plugins(["folder/third_plugin.py"])
    assert load_plugins()[2:] == [str(file)]
    assert "third_plugin" in sys.modules


@pytest.mark.parametrize("name", ["linked_plugin", "linked_plugin.py", "a_package.mod"])
def test_plugins_through_links_and_in_packages(name, tmp_path, monkeypatch):
    real = tmp_path / "real" / "other_name.py"
    real.parent.mkdir()
    real.write_text("LOADED = True\n")
    (tmp_path / "work" / "a_package").mkdir(parents=True)
    for link in ("linked_plugin.py", "a_package/mod.py", "a_package.py"):
        (tmp_path / "work" / link).symlink_to(real)
    (tmp_path / "work" / "a_package" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder])
    monkeypatch.setenv(VARIABLE, "")
    load_plugins([name])
    module = sys.modules.pop(module_name(name))
    sys.modules.pop("a_package", None)
    assert module.LOADED


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("faulty", "\nimport no_such_thing", "'no_such_thing', .*faulty.py line 2"),
        ("faulty", "x = (", "SyntaxError: .*faulty.py, line 1"),
        ("faulty", "x = y", "NameError: name 'y' is not defined, .*faulty.py line 1"),
        ("statistics", "", "statistics.py has the same name; rename .*statistics.py"),
        ("absent.py", "", "there is no .*absent.py, nor"),
        ("absent.module", "", "there is no .*absent.module.py, nor"),
    ],
)
def test_plugin_that_cannot_be_loaded(name, code, message, tmp_path, monkeypatch):
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(ParameterError, match=message) as error:
        load_plugins([name])
    assert ("nor such a module" in str(error.value)) == name.startswith("absent")
