"""The one line with which a chapter begins: where it is and what it found."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from antispoof import corpora
from antispoof.errors import AntispoofError
from antispoof.platforms.deadline import seconds_left
from antispoof.platforms.detect import place
from antispoof.platforms.resources import GIB, device, disk_free, memory


def summary() -> str:
    """Version, platform, device, corpus, memory, disk and time left, in one line.

    The corpus is the one that is found where none is named. Nothing in the line tells
    of names or folders, so that it can be published.
    """
    free = memory()
    left = seconds_left()
    return (
        f"antispoof {version('antispoof')} on {place()}: {device()};"
        f" corpus: {_corpus()};"
        f" memory: {'unknown' if free is None else f'{free / GIB:.0f} GiB free'};"
        f" disk: {disk_free(Path.cwd()) / GIB:.0f} GiB free;"
        f" time: {'no limit known' if left is None else _duration(left)}"
    )


def _corpus() -> str:
    try:
        found = corpora.find_corpus()
    except AntispoofError as error:
        return str(error).replace(os.fspath(Path.home()), "~")
    return "none, a mini corpus is made" if found is None else found.id


def _duration(seconds: float) -> str:
    minutes = max(int(seconds // 60), 0)
    return f"{minutes // 60} h {minutes % 60:02d} min left"
