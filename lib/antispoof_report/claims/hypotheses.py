"""The thesis's claims, and ours, as tests.

Only the thesis's abstract is available, so the tests are ordinal: which model is
better, and in which direction something moves. H1 to H4 are the abstract's; H5 and H6
test whether they mean what they seem to. Each function takes what
:func:`~antispoof.stats.resample` made of the three models' scores on one partition, and
returns a :class:`~antispoof_report.claims.verdicts.Verdict`. The rule is in
:mod:`antispoof_report.claims.verdicts`; H4, which needs runs of several lengths, in
:mod:`antispoof_report.claims.training_length`.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.errors import ParameterError
from antispoof.metrics import decide
from antispoof.stats.bootstrap import BootstrapResult, operating_thresholds, resample
from antispoof.stats.multiple_testing import holm
from antispoof.stats.paired_tests import mcnemar
from antispoof.stats.panel import make_panel
from antispoof_report.claims import CNN, RESNET, RESNET_LSTM, TITLES, verdicts
from antispoof_report.claims.training_length import Lengths, h4
from antispoof_report.claims.verdicts import Finding, Verdict, compare, pair_label

ORDER = (RESNET, RESNET_LSTM, CNN)  # best first, as in the abstract
PAIR = (RESNET_LSTM, RESNET)

Tables = Mapping[str, Sequence[pd.DataFrame]]


def bootstrap_scores(
    evaluation: Tables, *, dev: Tables | None = None, n_replicates: int = 2000
) -> BootstrapResult:
    """Resample score tables of the models, ready for the hypotheses.

    Parameters
    ----------
    evaluation : model -> one table per seed with ``utt_id``, ``speaker``, ``attack``,
        ``label``, ``score``: the trials the claims are about.
    dev : the same on dev, where the thresholds of the operating point "dev" are
        chosen; :func:`h6` needs it.
    n_replicates : see :func:`~antispoof.stats.resample`.

    Raises
    ------
    ParameterError
        If a trial is both in dev and in the evaluation.
    """
    panel, dev_panel = make_panel(evaluation), make_panel(dev) if dev else None
    chosen_on = set(dev_panel.trials["utt_id"]) if dev_panel else set()
    if shared := chosen_on & set(panel.trials["utt_id"]):
        raise ParameterError(
            f"{len(shared)} trials, such as {min(shared)}, are both in dev and in"
            " the evaluation; no threshold is chosen on the trials it is tested on"
        )
    return resample(
        panel,
        thresholds=operating_thresholds(panel, dev=dev_panel),
        n_replicates=n_replicates,
    )


def test_hypotheses(
    resampled: BootstrapResult, *, lengths: Lengths | None = None
) -> list[Verdict]:
    """The verdicts that the runs allow, in order.

    H4 needs two `lengths` of training of ResNet50+LSTM (see :func:`h4`), H6 a
    resampling with the operating point "dev"; without them they are left out. H4 uses
    as many replicates as `resampled` has.
    """
    found = [h1(resampled), h2(resampled), h3(resampled)]
    if lengths is not None and len(lengths.get(RESNET_LSTM, ())) > 1:
        found.append(h4(lengths, n_replicates=len(resampled.seeds)))
    found.append(h5(resampled))
    if "dev" in resampled.confusions:
        found.append(h6(resampled))
    return found


def h1(resampled: BootstrapResult) -> Verdict:
    """H1: macro-F1 of ResNet50 > ResNet50+LSTM > CNN; three paired differences."""
    pairs = [(ORDER[0], ORDER[1]), (ORDER[1], ORDER[2]), (ORDER[0], ORDER[2])]
    claimed = {"direction": 1, "min_effect": verdicts.MIN_EFFECT_MACRO_F1}
    findings = verdicts.adjust(
        compare(f"macro-F1, {pair_label(pair)}", resampled, "macro_f1", pair, **claimed)
        for pair in pairs
    )
    verdict = verdicts.conjunction(finding.verdict for finding in findings)
    # First the comparison that decides: of those with this verdict, the one with the
    # smallest margin.
    findings = sorted(findings, key=lambda f: (f.verdict != verdict, f.margin))
    order = " > ".join(TITLES[model] for model in ORDER)
    return verdicts.make_verdict(
        "H1",
        f"By macro-F1, {order}.",
        f"The order {order} by macro-F1",
        verdict,
        findings,
    )


def h2(resampled: BootstrapResult) -> Verdict:
    """H2: ResNet50+LSTM has the higher accuracy but the lower macro-F1."""
    decisive, findings, both = _accuracy_against_f1(resampled, "zero")
    return verdicts.make_verdict(
        "H2",
        "ResNet50+LSTM has a higher accuracy than ResNet50 and a lower macro-F1.",
        "That ResNet50+LSTM has the higher accuracy and the lower macro-F1",
        decisive.verdict,
        findings,
        f"both signs occur together in {both:.1%} of the replicates",
        decisive=decisive,
    )


def h3(resampled: BootstrapResult) -> Verdict:
    """H3: ResNet50+LSTM is biased to spoof.

    It decides spoof more often than ResNet50, so that its spoof recall is higher and
    its bona fide recall lower. McNemar's test on each class, seed by seed and
    Holm-corrected over all of them, is in the sentence; see :func:`h3_mcnemar`.
    """
    findings = [
        compare(
            f"{name}, {pair_label(PAIR)}", resampled, metric, PAIR, direction=direction
        )
        for metric, name, direction in (
            ("predicted_spoof_rate", "rate of clips decided spoof", 1),
            ("recall_spoof", "recall of spoof", 1),
            ("recall_bonafide", "recall of bonafide", -1),
        )
    ]
    decisive = verdicts.intersection_union(findings)
    tests = h3_mcnemar(resampled)
    significant = (tests["p_holm"] <= 0.05) & tests["as_claimed"]
    return verdicts.make_verdict(
        "H3",
        "ResNet50+LSTM decides spoof more often than ResNet50: more spoof and less "
        "bona fide speech is recognised.",
        "That ResNet50+LSTM is biased to spoof",
        decisive.verdict,
        findings,
        f"McNemar's test, Holm-corrected, agrees in {significant.sum()} of "
        f"{len(tests)} comparisons of a class and a seed",
        decisive=decisive,
    )


def h3_mcnemar(resampled: BootstrapResult) -> pd.DataFrame:
    """McNemar's test of ResNet50+LSTM against ResNet50 at score 0, by class and seed.

    Returns
    -------
    DataFrame with ``seed`` (position), ``label``, ``only_lstm`` and ``only_resnet``
    (trials that only this model decided correctly), ``p`` (mid-p), ``p_holm`` and
    ``as_claimed`` (whether the difference is a bias to spoof).
    """
    panel = resampled.panel
    rows = []
    for seed in range(panel.n_seeds):
        lstm, resnet = (decide(panel.scores[m][seed]) == panel.labels for m in PAIR)
        for label in (SPOOF, BONAFIDE):
            own = panel.labels == label
            test = mcnemar(lstm[own], resnet[own])
            difference = test.only_first - test.only_second
            as_claimed = difference > 0 if label == SPOOF else difference < 0
            counts = (test.only_first, test.only_second)
            rows.append((seed, LABELS[label], *counts, test.p, as_claimed))
    columns = ["seed", "label", "only_lstm", "only_resnet", "p", "as_claimed"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(5, "p_holm", holm(table["p"]))
    return table


def h5(resampled: BootstrapResult) -> Verdict:
    """H5: the accuracy of some model is above that of always answering spoof."""
    findings = verdicts.adjust(
        compare(
            f"accuracy, {TITLES[model]} minus always-spoof",
            resampled,
            "accuracy",
            (model, model),
            minus="always_spoof",
            direction=1,
        )
        for model in ORDER
    )
    verdict = verdicts.disjunction(finding.verdict for finding in findings)
    findings = sorted(findings, key=lambda f: (f.verdict != verdict, -f.margin))
    return verdicts.make_verdict(
        "H5",
        "At least one model is more accurate than always answering spoof.",
        "That a model beats always-spoof",
        verdict,
        findings,
    )


def h6(resampled: BootstrapResult) -> Verdict:
    """H6: H2 is only a threshold effect.

    Reproduced if H2 is reproduced at zero and contradicted at the thresholds chosen on
    dev; contradicted if it is reproduced at both. Otherwise undecided: unless H2 holds
    at zero, there is nothing to explain.
    """
    at_zero = _accuracy_against_f1(resampled, "zero")[0].verdict
    decisive, findings, both = _accuracy_against_f1(resampled, "dev")
    eer = compare(f"EER, {pair_label(PAIR)}", resampled, "eer", PAIR, direction=0)
    verdict = verdicts.UNDECIDED
    remark = f"both signs occur together in {both:.1%} of the replicates at dev"
    if at_zero == verdicts.REPRODUCED:
        verdict = verdicts.OPPOSITE[decisive.verdict]
    else:
        remark += f"; at zero H2 is {at_zero}: there is nothing to explain"
    return verdicts.make_verdict(
        "H6",
        "The split between accuracy and macro-F1 (H2) disappears at thresholds chosen "
        "on dev.",
        "That H2 is only an effect of the threshold",
        verdict,
        [*findings, eer],
        remark,
        decisive=decisive,
    )


def _accuracy_against_f1(
    resampled: BootstrapResult, at: str
) -> tuple[Finding, list[Finding], float]:
    """H2 at one operating point: the decisive finding, both effects, and the fraction
    of replicates that have both."""
    where = "threshold zero" if at == "zero" else "the threshold of dev"
    where = f"at {where}, {pair_label(PAIR)}"
    given = {"resampled": resampled, "pair": PAIR, "at": at}
    smallest = verdicts.MIN_EFFECT_MACRO_F1
    accuracy = compare(f"accuracy {where}", metric="accuracy", direction=1, **given)
    macro_f1 = compare(
        f"macro-F1 {where}",
        metric="macro_f1",
        direction=-1,
        min_effect=smallest,
        **given,
    )
    findings = [accuracy, macro_f1]
    both = (accuracy.effect.replicates > 0) & (macro_f1.effect.replicates < 0)
    return verdicts.intersection_union(findings), findings, float(both.mean())
