"""The synthetic corpus: simulated speech and fakes of it, made from a seed.

It lets every chapter run where there is no real corpus. A result on it shows that a
program runs, and proves nothing about deepfakes.

``plan`` says who speaks what; ``phones``, ``gestures`` and ``voice`` make the sound of
a ``speaker``; ``attacks`` forge it; ``recording`` puts both classes into the same
rooms; ``making`` writes the folder; ``reader`` opens it.
"""

from importlib import import_module

# Loaded when used: the generator loads SciPy, and opening a corpus does not need it.
_LAZY = {
    "ATTACKS": "attacks",
    "Attack": "attacks",
    "make": "making",
    "FULL": "plan",
    "Share": "plan",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
