"""Reference metrics: slow, obvious, exact; written from the definitions alone.

Every threshold is tried by counting all trials again, in whole numbers and fractions.
Nothing is shared with the library. ``expected.json`` was computed once, by functions
like these, from the score files in this folder; it never changes. Labels: 0 = spoof,
1 = bonafide; a trial is accepted as bona fide when its score is above the threshold.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product


def error_rates(scores, labels):
    """[(threshold, miss rate, false alarm rate)] of every threshold that differs."""
    bonafide = [s for s, y in zip(scores, labels, strict=True) if y == 1]
    spoof = [s for s, y in zip(scores, labels, strict=True) if y == 0]
    points = []
    for threshold in [-math.inf, *sorted(set(scores))]:
        miss = Fraction(sum(s <= threshold for s in bonafide), len(bonafide))
        false_alarm = Fraction(sum(s > threshold for s in spoof), len(spoof))
        points.append((threshold, miss, false_alarm))
    return points


def eer(scores, labels):
    """Mean of the two rates where they are closest; of two such places the mean."""
    points = error_rates(scores, labels)
    gap = min(abs(miss - alarm) for _, miss, alarm in points)
    here = [(miss + alarm) / 2 for _, miss, alarm in points if abs(miss - alarm) == gap]
    return float(sum(here) / len(here))


def hull_eer(scores, labels):
    """Lowest point on the diagonal between any two operating points."""
    points = [(miss, alarm) for _, miss, alarm in error_rates(scores, labels)]
    lowest = Fraction(1)
    for (miss, alarm), (other_miss, other_alarm) in product(points, points):
        gap, other_gap = miss - alarm, other_miss - other_alarm
        if gap <= 0 <= other_gap:
            share = gap / (gap - other_gap) if gap != other_gap else Fraction(0)
            lowest = min(lowest, miss + share * (other_miss - miss))
    return float(lowest)


def auc(scores, labels):
    """Share of pairs of a bona fide and a spoof trial in the right order."""
    trials = list(zip(scores, labels, strict=True))
    pairs = [(b, s) for (b, y), (s, z) in product(trials, trials) if (y, z) == (1, 0)]
    right = sum(Fraction((b > s) * 2 + (b == s), 2) for b, s in pairs)
    return float(right / len(pairs))


def min_tdcf(scores, labels, rates, formulation):
    """ASVspoof 2019 evaluation plan (the legacy form) and Kinnunen et al. 2020."""
    asv_miss, asv_false_alarm, asv_spoof = rates
    p_spoof, p_target, p_nontarget = 0.05, 0.95 * 0.99, 0.95 * 0.01
    c0 = p_target * asv_miss + p_nontarget * 10 * asv_false_alarm
    c1, c2 = p_target - c0, 10 * p_spoof * asv_spoof
    if formulation == "2019":  # without the errors of ASV alone
        c0 = 0
    costs = [c0 + c1 * m + c2 * a for _, m, a in error_rates(scores, labels)]
    return float(min(costs) / (c0 + min(c1, c2)))


def decisions(scores, labels, threshold):
    """Every rate of the decisions at a threshold."""
    cells = {(true, said): 0 for true in (0, 1) for said in (0, 1)}
    for score, label in zip(scores, labels, strict=True):
        cells[label, int(score > threshold)] += 1
    n = len(labels)
    recall = [Fraction(cells[c, c], cells[c, 0] + cells[c, 1]) for c in (0, 1)]
    wrong = cells[0, 1] + cells[1, 0]
    f1 = [Fraction(2 * cells[c, c], (2 * cells[c, c] + wrong) or 1) for c in (0, 1)]
    return {
        "confusion": [[cells[0, 0], cells[0, 1]], [cells[1, 0], cells[1, 1]]],
        "accuracy": float(Fraction(cells[0, 0] + cells[1, 1], n)),
        "macro_f1": float(sum(f1) / 2),
        "balanced_accuracy": float(sum(recall) / 2),
        "hter": float(1 - sum(recall) / 2),
        "recall_spoof": float(recall[0]),
        "recall_bonafide": float(recall[1]),
        "predicted_spoof_rate": float(Fraction(cells[0, 0] + cells[1, 0], n)),
    }


def best_threshold(scores, labels, rate):
    """The lowest threshold at which a rate of :func:`decisions` is highest."""
    thresholds = [-math.inf, *sorted(set(scores))]
    exact = [decisions(scores, labels, t)[rate] for t in thresholds]
    return thresholds[exact.index(max(exact))]
