"""The configuration of a training: every setting that decides what a model becomes.

The defaults are our reconstruction of the thesis pipeline. A configuration with a seed
and a corpus determines a run; the device is not part of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, get_type_hints

from antispoof import augment, frontends, hashing, losses, models
from antispoof.audio import silence
from antispoof.errors import ParameterError, check_choice
from antispoof.registry import Registry

SCHEMA = 2  # raise it when a setting keeps its name and changes its meaning


def _setting(
    default: Any = MISSING,
    *,
    text: str,
    choices: Registry | tuple | None = None,
    positive: bool = False,
    before: Any = MISSING,
):
    """A field with its help text and accepted values; the command line lists them.

    A setting that is added has in `before` the value that does what was done before:
    with it the hash of a configuration, and so the folder of its runs, stays the same.
    """
    metadata = {"help": text, "choices": choices, "positive": positive}
    metadata["before"] = before
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of one training; checked when made.

    Each field's meaning is its ``metadata["help"]``, which ``antispoof train --help``
    prints.

    Raises
    ------
    ParameterError
        If a value is not accepted.
    """

    model: str = _setting(text="Model to train.", choices=models.MODELS)
    lr: float = _setting(
        text="Learning rate of Adam; the model's usual one if omitted.", positive=True
    )
    frontend: str = _setting(
        "logmel", text="Features to compute.", choices=frontends.FRONTENDS
    )
    silence: str = _setting(
        "keep",
        text="Leading and trailing silence of every clip, in training and scoring.",
        choices=tuple(silence.TREATMENTS),
        before="keep",
    )
    augment: tuple[str, ...] = _setting(
        (),
        text="Augmentation of training clips; may be repeated.",
        choices=augment.AUGMENTATIONS,
    )
    augment_probability: float = _setting(
        0.5, text="Probability of each augmentation for each clip; mix has its own."
    )
    epochs: int = _setting(20, text="Passes over the training clips.", positive=True)
    batch_size: int = _setting(64, text="Clips per training step.", positive=True)
    weight_decay: float = _setting(0.0, text="L2 penalty of Adam.")
    schedule: str = _setting(
        "constant",
        text="Learning rate over the steps; cosine falls from the learning rate to 0.",
        choices=("constant", "cosine"),
    )
    warmup_epochs: int = _setting(0, text="Warm-up epochs.")
    grad_clip_norm: float = _setting(0.0, text="Largest gradient norm; 0 is no limit.")
    loss: str = _setting(
        "cross_entropy",
        text="Loss to minimise; those with a margin compare cosines.",
        choices=losses.LOSSES,
        before="cross_entropy",
    )
    class_weights: str = _setting(
        "none",
        text="Class weights of the loss; balanced is inverse to the class counts;"
        " sources draws clips so that each source and class is equally frequent.",
        choices=("none", "balanced", "sources"),
    )
    precision: str = _setting(
        "fp32",
        text="Precision of training; scores are always computed in fp32.",
        choices=("fp32", "bf16", "fp16"),
    )
    keep_checkpoint: str = _setting(
        "best",
        text="Which epoch's weights are kept: the best on the validation speakers, or"
        " the last.",
        choices=("best", "last"),
    )
    n_val_speakers: int = _setting(
        2,
        text="Training speakers used for validation instead of training.",
        positive=True,
    )
    n_bonafide: int = _setting(
        0, text="Bona fide training clips to draw; 0: all.", before=0
    )
    n_spoof: int = _setting(0, text="Spoof training clips to draw; 0: all.", before=0)
    patience: int = _setting(
        0,
        text="Epochs without improvement before training stops; 0: no early stopping.",
    )

    def __post_init__(self) -> None:
        types = get_type_hints(type(self))
        for one in fields(self):
            name, value = one.name, getattr(self, one.name)
            if types[name] in (int, float):
                _check_number(name, value, types[name], one.metadata["positive"])
                value = types[name](value)  # 1 and 1.0 are the same setting
            if name == "augment":
                value = tuple(value) if isinstance(value, list | tuple) else (value,)
            object.__setattr__(self, name, value)
            choices = one.metadata["choices"]
            for given in value if name == "augment" else [value]:
                if isinstance(choices, Registry):
                    choices[given]  # raises for an unknown name
                elif choices is not None:
                    check_choice(name, given, choices)
        only = models.MODELS[self.model].info["frontend"]
        if only not in (None, self.frontend):
            raise ParameterError(
                f"frontend={self.frontend!r}; model={self.model!r} reads {only!r} only"
            )
        p = self.augment_probability
        if p > 1:
            raise ParameterError(f"augment_probability={p} must be at most 1")
        if self.warmup_epochs >= self.epochs:
            raise ParameterError(
                f"warmup_epochs={self.warmup_epochs} must be less than"
                f" epochs={self.epochs}"
            )
        if self.patience and self.keep_checkpoint == "last":
            raise ParameterError(
                f"patience={self.patience} needs keep_checkpoint='best': early"
                " stopping keeps the best epoch"
            )

    @classmethod
    def for_model(cls, model: str, /, **settings: Any) -> TrainConfig:
        """The model's default configuration with some settings changed.

        A setting that is None keeps its default.

        Raises
        ------
        ParameterError
            If a setting is unknown or its value is not accepted.
        """
        _check_known(settings)
        given = {name: value for name, value in settings.items() if value is not None}
        info = models.MODELS[model].info
        usual = {"frontend": info["frontend"]} if info["frontend"] else {}
        return cls(**{"model": model, "lr": info["lr"], **usual} | given)

    @classmethod
    def from_profile(
        cls, model: str, settings: Mapping[str, Mapping[str, Any]], **overrides: Any
    ) -> TrainConfig:
        """A model's configuration by a profile with settings for several models.

        Parameters
        ----------
        settings : model -> settings that differ from its defaults.
        overrides : settings that take precedence over those; None changes nothing.

        Raises
        ------
        ParameterError
            If `settings` has another shape or names an unknown model, or as
            `for_model` does.
        """
        for given in (settings, *getattr(settings, "values", tuple)()):
            if not isinstance(given, Mapping):
                raise ParameterError(
                    f"settings are {given!r}; accepted: model -> setting -> value"
                )
        for name, changes in settings.items():
            models.MODELS[name]  # also of models that are not trained now
            _check_known(changes)
        given = {name: value for name, value in overrides.items() if value is not None}
        return cls.for_model(model, **{**settings.get(model, {}), **given})

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> TrainConfig:
        """The configuration that :meth:`to_dict` wrote.

        A setting that was added later has its default, which must reproduce the
        behaviour before it was added.
        """
        _check_known([name for name in settings if name != "model"])
        return cls(**settings)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, in their declared order."""
        return asdict(self) | {"augment": list(self.augment)}

    @property
    def config_hash(self) -> str:
        """Eight hexadecimal digits over all settings; names the folder of a run."""
        settings = self.to_dict()
        for one in fields(self):
            if settings[one.name] == one.metadata["before"]:
                del settings[one.name]
        return hashing.hash_json([SCHEMA, settings])[:8]


def _check_known(names: Iterable[object]) -> None:
    known = [one.name for one in fields(TrainConfig) if one.name != "model"]
    for n in names:
        if n not in known:
            raise ParameterError(f"unknown setting {n!r}; accepted: {', '.join(known)}")


def _check_number(name: str, value: object, kind: type, positive: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, kind)):
        number = "whole number" if kind is int else "number"
        raise ParameterError(f"{name}={value!r} must be a {number}")
    # An integer may be finite and still larger than any float.
    if not 0 <= value <= sys.float_info.max or (positive and value == 0):
        accepted = "positive" if positive else "not negative"
        raise ParameterError(f"{name}={value!r} must be finite and {accepted}")
