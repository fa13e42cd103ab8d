"""What every room agrees on: classes, the direction of a score, partitions, rate.

A *score* is log-odds-like and higher means more bona fide (the ASVspoof convention).
Class index 0 is ``spoof``, 1 is ``bonafide``; confusion matrices keep that order.
"""

SAMPLE_RATE = 16_000  # Hz, of everything behind the decoder

SPOOF = 0
BONAFIDE = 1
LABELS = ("spoof", "bonafide")  # position = class index

NO_ATTACK = "-"  # what protocols write in the attack column of a bona fide trial

# train: fitting; dev: the thesis's testing dataset; eval: its evaluation dataset.
PARTITIONS = ("train", "dev", "eval")
