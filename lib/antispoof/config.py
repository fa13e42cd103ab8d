"""A config: every setting that decides what a trained model becomes.

The defaults are the thesis pipeline. A config with a seed and a corpus determines a
run; the device does not belong to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from antispoof import hashing
from antispoof.errors import ParameterError
from antispoof.frontends import FRONTENDS
from antispoof.models import MODELS

LEARNING_RATES = {"cnn": 1e-3, "resnet": 1e-4, "resnet_lstm": 1e-4}

CHOICES = {
    "model": tuple(MODELS),
    "frontend": tuple(FRONTENDS),
    "schedule": ("constant", "cosine"),
    "class_weights": ("none", "balanced"),
    "precision": ("fp32", "bf16", "fp16"),
    "checkpoint": ("best", "last"),
}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of one training; checked when made.

    Attributes
    ----------
    model : cnn, resnet or resnet_lstm.
    frontend : which features.
    epochs, batch_size : passes over the training part; clips a step.
    lr : learning rate of Adam; the model's usual one if not given to `TrainConfig.of`.
    weight_decay : Adam's L2 term.
    schedule : constant, or cosine from `lr` down to 0 over all steps.
    warmup_epochs : epochs over which the learning rate first rises to `lr`.
    grad_clip_norm : largest gradient norm; 0 leaves gradients as they are.
    class_weights : none, or balanced (inverse to the class counts) cross entropy.
    precision : of training; scores are float32 always.
    checkpoint : which epoch's model is kept: the best on the held-out training
        speakers, or the last (where the learning rate has come to rest and the
        held-out clips are too few to choose by).
    n_val_speakers : training speakers kept aside for choosing the checkpoint.
    patience : epochs without a better checkpoint before stopping; 0 never stops.

    Raises
    ------
    ParameterError
        If a value is not accepted.
    """

    model: str
    lr: float
    frontend: str = "logmel"
    epochs: int = 20
    batch_size: int = 64
    weight_decay: float = 0.0
    schedule: str = "constant"
    warmup_epochs: int = 0
    grad_clip_norm: float = 0.0
    class_weights: str = "none"
    precision: str = "fp32"
    checkpoint: str = "best"
    n_val_speakers: int = 2
    patience: int = 0

    def __post_init__(self) -> None:
        for name, accepted in CHOICES.items():
            value = getattr(self, name)
            if value not in accepted:
                raise ParameterError(
                    f"{name}={_shown(value)}; accepted: {', '.join(accepted)}"
                )
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in ("int", "float"):
                _check_number(field.name, value, whole=field.type == "int")
            if field.type == "float":
                # 1 and 1.0 are the same setting and must have the same id.
                object.__setattr__(self, field.name, float(value))
        for name in ("lr", "epochs", "batch_size", "n_val_speakers"):
            if getattr(self, name) <= 0:
                raise ParameterError(f"{name}={getattr(self, name)} must be positive")
        if self.warmup_epochs >= self.epochs:
            raise ParameterError(
                f"warmup_epochs={self.warmup_epochs} must be less than"
                f" epochs={self.epochs}"
            )
        if self.patience and self.checkpoint == "last":
            raise ParameterError(
                f"patience={self.patience} waits for a better checkpoint and goes"
                " with checkpoint='best' only"
            )

    @classmethod
    def of(cls, model: str, /, **settings: Any) -> TrainConfig:
        """The model's default config with some settings changed.

        A setting that is None keeps its default.

        Raises
        ------
        ParameterError
            If a setting is unknown or its value is not accepted.
        """
        cls._require_known(settings)
        given = {name: value for name, value in settings.items() if value is not None}
        return cls(**{"model": model, "lr": LEARNING_RATES.get(model, 1e-3)} | given)

    @classmethod
    def planned(
        cls, model: str, settings: Mapping[str, Mapping[str, Any]], **over: Any
    ) -> TrainConfig:
        """A model's config by a profile that has settings for several models.

        Parameters
        ----------
        settings : model -> settings that differ from its defaults.
        over : settings that go before those; None leaves them.

        Raises
        ------
        ParameterError
            If `settings` is of another shape, names an unknown model, or as `of`
            does.
        """
        if not isinstance(settings, Mapping):
            raise ParameterError(
                f"settings are {_shown(settings)}; accepted: model -> setting -> value"
            )
        for name, changes in settings.items():
            if name not in MODELS:
                raise ParameterError(
                    f"settings for unknown model {_shown(name)}; accepted:"
                    f" {', '.join(MODELS)}"
                )
            if not isinstance(changes, Mapping):
                raise ParameterError(
                    f"settings for {name} are {_shown(changes)}; accepted: setting ->"
                    " value"
                )
            cls._require_known(changes)  # also those of models that are not asked for
        given = {name: value for name, value in over.items() if value is not None}
        return cls.of(model, **{**settings.get(model, {}), **given})

    @classmethod
    def _require_known(cls, names: Iterable[object]) -> None:
        known = [field.name for field in fields(cls) if field.name != "model"]
        for name in names:
            if name not in known:
                raise ParameterError(
                    f"unknown setting {_shown(name)}; accepted: {', '.join(known)}"
                )

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, in their declared order."""
        return asdict(self)

    @property
    def id(self) -> str:
        """Eight hexadecimal digits that stand for the settings.

        Only what differs from the defaults counts, so that a setting added later
        does not orphan the runs there are.
        """
        defaults = {field.name: field.default for field in fields(self)}
        changed = {
            name: value
            for name, value in self.to_dict().items()
            if value != defaults[name]
        }
        return hashing.hash_json(changed)[:8]


def _check_number(name: str, value: object, *, whole: bool) -> None:
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ParameterError(
            f"{name}={_shown(value)} must be a {'whole ' if whole else ''}number"
        )
    # A whole number may be finite, and larger than any float all the same.
    if not 0 <= value <= sys.float_info.max:
        raise ParameterError(f"{name}={_shown(value)} must be finite and not negative")


def _shown(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # Python does not write whole numbers of thousands of digits
        return "<too long to be shown>"
