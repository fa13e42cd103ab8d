"""What a chapter accepts as parameters, and whether given ones fit.

papermill only warns about an unknown parameter and then runs with the defaults; here
it is an error before anything runs. A parameter's type is that of its default in the
cell tagged ``parameters``. Beside a default of ``None`` a comment can name the type,
``seed = None  # type: int``; without one, any value is accepted.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antispoof.errors import ParameterError
from antispoof_report.notebooks import ChapterError, tool

EXAMPLES = {"bool": True, "dict": {}, "float": 0.5, "int": 1, "list": [], "str": ""}
TYPE_COMMENT = re.compile(r"(?:type:\s*(\S+)\s*)?(.*)")
# What the profiles set. papermill gives a profile whole to every chapter, so a chapter
# without one of these takes it in silence; `python -m antispoof_report.notebooks run` gives
# each chapter its own.
SHARED = ("seeds", "settings", "compared", "other_epochs", "n_replicates")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter.

    Attributes
    ----------
    name, default, help : as in the parameters cell
    type_name : a key of ``EXAMPLES``, if the default is None and a comment says so
    """

    name: str
    default: Any
    help: str = ""
    type_name: str = ""

    @property
    def example(self) -> Any:
        """A value of the accepted type; None if any will do."""
        return EXAMPLES.get(self.type_name) if self.default is None else self.default

    @property
    def kind(self) -> str:
        """The accepted type, in words."""
        if self.default is None:
            return f"{self.type_name} or None" if self.type_name else "any"
        return type(self.default).__name__

    def __str__(self) -> str:
        """Name and type, as errors list what is accepted."""
        return f"{self.name} ({self.kind})"

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` is of the accepted type (an int is a float, too)."""
        example = self.example
        if example is None or (value is None and self.default is None):
            return True
        if isinstance(example, float):
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        if type(value) is not type(example):
            return False
        if isinstance(example, (list, tuple)) and example:
            element = Parameter(self.name, example[0])
            return all(element.accepts(item) for item in value)
        return True

    def parse(self, text: str) -> Any:
        """The value that ``text``, typed on a command line, stands for."""
        if isinstance(self.example, str):
            return text
        yaml = tool("yaml")
        try:
            if isinstance(self.example, float):
                return float(text)  # YAML takes 1e-3 for a string
            return yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as error:
            raise ParameterError(
                f"parameter {self.name!r} takes {self.kind} such as "
                f"{self.example!r}, not {text!r}"
            ) from error


def declared(source: str, *, where: str) -> dict[str, Parameter]:
    """The parameters that the source of a parameters cell declares, in its order.

    Parameters
    ----------
    source : lines ``name = default  # meaning``
    where : what an error calls the place they stand in

    Raises
    ------
    ChapterError : a default is no plain value, or a type is unknown
    """
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    for name, node in assignments(source).items():
        try:
            default = ast.literal_eval(node)
        except ValueError as error:
            raise ChapterError(
                f"{where}: the default of parameter {name!r} is "
                f"{ast.unparse(node)!r}, not a plain value"
            ) from error
        type_name, meaning = TYPE_COMMENT.fullmatch(
            comments.get(node.end_lineno or 0, "")
        ).groups()
        if type_name is not None and type_name not in EXAMPLES:
            raise ChapterError(
                f"{where}: parameter {name!r} is said to be of type "
                f"{type_name!r}; accepted are {', '.join(EXAMPLES)}"
            )
        found[name] = Parameter(name, default, meaning, type_name or "")
    return found


def assignments(source: str) -> dict[str, ast.expr]:
    """Name -> what is assigned to it, in a cell of plain assignments."""
    return {
        node.targets[0].id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def accepted(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, read without running it."""
    notebook = Path(notebook)
    if not notebook.is_file():
        raise ChapterError(f"{notebook}: no such notebook")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
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
            known = ", ".join(map(str, parameters.values())) or "none"
            raise ParameterError(
                f"{where} has no parameter {name!r}; it accepts: {known}"
            )
        if not parameters[name].accepts(value):
            raise ParameterError(
                f"{where}: parameter {name!r} takes {parameters[name].kind} "
                f"such as {parameters[name].example!r}, not {value!r}"
            )
    return dict(given)


def from_profile(profile: Path, notebook: Path) -> dict[str, Any]:
    """The values of a profile (a YAML file) that ``notebook`` accepts.

    One profile serves all chapters, so a key of another chapter is passed over; a key
    of no chapter in the notebook's folder is an error.
    """
    yaml = tool("yaml")
    profile, notebook = Path(profile), Path(notebook)
    try:
        values = yaml.safe_load(profile.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ParameterError(
            f"profile {profile}: cannot be read ({error.strerror})"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"profile {profile}: is not YAML ({error})") from error
    if not isinstance(values, dict):
        raise ParameterError(
            f"profile {profile}: must hold lines 'parameter: value', "
            f"not a {type(values).__name__}"
        )
    own = accepted(notebook)
    anywhere = dict(own)
    for sibling in sorted(notebook.parent.glob("[0-9][0-9]_*.ipynb")):
        anywhere = accepted(sibling) | anywhere
    unknown = {name: value for name, value in values.items() if name not in anywhere}
    checked(unknown, anywhere, where=f"profile {profile}: no chapter")
    ours = {name: value for name, value in values.items() if name in own}
    return checked(ours, own, where=f"profile {profile} for {notebook.stem}")
