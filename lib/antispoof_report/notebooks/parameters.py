"""What a chapter accepts as parameters, and whether given ones fit.

papermill reads the cell tagged ``parameters``, but only warns about an unknown
parameter and takes any value; here both are errors before anything runs. A parameter's
type is that of its default. Beside a default of ``None`` a comment can name the type,
``seed = None  # type: int``; without one, any value is accepted.

Chapters import this module on Kaggle and Colab as they come, so the file needs nothing
of the book's packages.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from antispoof.errors import ParameterError
from antispoof.plugins import load_plugins
from antispoof_report.notebooks import CHAPTER, ChapterError

# Behind a value: its type, and what it means.
COMMENT = re.compile(r"(?:\s*#\s*(?:type:\s*(\w+)\s*)?(.*))?")
EXAMPLES = {"bool": True, "dict": {}, "float": 0.5, "int": 1, "list": [1], "str": ""}
# What profiles set. papermill passes a profile to every chapter as it is, so a chapter
# without one of these ignores it; our own command gives each chapter its own.
PROFILE_KEYS = ("seeds", "settings", "compared", "other_epochs", "n_replicates")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter.

    Attributes
    ----------
    name, default, help : as in the parameters cell
    example : a value of the accepted type; None if any is accepted
    """

    name: str
    default: Any
    example: Any
    help: str = ""

    @property
    def kind(self) -> str:
        """The accepted type, in words."""
        if self.example is None:
            return "any"
        return type(self.example).__name__ + " or None" * (self.default is None)

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` has the accepted type (an int is a float, too)."""
        return value is self.default or _is_like(value, self.example)

    def parse(self, text: str) -> Any:
        """The value of ``text`` as it was typed on a command line.

        Text that cannot be read as the accepted type is returned as it is.
        """
        if isinstance(self.example, str):
            return text
        # YAML takes 1e-3 for a string.
        read = float if isinstance(self.example, float) else yaml.safe_load
        try:
            return read(text)
        except (ValueError, yaml.YAMLError):
            return text


def declared(source: str, *, where: str) -> dict[str, Parameter]:
    """The parameters that the source of a parameters cell declares, in its order.

    Raises
    ------
    ChapterError
        If a type is unknown.
    ParameterError
        If a default is not a plain value.
    """
    found = {}
    for name, default, comment in _assignments(source, where=where):
        type_name, text = COMMENT.match(comment).groups("")
        if type_name not in ("", *EXAMPLES):
            raise ChapterError(
                f"{where}: the type of parameter {name!r} is {type_name};"
                f" accepted: {', '.join(EXAMPLES)}"
            )
        example = EXAMPLES.get(type_name) if default is None else default
        found[name] = Parameter(name, default, example, text)
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
    try:
        values = dict(yaml.safe_load(Path(profile).read_text("utf-8")) or {})
    except (OSError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ParameterError(
            f"profile {profile} must hold lines 'parameter: value': {error}"
        ) from error
    own, known = accepted(notebook), {}
    for path in sorted(Path(notebook).parent.glob(f"{CHAPTER}.ipynb")):
        known |= accepted(path)
    checked(values, known | own, where=f"profile {profile}")
    return {name: value for name, value in values.items() if name in own}


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
    given = {
        name: value
        for name, value, _ in _assignments(cells[-2], where=where)
        # papermill's own, where it reports its paths
        if not name.startswith("PAPERMILL_")
        and (name in known or name not in PROFILE_KEYS)
    }
    checked(given, known, where=where)


def _assignments(source: str, *, where: str) -> Iterator[tuple[str, Any, str]]:
    """Name, value and comment of each assignment of a cell.

    ParameterError for what is not a plain value.
    """
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            try:
                value = ast.literal_eval(node.value)
            except ValueError as error:
                raise ParameterError(
                    f"{where}: parameter {name!r} is {ast.unparse(node.value)}, not a"
                    " plain value"
                ) from error
            line = source.splitlines()[node.end_lineno - 1].encode()
            yield name, value, line[node.end_col_offset :].decode()


def _is_like(value: Any, example: Any) -> bool:
    if type(value) is type(example) is list:
        return not example or all(_is_like(one, example[0]) for one in value)
    types = type(value), type(example)
    return example is None or types[0] is types[1] or types == (int, float)
