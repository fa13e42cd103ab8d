"""The first line of a chapter: where it runs and what was found there."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path

from antispoof import corpora
from antispoof.errors import AntispoofError
from antispoof.platforms.deadline import seconds_left
from antispoof.platforms.detect import detect_platform
from antispoof.platforms.resources import describe_device


def describe_environment() -> str:
    """Version, platform, device, corpus, free disk space and time limit, in one line.

    The corpus is the one that is found if none is named. The line holds no folder and
    no user name, so that it can be published.
    """
    try:
        found = corpora.find_corpus()
        corpus = "none found, a synthetic one is made" if found is None else found.id
    except AntispoofError as error:
        corpus = str(error).replace(os.fspath(Path.home()), "~")
    left = seconds_left()
    minutes = 0 if left is None else max(int(left // 60), 0)
    limit = f"{minutes // 60} h {minutes % 60:02d} min left"
    return (
        f"antispoof {version('antispoof')} on {detect_platform()}: {describe_device()};"
        f" corpus: {corpus};"
        f" disk: {shutil.disk_usage(Path.cwd()).free / 2**30:.0f} GiB free;"
        f" time: {'no known limit' if left is None else limit}"
    )
