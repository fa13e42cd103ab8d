"""The synthetic corpus: simulated speech and fakes of it, made from a seed.

It lets every chapter and test run where there is no real corpus. A result on it shows
that a program runs and proves nothing about deepfakes.

``plan`` lists the trials, ``voice`` makes speech, ``attacks`` turn it into fakes,
``recording`` adds room, noise and level to both, ``generate`` writes the folder,
``reader`` opens it. Opening a corpus imports only ``reader``; the others load SciPy.
"""
