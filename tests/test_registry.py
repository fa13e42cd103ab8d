"""Contracts of registries. (Plugins: see the tests of the command line.)

1. A registered name gives its factory and what was registered with it, in the order of
   registration; an unknown name is a ParameterError that lists the accepted ones.
2. A name is taken once; importing the same module again replaces its own entry.
"""

import pytest

from antispoof.errors import ParameterError
from antispoof.registry import Registry


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
    def red():
        return 3

    with pytest.raises(ParameterError, match=r"colour 'red' is already registered by"):
        colours.register("red")(red)
    assert colours["red"].factory() == 1


def test_importing_a_module_again_replaces_its_entry(colours):
    def make(value):
        def green():
            return value

        return green

    for value in (4, 5):
        colours.register("green")(make(value))
    assert colours["green"].factory() == 5
    assert list(colours) == ["red", "blue", "green"]
