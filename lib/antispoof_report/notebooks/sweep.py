"""What a sweep is made of: models x seeds x front-ends x corpora, as a file says.

A sweep file (YAML, ``profiles/sweep-*.yaml``) holds::

    models: [cnn, resnet]     # each has a chapter NN_<model>.ipynb
    seeds: [0, 1, 2]
    frontends: [logmel]
    corpora: [""]             # folders; empty is the one found, else the synthetic corpus
    settings: {cnn: {epochs: 1}}
    analysis: [06_analysis]   # chapters run on each corpus and front-end afterwards
    book: false               # then build the book on the first corpus and front-end
    threads: 1                # cores a training takes
    minutes: 0                # that a training may take; 0 is no limit

Everything in it is checked before anything runs. ``sweep.smk`` turns it into jobs.
A chapter that compares all models, and the book, need a sweep of all models: they train
what they miss, for hours that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from antispoof import corpora
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError
from antispoof.models import MODELS
from antispoof_report.notebooks.parameters import Parameter, accepted, checked


@dataclass(frozen=True)
class Sweep:
    """A checked sweep; the attributes are the keys of its file.

    Raises
    ------
    ParameterError
        If a value is not accepted, or a list that must not be is empty.
    """

    models: list[str]
    seeds: list[int]
    frontends: list[str] = field(default_factory=lambda: ["logmel"])
    corpora: list[str] = field(default_factory=lambda: [""])
    settings: dict[str, dict] = field(default_factory=dict)
    analysis: list[str] = field(default_factory=lambda: ["06_analysis"])
    book: bool = False
    threads: int = 1
    minutes: int = 0
    notebooks: Path = Path("notebooks")

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Sweep:
        """The sweep that a file's keys and values describe."""
        examples = cls(models=["cnn"], seeds=[0], settings={})
        known = {
            one.name: Parameter(one.name, getattr(examples, one.name))
            for one in fields(cls)
            if one.name != "notebooks"
        }
        given = checked(told, known, where="a sweep")
        for name in ("models", "seeds"):
            if name not in given:
                raise ParameterError(f"a sweep needs {name}")
        return cls(**given)

    def __post_init__(self) -> None:
        for name in ("models", "seeds", "frontends", "corpora"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise ParameterError(
                    f"{name} of a sweep are {values!r}; accepted: one or more, each"
                    " once"
                )
        if self.threads < 1 or self.minutes < 0:
            raise ParameterError(
                f"threads={self.threads}, minutes={self.minutes} of a sweep;"
                " accepted: threads from 1, minutes from 0"
            )
        for model in self.models:
            for frontend in self.frontends:
                TrainConfig.from_profile(model, self.settings_for(frontend))
            self.chapter(model)
        for name in self.analysis:
            if not (self.notebooks / f"{name}.ipynb").is_file():
                raise ParameterError(f"a sweep's analysis {name!r} is no chapter")
        lacking = [model for model in MODELS if model not in self.models]
        whole = self._of_all_models()
        if lacking and whole:
            raise ParameterError(
                f"{whole[0]} of a sweep is about {', '.join(MODELS)}, and would train"
                f" {', '.join(lacking)} besides the models of the sweep; name all"
                " models, or leave it out"
            )

    def _of_all_models(self) -> list[str]:
        """What of the sweep takes no choice of models, but trains those it misses."""
        takes = {
            name: accepted(self.notebooks / f"{name}.ipynb") for name in self.analysis
        }
        chapters = [n for n, p in takes.items() if "seeds" in p and "compared" not in p]
        return [*(["the book"] if self.book else []), *chapters]

    def settings_for(self, frontend: str) -> dict[str, dict]:
        """Settings of every model of the sweep, with the front-end among them."""
        return {
            model: {**self.settings.get(model, {}), "frontend": frontend}
            for model in self.models
        } | {
            model: changes
            for model, changes in self.settings.items()
            if model not in self.models
        }

    def chapter(self, model: str) -> Path:
        """The notebook that trains a model.

        Raises
        ------
        ParameterError
            If the model has no chapter.
        """
        found = sorted(self.notebooks.glob(f"[0-9][0-9]_{model}.ipynb"))
        if not found:
            raise ParameterError(f"no chapter trains the model {model!r}")
        return found[0]

    @cached_property
    def corpus_names(self) -> dict[str, str]:
        """Short name -> folder of each corpus, as it stands in the jobs' paths.

        Raises
        ------
        CorpusError
            If a folder is no corpus.
        """
        names = {}
        for folder in self.corpora:
            found = corpora.find_corpus(folder)
            simulated = found is None or found.is_synthetic
            names["synthetic" if simulated else found.id] = folder
        if len(names) < len(self.corpora):
            raise ParameterError(f"corpora of a sweep name one twice: {self.corpora}")
        return names

    def training(self, corpus_name: str, frontend: str, seed: int) -> dict[str, Any]:
        """Parameters of a training chapter, for any model."""
        return {
            "corpus": self.corpus_names[corpus_name],
            "seed": seed,
            "settings": self.settings_for(frontend),
        }

    def comparing(self, chapter: str, corpus_name: str, frontend: str) -> dict:
        """Parameters of an analysis chapter: those of the sweep that it has."""
        whole = {
            "corpus": self.corpus_names[corpus_name],
            "seeds": self.seeds,
            "settings": self.settings_for(frontend),
            "compared": self.models,
        }
        known = accepted(self.notebooks / f"{chapter}.ipynb")
        return {name: value for name, value in whole.items() if name in known}
