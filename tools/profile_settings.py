"""Profiles of the book, read by the scripts of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from antispoof.errors import ParameterError


def read_profile(path: Path) -> dict[str, Any]:
    """``seeds``, ``settings`` and, if it has them, ``other_epochs`` of a profile.

    Raises
    ------
    ParameterError
        If it is not a profile with seeds and settings.
    """
    try:
        profile = yaml.safe_load(path.read_text("utf-8"))
        return {"other_epochs": {}, **profile, "seeds": list(profile["seeds"])}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())  # a YAML error has several lines
        raise ParameterError(
            f"{path} is not a profile with `seeds` and `settings`: {reason}"
        ) from error
