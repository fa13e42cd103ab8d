"""What a chapter accepts as parameters, and whether given ones fit.

papermill reads the cell tagged ``parameters``, but only warns about an unknown
parameter and takes any value; here both are errors before anything runs. A parameter's
type is that of its default. Beside a default of ``None`` a comment can name the type,
``seed = None  # type: int``; without one, any value is accepted.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antispoof.errors import ParameterError
from antispoof.plugins import load_plugins
from antispoof_report.notebooks import CHAPTER, ChapterError, require_package

EXAMPLES = {"bool": True, "dict": {}, "float": 0.5, "int": 1, "list": [], "str": ""}
# What profiles set. papermill passes a profile to every chapter as it is, so a chapter
# without one of these ignores it; our own command gives each chapter its own.
PROFILE_KEYS = ("seeds", "settings", "compared", "other_epochs", "n_replicates")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter.

    Attributes
    ----------
    name, default, help : as in the parameters cell
    type_name : a key of ``EXAMPLES``, if the default is None and a comment names it
    """

    name: str
    default: Any
    help: str = ""
    type_name: str = ""

    @property
    def example(self) -> Any:
        """A value of the accepted type; None if any is accepted."""
        return EXAMPLES.get(self.type_name) if self.default is None else self.default

    @property
    def kind(self) -> str:
        """The accepted type, in words."""
        if self.default is not None:
            return type(self.default).__name__
        return f"{self.type_name} or None" if self.type_name else "any"

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` has the accepted type (an int is a float, too)."""
        example = self.example
        if example is None or value is self.default:
            return True
        if type(example) is float and type(value) is int:
            return True
        if type(example) is list and type(value) is list and example:
            return all(Parameter(self.name, example[0]).accepts(one) for one in value)
        return type(value) is type(example)

    def parse(self, text: str) -> Any:
        """The value of ``text`` as it was typed on a command line.

        Text that cannot be read as the accepted type is returned as it is.
        """
        if isinstance(self.example, str):
            return text
        yaml = require_package("yaml")
        try:
            # YAML takes 1e-3 for a string.
            is_float = isinstance(self.example, float)
            return float(text) if is_float else yaml.safe_load(text)
        except (ValueError, yaml.YAMLError):
            return text


def declared(source: str, *, where: str) -> dict[str, Parameter]:
    """The parameters that the source of a parameters cell declares, in its order.

    Raises
    ------
    ChapterError
        If papermill cannot read a line, a default is not a plain value, or a type is
        unknown.
    """
    translators = require_package("papermill.translators")
    found = {}
    for one in translators.PythonTranslator.inspect({"source": source}):
        typed = "" if one.inferred_type_name == "None" else one.inferred_type_name
        try:
            default = ast.literal_eval(one.default)
        except (ValueError, SyntaxError) as error:
            raise ChapterError(
                f"{where}: the default of parameter {one.name!r} is {one.default!r},"
                " not a plain value"
            ) from error
        if typed and typed not in EXAMPLES:
            raise ChapterError(
                f"{where}: parameter {one.name!r} has the type {typed!r}; accepted are"
                f" {', '.join(EXAMPLES)}"
            )
        found[one.name] = Parameter(one.name, default, one.help, typed)
    for name in set(_assignments(source)) - set(found):
        raise ChapterError(
            f"{where}: papermill cannot read the line of parameter {name!r};"
            " one 'name = value  # help' a line is accepted, with one equals sign"
        )
    return found


def accepted(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, read without running it."""
    notebook = Path(notebook)
    if not notebook.is_file():
        raise ChapterError(f"{notebook}: no such notebook")
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise ChapterError(
            f"{notebook}: has {len(tagged)} cells tagged 'parameters', not one"
        )
    return declared("".join(tagged[0]["source"]), where=str(notebook))


def checked(
    given: Mapping[str, Any], parameters: Mapping[str, Parameter], *, where: str
) -> dict[str, Any]:
    """``given``, if every name is known and every value fits; else ParameterError.

    Parameters
    ----------
    given : name to value
    parameters : what is accepted
    where : what the error calls the place that accepts them
    """
    for name, value in given.items():
        if name not in parameters:
            known = ", ".join(f"{p.name} ({p.kind})" for p in parameters.values())
            raise ParameterError(
                f"{where} has no parameter {name!r}; it accepts: {known or 'none'}"
            )
        if not parameters[name].accepts(value):
            raise ParameterError(
                f"{where}: parameter {name!r} takes {parameters[name].kind} "
                f"such as {parameters[name].example!r}, not {value!r}"
            )
    return dict(given)


def from_profile(profile: Path, notebook: Path) -> dict[str, Any]:
    """The values of a profile (a YAML file) that ``notebook`` accepts.

    One profile serves all chapters, so a key of another chapter is ignored; a key
    of no chapter in the notebook's folder is an error.
    """
    yaml = require_package("yaml")
    profile, notebook = Path(profile), Path(notebook)
    try:
        values = yaml.safe_load(profile.read_text("utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ParameterError(f"profile {profile} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise ParameterError(f"profile {profile} must hold lines 'parameter: value'")
    others = sorted(notebook.parent.glob(f"{CHAPTER}.ipynb"))
    known = {name: one for path in others for name, one in accepted(path).items()}
    own = accepted(notebook)
    unknown = {key: values[key] for key in values if key not in known | own}
    checked(unknown, known | own, where=f"profile {profile}: no chapter")
    ours = {key: values[key] for key in values if key in own}
    return checked(ours, own, where=f"profile {profile} for {notebook.stem}")


def as_words(values: Mapping[str, Any]) -> list[str]:
    """Parameters as words of the command ``run``: ``-p NAME VALUE`` for each.

    Values are JSON, which is YAML, with sorted keys: their order is not a change.
    Empty text is left out, since it is the default of every text parameter.
    """
    words = []
    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        words += ["-p", name, text] if text else []
    return words


def check_parameters() -> None:
    """Refuse injected parameters that the running notebook does not have or accept.

    Call it in the cell below the parameters, before heavy imports. It also imports the
    plugins of ``$ANTISPOOF_PLUGINS``. Without injected parameters it checks nothing.

    Raises
    ------
    ParameterError
        An unknown name, or a value of the wrong type.
    """
    from IPython import get_ipython

    load_plugins()
    check_history(get_ipython().user_ns["In"])


def check_history(cells: Sequence[str]) -> None:
    """:func:`check_parameters`, given the sources of all cells run so far.

    The last is the cell that calls; before it are the injected and the declared
    parameters.
    """
    if len(cells) < 3 or not cells[-2].startswith("# Parameters"):  # papermill's
        return
    where = "this chapter"
    known = declared(cells[-3], where=where)
    given = {}
    for name, node in _assignments(cells[-2]).items():
        if name.startswith("PAPERMILL_"):  # its own, where it reports its paths
            continue
        if name not in known and name in PROFILE_KEYS:
            continue
        try:
            given[name] = ast.literal_eval(node)
        except ValueError:
            raise ParameterError(
                f"{where}: parameter {name!r} is {ast.unparse(node)}, not a plain value"
            ) from None
    checked(given, known, where=where)


def _assignments(source: str) -> dict[str, ast.expr]:
    """Name -> what is assigned to it, in a cell of plain assignments."""
    return {
        node.targets[0].id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
