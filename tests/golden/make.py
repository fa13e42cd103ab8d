"""Computes ``expected.json`` in this folder: ``python tests/golden/make.py``.

The score files in this folder have ties and outliers; the expected values come from
``naive.py``, never from the library. Run it again only to add a case; what exists must
come out the same to the byte.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import naive

HERE = Path(__file__).resolve().parent


def read_trials(name):
    """Scores, labels (1 = bonafide) and attacks of a file of four columns."""
    rows = [line.split() for line in (HERE / name).read_text().splitlines()]
    scores = [float(row[3]) for row in rows]
    return scores, [int(row[2] == "bonafide") for row in rows], [r[1] for r in rows]


def expected(trials, dev, rates):
    """Every metric of one set of trials, by the slow reference."""
    scores, labels, attacks = trials
    bayes = -math.log(0.95 / 0.5)
    thresholds = {
        "dev": naive.best_threshold(*dev[:2], "balanced_accuracy"),
        "oracle": naive.best_threshold(scores, labels, "macro_f1"),
    }
    per_attack = {}
    for attack in sorted(set(attacks) - {"-"}):
        own = [i for i, name in enumerate(attacks) if name in (attack, "-")]
        per_attack[attack] = naive.eer(
            [scores[i] for i in own], [labels[i] for i in own]
        )
    return {
        "eer": naive.eer(scores, labels),
        "hull_eer": naive.hull_eer(scores, labels),
        "auc": naive.auc(scores, labels),
        "min_tdcf": {
            form: naive.min_tdcf(scores, labels, rates, form)
            for form in ("2019", "revisited")
        },
        "cllr": naive.cllr(scores, labels),
        "min_cllr": naive.min_cllr(scores, labels),
        "actual_dcf": naive.dcf(scores, labels, bayes, accept_at_threshold=True),
        "min_dcf": min(
            naive.dcf(scores, labels, t, accept_at_threshold=False)
            for t in [-math.inf, *scores]
        ),
        "thresholds": thresholds,
        "at": {
            name: naive.decisions(scores, labels, threshold)
            for name, threshold in {"zero": 0.0, **thresholds}.items()
        },
        "per_attack": per_attack,
    }


def main():
    """Write what to expect of the score files."""
    verifier = [line.split() for line in (HERE / "asv.txt").read_text().splitlines()]
    rates = naive.asv_rates([float(r[2]) for r in verifier], [r[1] for r in verifier])
    names = ("miss", "false_alarm", "spoof_false_alarm")
    trials, dev = read_trials("eval-4-columns.txt"), read_trials("dev-4-columns.txt")
    answers = {
        "asv": dict(zip(names, map(float, rates), strict=True)),
        "eval": expected(trials, dev, rates),
    }
    (HERE / "expected.json").write_text(json.dumps(answers, indent=2) + "\n")


if __name__ == "__main__":
    main()
