"""``antispoof train``: from a corpus to finished runs."""

from dataclasses import MISSING, fields, make_dataclass
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

from antispoof.cli.options import RUNS, CacheDir, CorpusOption, OnError, RunsDir
from antispoof.cli.text import say


class TrainCommand(TyperCommand):
    """A command with an option for each field of ``TrainConfig``.

    The options are made when the command line is parsed: importing the command stays
    fast, and a field added later or a name registered by a plugin is in ``--help`` at
    once. The command gets their values in ``ctx.obj``, None for those not given.
    """

    def get_params(self, ctx: Any) -> list:
        """The settings, then the command's own options."""
        return [*_setting_options(), *super().get_params(ctx)]

    def invoke(self, ctx: Any) -> Any:
        """Move the settings from the parameters of the function to ``ctx.obj``."""
        own = {one.name for one in self.params}
        ctx.obj = {name: ctx.params.pop(name) for name in set(ctx.params) - own}
        return super().invoke(ctx)


def train(
    ctx: typer.Context,
    corpus: CorpusOption,
    seed: Annotated[list[int], typer.Option(help="Seed; may be repeated.")] = (0,),
    runs_dir: RunsDir = RUNS,
    cache_dir: CacheDir = None,
    on_error: OnError = "stop",
) -> None:
    """Train a model. Finished runs are reused, interrupted ones resume.

    Prints the folder of each run.
    """
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.runs import train_or_load
    from antispoof.training import current_processes

    settings = dict(ctx.obj)
    config = TrainConfig.for_model(settings.pop("model"), **settings)
    options = {"runs_dir": runs_dir, "cache_dir": cache_dir, "on_error": on_error}
    options |= {"references": None, "log": say}
    runs = train_or_load(config, open_corpus(corpus), seed, **options)
    if current_processes().is_main_process:
        for run in runs:
            say(run.path)


def _setting_options() -> list:
    """Typer makes options from the parameters of a callable, here of a dataclass."""
    from antispoof.config import TrainConfig

    types, options = get_type_hints(TrainConfig), []
    for one in fields(TrainConfig):
        text, choices = one.metadata["help"], one.metadata["choices"]
        if choices:
            text += f" Accepted: {', '.join(choices)}."
        if one.default not in (MISSING, ()):
            text += f" [default: {one.default}]"
        kind = types[one.name] if types[one.name] in (int, float, str) else list[str]
        metavar = {int: "N", float: "X"}.get(kind, "NAME")
        default = ... if one.name == "model" else None
        option = typer.Option(default, help=text, metavar=metavar)
        options.append((one.name, kind | None, option))
    app = typer.Typer(add_completion=False)
    app.command()(make_dataclass("Settings", options))
    return typer.main.get_command(app).params
