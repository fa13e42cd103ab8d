"""Options that several commands share, and those made from ``TrainConfig``."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperOption

CORPUS = typer.Option(metavar="DIR", help="Folder of the corpus.")
RUNS_DIR = typer.Option("--runs-dir", help="Folder of run records.")
CACHE_DIR = typer.Option(
    "--cache-dir",
    help="Folder of cached features; data/features, on Kaggle the temporary folder.",
    show_default=False,
)
ON_ERROR = typer.Option(
    "--on-error",
    metavar="stop|skip",
    help="Damaged or missing clips: stop with an error, or skip them.",
)
RUNS = Path("runs")


def config_command(*names: str, repeatable: bool = False) -> type[TyperCommand]:
    """A kind of command with one option for each named field of ``TrainConfig``.

    The options are made when the command line is parsed: importing the command stays
    fast, and a field added later or a name registered by a plugin is in ``--help`` at
    once. The command gets their values in ``ctx.obj``, None for those not given.

    Parameters
    ----------
    names : of fields; all of them if none is named.
    repeatable : every option may be given several times; its value is then a tuple.
    """

    class ConfigCommand(TyperCommand):
        def get_params(self, ctx: Any) -> list:
            from antispoof.config import TrainConfig

            types = get_type_hints(TrainConfig)
            options = [
                _option(one, types[one.name], repeatable)
                for one in fields(TrainConfig)
                if not names or one.name in names
            ]
            return [*options, *super().get_params(ctx)]

        def invoke(self, ctx: Any) -> Any:
            own = {one.name for one in self.params}
            ctx.obj = {
                name: _value(ctx.params.pop(name)) for name in set(ctx.params) - own
            }
            return super().invoke(ctx)

    return ConfigCommand


def _option(one: Field, kind: type, repeatable: bool) -> TyperOption:
    text, choices = one.metadata["help"], one.metadata["choices"]
    if choices:
        text += f" Accepted: {', '.join(choices)}."
    multiple = kind not in (int, float, str)
    if one.default not in (MISSING, ()):
        text += f" [default: {one.default}]"
    return TyperOption(
        param_decls=[f"--{one.name.replace('_', '-')}"],
        type=str if multiple else kind,
        required=one.name == "model",
        multiple=multiple or repeatable,
        help=text,
    )


def _value(value: Any) -> Any:
    """Several values, also comma separated, as one tuple; None if there is none."""
    if isinstance(value, tuple | list):
        return tuple(name for text in value for name in text.split(",")) or None
    return value
