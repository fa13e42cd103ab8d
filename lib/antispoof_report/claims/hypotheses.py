"""The thesis's claims, and ours, put to the test.

Of the thesis only its abstract is at hand, so what is tested is ordinal: which model is
better, in which direction something moves. H1 to H4 are the abstract's, H5 and H6 ask
whether they mean what they seem to. Each function takes what
:func:`~antispoof.stats.resample` made of the three models' scores on one
partition, and gives a :class:`~antispoof.stats.Verdict`. The rule is in
:mod:`antispoof_report.claims.verdicts`; H4, which needs runs of several lengths, in
:mod:`antispoof_report.claims.training_length`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.errors import ParameterError
from antispoof.metrics import decide
from antispoof.models import TITLES
from antispoof.stats.bootstrap import BootstrapResult, operating_thresholds, resample
from antispoof.stats.estimates import combine
from antispoof.stats.multiple_testing import holm
from antispoof.stats.paired_tests import McNemar, mcnemar
from antispoof.stats.panel import make_panel
from antispoof_report.claims.findings import (
    find,
    intersection_union,
    make_findings,
    minus,
    paired_difference,
    sentence,
)
from antispoof_report.claims.training_length import Lengths, h4
from antispoof_report.claims.verdicts import (
    CONTRADICTED,
    REPRODUCED,
    SMALLEST_MACRO_F1,
    SMALLEST_SHARE,
    UNDECIDED,
    Finding,
    Verdict,
    conjunction,
    disjunction,
)

CNN, RESNET, RESNET_LSTM = "cnn", "resnet", "resnet_lstm"
ORDER = (RESNET, RESNET_LSTM, CNN)  # best first, says the abstract

Tables = Mapping[str, Sequence[pd.DataFrame]]


def evidence(
    evaluation: Tables,
    *,
    dev: Tables | None = None,
    n_replicates: int = 2000,
    seed: int = 0,
) -> BootstrapResult:
    """Resample score tables of the three models, ready for the hypotheses.

    Parameters
    ----------
    evaluation : model ("cnn", "resnet", "resnet_lstm") -> one table a seed with
        ``utt_id``, ``speaker``, ``attack``, ``label``, ``score``: the trials the claims
        are about.
    dev : the same on dev, where the thresholds of the operating point "dev" are
        chosen; :func:`h6` needs it.
    n_replicates, seed : see :func:`~antispoof.stats.resample`.
    """
    panel = make_panel(evaluation)
    dev_panel = None if dev is None else make_panel(dev)
    if dev_panel is not None:
        shared = set(panel.trials["utt_id"]) & set(dev_panel.trials["utt_id"])
        if shared:
            raise ParameterError(
                f"{len(shared)} trials, such as {min(shared)}, are in dev and also to"
                " be judged; no threshold is chosen on what it is judged by"
            )
    return resample(
        panel,
        thresholds=operating_thresholds(panel, dev=dev_panel),
        n_replicates=n_replicates,
        seed=seed,
    )


def judge(
    resampled: BootstrapResult, *, lengths: Lengths | None = None
) -> list[Verdict]:
    """The verdicts that the material allows, in order.

    H4 needs two `lengths` of training of ResNet50+LSTM (see :func:`h4`), H6 a
    resampling with the operating point "dev"; what cannot be asked is left out.
    """
    verdicts = [h1(resampled), h2(resampled), h3(resampled)]
    if lengths is not None and len(lengths.get(RESNET_LSTM, ())) > 1:
        verdicts.append(h4(lengths))
    verdicts.append(h5(resampled))
    if "dev" in resampled.confusions:
        verdicts.append(h6(resampled))
    return verdicts


def h1(resampled: BootstrapResult, *, at: str = "zero") -> Verdict:
    """H1: macro-F1 of ResNet50 > ResNet50+LSTM > CNN; three paired differences."""
    pairs = [(ORDER[0], ORDER[1]), (ORDER[1], ORDER[2]), (ORDER[0], ORDER[2])]
    effects = [paired_difference(resampled, "macro_f1", pair, at) for pair in pairs]
    names = [f"macro-F1, {minus(pair)}" for pair in pairs]
    findings = make_findings(names, effects, smallest=SMALLEST_MACRO_F1)
    # The weakest link of the order decides; it stands first.
    findings = sorted(findings, key=lambda finding: finding.margin)
    order = " > ".join(TITLES[model] for model in ORDER)
    verdict = conjunction(findings)
    return Verdict(
        "H1",
        f"By macro-F1, {order}.",
        verdict,
        sentence(f"The order {order} by macro-F1", verdict, findings),
        tuple(findings),
    )


def h2(resampled: BootstrapResult, *, at: str = "zero") -> Verdict:
    """H2: ResNet50+LSTM has the higher accuracy and yet the lower macro-F1."""
    findings, both = _split_of_accuracy_and_f1(resampled, at)
    verdict = findings[0].verdict
    return Verdict(
        "H2",
        "ResNet50+LSTM has a higher accuracy than ResNet50 and a lower macro-F1.",
        verdict,
        sentence(
            "That ResNet50+LSTM has the higher accuracy and the lower macro-F1",
            verdict,
            findings[1:],
            f"both signs occur together in {both:.1%} of the replicates",
        ),
        findings,
    )


def h3(resampled: BootstrapResult, *, at: str = "zero") -> Verdict:
    """H3: ResNet50+LSTM leans to spoof.

    It decides spoof more often than ResNet50, so that its spoof recall is higher and
    its bona fide recall lower. McNemar's test on each class, seed by seed and
    Holm-corrected over all of them, stands in the sentence; see :func:`h3_mcnemar`.
    """
    pair = (RESNET_LSTM, RESNET)
    claims = {
        "predicted_spoof_rate": ("share decided spoof", 1),
        "recall_spoof": ("recall of spoof", 1),
        "recall_bonafide": ("recall of bonafide", -1),
    }
    effects = [paired_difference(resampled, metric, pair, at) for metric in claims]
    findings = [
        find(f"{name}, {minus(pair)}", effect, claimed=claimed, smallest=SMALLEST_SHARE)
        for effect, (name, claimed) in zip(effects, claims.values(), strict=True)
    ]
    decisive = intersection_union(effects, findings)
    tests = h3_mcnemar(resampled, at=at)
    significant = (tests["p_holm"] <= 0.05) & tests["as_claimed"]
    verdict = decisive.verdict
    return Verdict(
        "H3",
        "ResNet50+LSTM decides spoof more often than ResNet50: more spoof and less "
        "bona fide speech is recognised.",
        verdict,
        sentence(
            "That ResNet50+LSTM leans to spoof",
            verdict,
            findings,
            f"McNemar's test, Holm-corrected, agrees in {significant.sum()} of "
            f"{len(tests)} comparisons of a class and a seed",
        ),
        (decisive, *findings),
    )


def h3_mcnemar(resampled: BootstrapResult, *, at: str = "zero") -> pd.DataFrame:
    """McNemar's test of ResNet50+LSTM against ResNet50, class by class, seed by seed.

    Returns
    -------
    DataFrame with ``seed`` (position), ``label``, ``only_lstm`` and ``only_resnet``
    (trials only that model decided right), ``p`` (mid-p), ``p_holm`` and ``as_claimed``
    (whether the lean is to spoof).
    """
    panel = resampled.panel
    rows = []
    for seed in range(panel.n_seeds):
        right = {
            model: decide(
                panel.scores[model][seed],
                threshold=resampled.thresholds[at][model][seed],
            )
            == panel.labels
            for model in (RESNET_LSTM, RESNET)
        }
        for label in (SPOOF, BONAFIDE):
            own = panel.labels == label
            test = mcnemar(right[RESNET_LSTM][own], right[RESNET][own])
            rows.append(_mcnemar_row(seed, label, test))
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p"])
    return table


def h5(resampled: BootstrapResult, *, at: str = "zero") -> Verdict:
    """H5: some model's accuracy is above that of always answering spoof."""
    models = [model for model in ORDER if model in resampled.panel.models]
    effects = [
        combine(
            np.subtract,
            resampled.quantity("accuracy", model, at=at),
            resampled.quantity("always_spoof", model, at=at),
        )
        for model in models
    ]
    names = [f"accuracy, {TITLES[model]} minus always-spoof" for model in models]
    findings = make_findings(names, effects, smallest=SMALLEST_SHARE)
    findings = sorted(findings, key=lambda finding: -finding.margin)
    verdict = disjunction(findings)
    return Verdict(
        "H5",
        "At least one model is more accurate than always answering spoof.",
        verdict,
        sentence("That a model beats always-spoof", verdict, findings),
        tuple(findings),
    )


def h6(resampled: BootstrapResult) -> Verdict:
    """H6: H2 is only a threshold effect.

    Reproduced if H2's pattern is there at zero and shown to be absent at the thresholds
    chosen on dev; contradicted if it is there at both. If it is not there at zero
    there is nothing to explain, and H6 stays undecided.
    """
    at_zero, _ = _split_of_accuracy_and_f1(resampled, "zero")
    at_dev, both = _split_of_accuracy_and_f1(resampled, "dev")
    pair = (RESNET_LSTM, RESNET)
    errors = find(
        f"EER, {minus(pair)}",
        paired_difference(resampled, "eer", pair, None),
        claimed=0,
        smallest=SMALLEST_SHARE,
    )
    outcomes = {
        (REPRODUCED, CONTRADICTED): REPRODUCED,
        (REPRODUCED, REPRODUCED): CONTRADICTED,
    }
    verdict = outcomes.get((at_zero[0].verdict, at_dev[0].verdict), UNDECIDED)
    remark = f"both signs occur together in {both:.1%} of the replicates there"
    if at_zero[0].verdict != REPRODUCED:
        remark += f"; at zero H2 is {at_zero[0].verdict}, so nothing is to be explained"
    return Verdict(
        "H6",
        "The split between accuracy and macro-F1 (H2) goes away at thresholds chosen "
        "on dev.",
        verdict,
        sentence(
            "That H2 is only a matter of the threshold",
            verdict,
            (*at_dev[1:], errors),
            remark,
        ),
        (*at_dev, errors),
    )


def _split_of_accuracy_and_f1(
    resampled: BootstrapResult, at: str
) -> tuple[tuple[Finding, ...], float]:
    """H2's effects at one operating point, and the share of replicates with both."""
    pair = (RESNET_LSTM, RESNET)
    accuracy = paired_difference(resampled, "accuracy", pair, at)
    macro_f1 = paired_difference(resampled, "macro_f1", pair, at)
    where = {"zero": "threshold zero", "dev": "the threshold of dev"}.get(at, at)
    findings = [
        find(
            f"accuracy at {where}, {minus(pair)}",
            accuracy,
            claimed=1,
            smallest=SMALLEST_SHARE,
        ),
        find(
            f"macro-F1 at {where}, {minus(pair)}",
            macro_f1,
            claimed=-1,
            smallest=SMALLEST_MACRO_F1,
        ),
    ]
    both = (accuracy.draws > 0) & (macro_f1.draws < 0)
    return (intersection_union([accuracy, macro_f1], findings), *findings), float(
        both.mean()
    )


def _mcnemar_row(seed: int, label: int, test: McNemar) -> dict:
    more, fewer = test.only_first, test.only_second
    leans = more > fewer if label == SPOOF else more < fewer
    return {
        "seed": seed,
        "label": LABELS[label],
        "only_lstm": more,
        "only_resnet": fewer,
        "p": test.p,
        "as_claimed": leans,
    }
