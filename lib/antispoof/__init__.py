"""Audio deepfake detection on ASVspoof 2019 LA: the library under the report.

Rooms, ground floor first; an import never points up: ``conventions``, ``errors``,
``fingerprint``, ``metrics``, ``audio``, ``archives``, ``corpus``, ``platforms``,
``minicorpus``, ``features``, ``models``, ``scoring``, ``config``, ``training``,
``statistics``, ``runs``, ``checking``, ``asking``, ``plots``, ``report``,
``chapters``, ``cli``.
"""

from antispoof.asking import check

__version__ = "0.1.0"
__all__ = ["check"]
