"""What a sweep is made of: models x seeds x front-ends x corpora, from a YAML file.

A sweep file (``profiles/sweep-*.yaml``) holds::

    models: [cnn, resnet]     # for each, a chapter must declare `trains: MODEL`
    seeds: [0, 1, 2]          # [0] if this line is missing
    frontends: [logmel]
    corpora: [""]             # folders; "" is the one that is found, else synthetic
    settings: {cnn: {epochs: 1, augment: [noise]}}   # changes to TrainConfig
    plugins: [my_module]      # modules that register models, front-ends and the like
    notebooks: [notebooks]    # folders of chapters
    analysis: [06_analysis]   # chapters run afterwards on each corpus and front-end
    book: false               # then build the book on the first corpus and front-end
    threads: 1                # cores of one training
    minutes: 0                # limit of one training; 0 is no limit

Everything is checked before anything runs. ``sweep.smk`` turns it into jobs. A chapter
that compares all models, and the book, need a sweep of the models that chapters train:
they would train the missing ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from antispoof.config import TrainConfig
from antispoof.corpora import find_corpus
from antispoof.errors import ParameterError
from antispoof.plugins import load_plugins
from antispoof_report.notebooks import CHAPTER, read_declaration
from antispoof_report.notebooks.parameters import Parameter, accepted, checked


@dataclass(frozen=True)
class Sweep:
    """A sweep; the attributes are the keys of its file."""

    models: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=lambda: [0])
    frontends: list[str] = field(default_factory=lambda: ["logmel"])
    corpora: list[str] = field(default_factory=lambda: [""])
    settings: dict[str, dict] = field(default_factory=dict)
    plugins: list[str] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=lambda: ["notebooks"])
    analysis: list[str] = field(default_factory=lambda: ["06_analysis"])
    book: bool = False
    threads: int = 1
    minutes: int = 0

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Sweep:
        """The sweep that a file's keys and values describe.

        Raises
        ------
        ParameterError
            If a value is not accepted.
        """
        known = {name: Parameter(name, x, x) for name, x in asdict(cls()).items()}
        sweep = cls(**checked(config, known, where="a sweep"))
        sweep._check()
        return sweep

    def _check(self) -> None:
        load_plugins(self.plugins)
        for name in ("models", "seeds", "frontends", "corpora", "notebooks"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise ParameterError(
                    f"{name} of a sweep are {values}; accepted: one or more, each once"
                )
        if self.threads < 1 or self.minutes < 0:
            raise ParameterError("a sweep accepts threads from 1 and minutes from 0")
        for model in self.models:
            for frontend in self.frontends:
                TrainConfig.from_profile(model, self.settings_for(frontend))
        for names, chapters in (
            (self.models, self.training_chapters),
            (self.analysis, self.chapters),
        ):
            if unknown := [name for name in names if name not in chapters]:
                raise ParameterError(
                    f"{unknown[0]!r} of a sweep has no chapter in"
                    f" {', '.join(self.notebooks)}; accepted: {', '.join(chapters)}"
                )
        known = {name: accepted(self.chapters[name]) for name in self.analysis}
        of_all = ["the book"] * self.book
        of_all += [n for n, k in known.items() if "seeds" in k and "compared" not in k]
        missing = sorted(set(self.training_chapters) - set(self.models))
        if missing and of_all:
            raise ParameterError(
                f"{of_all[0]} of a sweep would train {', '.join(missing)} besides the"
                " models of the sweep; name all models, or leave it out"
            )

    @cached_property
    def chapters(self) -> dict[str, Path]:
        """Name -> notebook of every chapter in the sweep's folders."""
        return {
            path.stem: path
            for folder in self.notebooks
            for path in sorted(Path(folder).glob(f"{CHAPTER}.ipynb"))
        }

    @cached_property
    def training_chapters(self) -> dict[str, Path]:
        """Model -> the notebook that declares to train it."""
        declared = {path: read_declaration(path) for path in self.chapters.values()}
        return {one.trains: path for path, one in declared.items() if one.trains}

    def settings_for(self, frontend: str) -> dict[str, dict]:
        """Settings of every model, with the front-end among those of the sweep's."""
        return self.settings | {
            model: {**self.settings.get(model, {}), "frontend": frontend}
            for model in self.models
        }

    @cached_property
    def corpus_names(self) -> dict[str, str]:
        """Short name -> folder of each corpus, as it is used in the jobs' paths.

        Raises
        ------
        CorpusError
            If a folder is not a corpus.
        """
        names = {}
        for folder in self.corpora:
            found = find_corpus(folder or None)
            real = found is not None and not found.is_synthetic
            names[found.id if real else "synthetic"] = folder
        return names

    def train_params(self, corpus: str, frontend: str, seed: int) -> dict[str, Any]:
        """Parameters of a training chapter, for any model."""
        return {
            "corpus": self.corpus_names[corpus],
            "seed": seed,
            "settings": self.settings_for(frontend),
        }

    def analysis_params(self, chapter: str, corpus: str, frontend: str) -> dict:
        """Parameters of an analysis: those of the sweep that the chapter accepts."""
        values = {
            "corpus": self.corpus_names[corpus],
            "seeds": self.seeds,
            "settings": self.settings_for(frontend),
            "compared": self.models,
        }
        known = accepted(self.chapters[chapter])
        return {name: value for name, value in values.items() if name in known}
