"""Metrics for spoofing countermeasures: pure numpy, never sees a model.

Conventions
-----------
``scores`` is an array (n,) of finite floats, one a trial; log-odds-like, *higher means
more bona fide*. ``labels`` is an array (n,) of class indices, 0 = spoof, 1 = bonafide.
A trial is decided bona fide when its score is *strictly above* the threshold, so a
threshold that equals a trial's score rejects that trial. Equal scores cannot be told
apart by any threshold: they are always decided together. Rates are fractions, not per
cent. Confusion matrices have true classes as rows and decided classes as columns, both
in the order spoof, bonafide.

*Miss*: a bona fide trial decided spoof. *False alarm*: a spoof trial decided bona fide.

Every function checks its input with :func:`validate`: empty input, non-finite scores,
unknown labels and unequal lengths raise :class:`~antispoof.errors.ScoreError`. Metrics
that compare the two classes (EER, t-DCF, AUC, Cllr, DCF, :func:`evaluate`) also raise
it when a class is absent. Metrics of given decisions do not: the recall of an absent
class, and what is averaged from it, is NaN, and its F1 is 0 (as in scikit-learn).

Metrics
-------
threshold-free
    :func:`eer`, :func:`auc`, :func:`min_tdcf`, :func:`min_dcf`, :func:`min_cllr`,
    with :func:`det_curve` under them
of scores as log-likelihood ratios
    :func:`cllr`, :func:`actual_dcf`, :func:`reliability`; :func:`fit_calibration`
    makes such ratios of any scores, by what it fits on train or dev
at a threshold
    :func:`accuracy`, :func:`macro_f1`, :func:`balanced_accuracy`, :func:`recalls`,
    :func:`hter`, :func:`predicted_spoof_rate`, :func:`confusion_matrix`; all of them at once
    in an :class:`OperatingPoint`
thresholds
    :func:`choose_threshold` chooses on train or dev and refuses eval;
    :func:`oracle_threshold` looks at the answers, and may only be reported as such
by attack
    :func:`per_attack` gives any metric of one attack against all bona fide trials;
    it is not additive: the pooled EER is not the mean of the EERs per attack
everything
    :func:`evaluate`

Sources
-------
EER and t-DCF follow the organisers' code: T. Kinnunen et al., "t-DCF: a detection cost
function for the tandem assessment of spoofing countermeasures and automatic speaker
verification", Odyssey 2018 (the 2019 form), and T. Kinnunen et al., "Tandem assessment
of spoofing countermeasures and automatic speaker verification: fundamentals", IEEE/ACM
TASLP 28, 2020 (the revisited form). Cllr: N. Brümmer and J. du Preez,
"Application-independent evaluation of speaker detection", Computer Speech & Language
20, 2006. The DCF and its costs: the ASVspoof 5 evaluation plan, 2024.
"""

from antispoof.metrics.attacks import per_attack
from antispoof.metrics.calibration import (
    Reliability,
    actual_dcf,
    cllr,
    log_likelihood_ratios,
    min_cllr,
    min_dcf,
    reliability,
)
from antispoof.metrics.decisions import (
    OperatingPoint,
    accuracy,
    always_bonafide,
    always_spoof,
    balanced_accuracy,
    confusion_matrix,
    decide,
    hter,
    macro_f1,
    operating_point,
    predicted_spoof_rate,
    recalls,
)
from antispoof.metrics.detection import DetCurve, auc, det_curve, eer
from antispoof.metrics.evaluation import evaluate, operating_points
from antispoof.metrics.fitting import Calibration, fit_calibration
from antispoof.metrics.tandem import (
    AsvErrorRates,
    CostModel,
    asv_error_rates,
    min_tdcf,
)
from antispoof.metrics.thresholds import (
    choose_threshold,
    ensure_not_eval,
    oracle_threshold,
)
from antispoof.metrics.validation import validate

__all__ = [
    "AsvErrorRates",
    "Calibration",
    "CostModel",
    "DetCurve",
    "OperatingPoint",
    "Reliability",
    "accuracy",
    "actual_dcf",
    "always_bonafide",
    "always_spoof",
    "asv_error_rates",
    "auc",
    "balanced_accuracy",
    "fit_calibration",
    "choose_threshold",
    "cllr",
    "confusion_matrix",
    "decide",
    "det_curve",
    "eer",
    "evaluate",
    "hter",
    "log_likelihood_ratios",
    "macro_f1",
    "min_cllr",
    "min_dcf",
    "min_tdcf",
    "operating_point",
    "operating_points",
    "oracle_threshold",
    "per_attack",
    "predicted_spoof_rate",
    "recalls",
    "ensure_not_eval",
    "reliability",
    "validate",
]
