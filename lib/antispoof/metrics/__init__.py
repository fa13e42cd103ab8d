"""Metrics for spoofing countermeasures: pure numpy, never sees a model.

Conventions
-----------
``scores`` is an array (n,) of finite floats, one per trial; log-odds-like, *higher
means more bona fide*. ``labels`` is an array (n,) of class indices, 0 = spoof, 1 =
bonafide. A trial is decided bona fide when its score is *strictly above* the threshold,
so a threshold that equals a trial's score rejects that trial. Equal scores are always
decided together. Rates are fractions, not per cent. Confusion matrices have true
classes as rows and predicted classes as columns, both in the order spoof, bonafide.

*Miss*: a bona fide trial decided spoof. *False alarm*: a spoof trial decided bona fide.

Every function checks its input with :func:`validate`: empty input, non-finite scores,
unknown labels and unequal lengths raise :class:`~antispoof.errors.ScoreError`. Metrics
that compare the two classes (EER, t-DCF, AUC, Cllr, DCF, :func:`evaluate`) also raise
it when a class is absent. Metrics of given decisions do not: the recall of an absent
class, and what is averaged from it, is NaN, and its F1 is 0 (as in scikit-learn).

Metrics
-------
threshold-free
    :func:`eer`, :func:`eer_hull`, :func:`auc`, :func:`min_tdcf`, :func:`min_dcf`,
    :func:`min_cllr`, with :func:`det_curve` under them
of scores as log-likelihood ratios
    :func:`cllr`, :func:`actual_dcf`, :func:`reliability`;
    :class:`antispoof.calibration.Calibration` turns any scores into such ratios by a
    line fitted on train or dev
at a threshold
    :func:`macro_f1`; :func:`confusion_matrix`, of which
    :mod:`antispoof.metrics.rates` has every rate; :func:`constant_answer`
thresholds
    :func:`choose_threshold` chooses on train or dev and refuses eval;
    :func:`oracle_threshold` uses the answers, and may only be reported as such;
    :func:`operating_thresholds` gives the three that every table shows
by attack
    :func:`per_attack` gives the EER of one attack against all bona fide trials; it is
    not additive: the pooled EER is not the mean of the EERs per attack
all of them
    :func:`compute_metrics`, and :func:`evaluate` with thresholds and attacks;
    ``METRICS`` lists what tables, ``antispoof evaluate`` and the bootstrap show;
    ``METRICS["mine"] = Metric(...)`` adds to it

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

from antispoof.metrics.calibration import (
    Reliability,
    actual_dcf,
    cllr,
    cross_entropy,
    min_cllr,
    min_dcf,
    reliability,
)
from antispoof.metrics.decisions import confusion_matrix, decide, macro_f1
from antispoof.metrics.detection import DetCurve, auc, det_curve, eer, eer_hull
from antispoof.metrics.evaluation import (
    MIN_TRIALS,
    compute_metrics,
    evaluate,
    per_attack,
)
from antispoof.metrics.rates import constant_answer
from antispoof.metrics.registry import METRICS, Metric, select_metrics
from antispoof.metrics.tandem import AsvErrorRates, asv_error_rates, min_tdcf
from antispoof.metrics.thresholds import (
    choose_threshold,
    ensure_not_eval,
    operating_thresholds,
    oracle_threshold,
)
from antispoof.metrics.validation import validate
