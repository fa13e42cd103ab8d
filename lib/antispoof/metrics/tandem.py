"""The tandem detection cost function: a countermeasure in front of a speaker verifier.

The countermeasure's errors are priced by what they do to automatic speaker verification
(ASV) behind it: a missed bona fide utterance locks a customer out, an accepted spoof
may get past the verifier. The organisers supply the ASV system's scores; its own
threshold is fixed at its EER between targets and nontargets.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ScoreError, check_choice
from antispoof.metrics.detection import DetCurve, det_curve, eer_threshold

FORMULATIONS = ("2019", "revisited")
ASV_KEYS = ("target", "nontarget", "spoof")

# Priors and costs of the ASVspoof 2019 plan (section 5), kept in 2020 and 2021.
P_SPOOF = 0.05  # prior of an attack; of the rest, 99 % are targets
P_TARGET, P_NONTARGET = (1 - P_SPOOF) * 0.99, (1 - P_SPOOF) * 0.01
C_MISS = 1.0  # cost of rejecting a target
C_FALSE_ALARM = C_SPOOF = 10.0  # cost of accepting a nontarget, or a spoof


@dataclass(frozen=True)
class AsvErrorRates:
    """Errors of the ASV system at its threshold, as fractions.

    Attributes
    ----------
    miss : targets rejected.
    false_alarm : nontargets accepted.
    spoof_false_alarm : spoofs of the target accepted.
    """

    miss: float
    false_alarm: float
    spoof_false_alarm: float


def asv_error_rates(scores: ArrayLike, keys: ArrayLike) -> AsvErrorRates:
    """Error rates of an ASV system at its own EER threshold.

    Parameters
    ----------
    scores : (n,) floats, higher means more likely the target speaker.
    keys : (n,) of "target", "nontarget" or "spoof"; all three must occur.

    Raises
    ------
    ScoreError
        If a score is not finite, a key is unknown, or one of the three is absent.
    """
    scores, keys = np.asarray(scores, dtype=np.float64), np.asarray(keys, dtype=str)
    unknown = sorted(set(keys.tolist()) - set(ASV_KEYS))
    if unknown:
        raise ScoreError(
            f"ASV key {unknown[0]!r}; accepted are {', '.join(map(repr, ASV_KEYS))}"
        )
    target, nontarget, spoof = (scores[keys == key] for key in ASV_KEYS)
    if not (target.size and nontarget.size and spoof.size):
        raise ScoreError(
            f"{target.size} target, {nontarget.size} nontarget and {spoof.size} spoof "
            "ASV scores; t-DCF needs all three"
        )
    labels = np.repeat((BONAFIDE, SPOOF), (target.size, nontarget.size))
    threshold = eer_threshold(np.concatenate((target, nontarget)), labels)
    # The verifier accepts at its threshold: the organisers' convention for ASV, though
    # their EER, like the countermeasure's decisions, rejects there.
    return AsvErrorRates(
        miss=float((target < threshold).mean()),
        false_alarm=float((nontarget >= threshold).mean()),
        spoof_false_alarm=float((spoof >= threshold).mean()),
    )


def min_tdcf(
    scores: ArrayLike,
    labels: ArrayLike,
    asv: AsvErrorRates,
    *,
    formulation: str = "2019",
) -> float:
    """Smallest normalised tandem detection cost over all countermeasure thresholds.

    The unnormalised cost at a threshold is C0 + C1 miss + C2 false alarm, where C0 is
    what the ASV system costs by itself. ``"revisited"`` (Kinnunen et al. 2020, eqs. 10
    to 12) is that, divided by the cost of the better constant countermeasure, C0 +
    min(C1, C2). ``"2019"`` (the challenge's own) leaves C0 out above and below, so that
    0 is a perfect countermeasure and 1 a useless one.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    asv : error rates of the ASV system behind the countermeasure.
    formulation : "2019" or "revisited".

    Returns
    -------
    A cost between 0 and 1.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; and if the ASV system is so poor that
        a constant answer would cost less than it does.
    ParameterError
        If the formulation is unknown.
    """
    return min_tdcf_from_curve(det_curve(scores, labels), asv, formulation)


def min_tdcf_from_curve(
    curve: DetCurve, asv: AsvErrorRates, formulation: str = "2019"
) -> float:
    """:func:`min_tdcf` of a curve."""
    check_choice("formulation", formulation, FORMULATIONS)
    asv_alone = P_TARGET * C_MISS * asv.miss
    asv_alone += P_NONTARGET * C_FALSE_ALARM * asv.false_alarm
    c1 = P_TARGET * C_MISS - asv_alone
    c2 = P_SPOOF * C_SPOOF * asv.spoof_false_alarm
    if c1 <= 0 or c2 <= 0:
        raise ScoreError(
            f"t-DCF is not defined behind an ASV system with miss rate {asv.miss:.4f}, "
            f"false alarm rate {asv.false_alarm:.4f} and spoof acceptance "
            f"{asv.spoof_false_alarm:.4f}; are its scores the right way round?"
        )
    c0 = asv_alone if formulation == "revisited" else 0.0
    scale = c0 + min(c1, c2)
    cost = (
        c0 / scale + c1 / scale * curve.miss_rate + c2 / scale * curve.false_alarm_rate
    )
    return float(cost.min())
