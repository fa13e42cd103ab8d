"""Reference metrics: slow, obvious, exact; written from the definitions alone.

Every threshold is tried by counting all trials again, in whole numbers and fractions.
Nothing is shared with the library. ``expected.json`` was computed once, by functions
like these, from the score files in this folder; it never changes. Labels: 0 = spoof,
1 = bonafide; a trial is accepted as bona fide when its score is above the threshold.
"""

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
