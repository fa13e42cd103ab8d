"""Metrics on arbitrary scores: what holds whatever they are.

1. EER and t-DCF agree with the slow reference within 1e-12; AUC, the confusion matrix
   and every rate with scikit-learn.
2. EER, AUC and t-DCF do not change under increasing maps of the scores; reversing all
   signs gives one minus the EER.
3. No threshold beats the oracle; min t-DCF lies between 0 and 1.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from antispoof import metrics
from antispoof.metrics import rates
from golden import naive

settings.register_profile("quick", derandomize=True, max_examples=40, deadline=None)
settings.load_profile("quick")

# Few distinct values, so that ties are common; or anything.
VALUE = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3)),
)


@st.composite
def trials(draw, max_size=14):
    """Scores and labels with both classes present."""
    pair = st.tuples(VALUE, st.integers(0, 1))
    pairs = draw(st.lists(pair, min_size=2, max_size=max_size))
    scores, labels = zip(*pairs, strict=True)
    assume(0 < sum(labels) < len(labels))
    return list(scores), list(labels)


# Error rates of the verifier.
ASV = st.tuples(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0.1, 1))


def macro_f1(labels, decided):
    return sk.f1_score(labels, decided, average="macro")


@given(trials(), VALUE)
def test_agreement_with_the_slow_reference(given_trials, threshold):
    scores, labels = given_trials
    close = {"abs": 1e-12, "rel": 0}
    for ours, theirs in (
        (metrics.eer(scores, labels), naive.eer(scores, labels)),
        (metrics.eer_hull(scores, labels), naive.hull_eer(scores, labels)),
        (metrics.auc(scores, labels), sk.roc_auc_score(labels, scores)),
    ):
        assert ours == pytest.approx(theirs, **close)
    decided = np.greater(scores, threshold).astype(int)
    confusion = metrics.confusion_matrix(scores, labels, threshold=threshold)
    assert (confusion == sk.confusion_matrix(labels, decided, labels=[0, 1])).all()
    balanced = sk.balanced_accuracy_score(labels, decided)
    for rate, value in {
        "accuracy": sk.accuracy_score(labels, decided),
        "macro_f1": macro_f1(labels, decided),
        "balanced_accuracy": balanced,
        "hter": 1 - balanced,
        "recall_spoof": sk.recall_score(labels, decided, pos_label=0),
        "recall_bonafide": sk.recall_score(labels, decided),
        "predicted_spoof_rate": 1 - decided.mean(),
    }.items():
        assert getattr(rates, rate)(confusion) == pytest.approx(value, **close)


@given(trials(), ASV)
def test_tdcf_agrees_with_the_slow_reference(given_trials, of_asv):
    scores, labels = given_trials
    asv = metrics.AsvErrorRates(*of_asv)
    for form in ("2019", "revisited"):
        ours = metrics.min_tdcf(scores, labels, asv, formulation=form)
        theirs = naive.min_tdcf(scores, labels, of_asv, form)
        assert ours == pytest.approx(theirs, abs=1e-12, rel=0)
        assert 0 <= ours <= 1 + 1e-12


@given(trials(max_size=40), ASV)
def test_increasing_maps_change_nothing(given_trials, of_asv):
    scores, labels = np.array(given_trials[0]), given_trials[1]
    asv = metrics.AsvErrorRates(*of_asv)
    ranks = np.unique(scores, return_inverse=True)[1].astype(float)
    for mapped in (3 * ranks + 7, np.exp(ranks / 4)):
        for metric in (metrics.eer, metrics.eer_hull, metrics.auc):
            assert metric(mapped, labels) == metric(scores, labels)
        found, before = (metrics.min_tdcf(x, labels, asv) for x in (mapped, scores))
        assert found == before
    both = metrics.eer(-scores, labels) + metrics.eer(scores, labels)
    assert both == pytest.approx(1, abs=1e-12)


@given(trials())
def test_nothing_beats_the_oracle(given_trials):
    scores, labels = given_trials
    thresholds = [-np.inf, *scores]
    best = max(macro_f1(labels, np.greater(scores, value)) for value in thresholds)
    oracle = metrics.oracle_threshold(scores, labels)
    found = metrics.macro_f1(scores, labels, threshold=oracle)
    assert found == pytest.approx(best, abs=1e-12)
