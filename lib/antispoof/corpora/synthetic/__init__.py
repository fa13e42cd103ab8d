"""The embedded corpus: simulated speech and fakes of it, made from a seed.

It lets every chapter run where there is no real corpus. Whatever is measured on it
shows that a program runs, and proves nothing about deepfakes.

``plan`` says who speaks what; ``phones``, ``gestures`` and ``voice`` make the sound of
a ``speaker``; ``attacks`` forge it; ``recording`` puts both classes into the same
rooms; ``making`` writes the folder, ``finding`` finds or makes it.
"""

from antispoof.corpora.synthetic.attacks import ATTACKS, Attack
from antispoof.corpora.synthetic.making import make
from antispoof.corpora.synthetic.plan import FULL, Share

__all__ = ["ATTACKS", "FULL", "Attack", "Share", "make"]
