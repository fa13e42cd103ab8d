"""The synthetic corpus: simulated speech and fakes of it, made from a seed.

It lets every chapter and test run where there is no real corpus. A result on it shows
that a program runs and proves nothing about deepfakes.

``plan`` lists the trials, ``voice`` makes speech, ``attacks`` turn it into fakes,
``recording`` adds room, noise and level to both, ``generate`` writes the folder,
``reader`` opens it.
"""

from importlib import import_module

from antispoof.corpora.synthetic.plan import PartitionSpec

__all__ = ["ATTACKS", "PartitionSpec", "synthesize_corpus"]

# Loaded when used: they load SciPy, and opening a corpus does not need it.
_MODULES = {"ATTACKS": "attacks", "synthesize_corpus": "generate"}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
