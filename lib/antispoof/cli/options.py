"""Options that several commands share, and those made from ``TrainConfig``."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

CORPUS = typer.Option(metavar="DIR", help="Folder of the corpus.")
RUNS_DIR = typer.Option(
    "--runs-dir", metavar="DIR", resolve_path=True, help="Folder of run records."
)
CACHE_DIR = typer.Option(
    "--cache-dir",
    metavar="DIR",
    resolve_path=True,
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
            return [*_config_options(names, repeatable), *super().get_params(ctx)]

        def invoke(self, ctx: Any) -> Any:
            own = {one.name for one in self.params}
            ctx.obj = {
                name: _value(ctx.params.pop(name)) for name in set(ctx.params) - own
            }
            return super().invoke(ctx)

    return ConfigCommand


def _config_options(names: tuple[str, ...], repeatable: bool) -> list:
    """Typer's options for fields, made from a function that has them as parameters."""
    from antispoof.config import TrainConfig

    types = get_type_hints(TrainConfig)
    parameters = []
    for one in fields(TrainConfig):
        if names and one.name not in names:
            continue
        text, choices = one.metadata["help"], one.metadata["choices"]
        if choices:
            text += f" Accepted: {', '.join(choices)}."
        if one.default not in (MISSING, ()):
            text += f" [default: {one.default}]"
        kind = types[one.name]
        metavar = {int: "N", float: "X"}.get(kind, "NAME")
        if repeatable or kind not in (int, float, str):
            kind = list[str]
        required = one.name == "model"
        parameters.append(
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if required else None,
                annotation=Annotated[
                    kind if required else kind | None,
                    typer.Option(help=text, metavar=metavar),
                ],
            )
        )

    def function(**settings: Any) -> None:
        """Never called."""

    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = {one.name: one.annotation for one in parameters}
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return typer.main.get_command(app).params


def _value(value: Any) -> Any:
    """Several values, also comma separated, as one tuple; None if there is none."""
    if isinstance(value, tuple | list):
        return tuple(name for text in value for name in text.split(",")) or None
    return value
