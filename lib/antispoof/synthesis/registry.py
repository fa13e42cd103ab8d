"""Engines: what makes fakes.

- A vocoder is ``f(waveform, rng) -> waveform``: the clip, analysed and synthesized
  again, with the same timing.
- A text-to-speech engine is ``f(text, voice, rng) -> waveform``, for the ``voices``
  that it is registered with.

A waveform is (n,) float at 16 kHz; its level does not matter. ``rng`` is the only
source of chance: the same generator state gives the same samples. An engine raises
AudioError for what it cannot make; that clip is left out.
"""

import shutil
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from antispoof.errors import ParameterError
from antispoof.registry import Entry, Registry, unknown

ENGINES = Registry("engine")


def register_engine(
    name: str, *, title: str, kind: str, needs: str = "", **info: Any
) -> Callable:
    """Decorator that registers an engine.

    Parameters
    ----------
    name : the attack of its fakes.
    title : what tables call it.
    kind : ``vocoder`` or ``tts``; ``control`` is the chain without synthesis.
    needs : Python module or command without which it does not work.
    info : for ``tts`` the list ``voices``.
    """
    return ENGINES.register(name, title=title, kind=kind, needs=needs, **info)


def find_engines(names: Sequence[str], kind: str) -> list[Entry]:
    """The named engines.

    Raises
    ------
    ParameterError
        If one is unknown or of another kind, or what it needs is not installed.
    """
    known = {name: e for name, e in ENGINES.items() if e.info["kind"] == kind}
    for name in names:
        if name not in known:
            raise unknown(f"{kind} engine {name!r}", known)
        needs = known[name].info["needs"]
        if needs and not (find_spec(needs) or shutil.which(needs)):
            raise ParameterError(f"engine {name!r} needs {needs}; install it first")
    return [known[name] for name in names]
