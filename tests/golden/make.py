"""Makes the golden files beside it: ``python tests/golden/make.py``.

Scores from a seed, with ties and outliers, in the four layouts of the wild; expected
values from ``naive.py``, never from the library. Run it again only to add a case; what
is there must come out the same to the byte.
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import naive

HERE = Path(__file__).resolve().parent
ATTACKS = ("A01", "A02", "A03")


def trials(name, n, shift, seed):
    """[(speaker, utt_id, attack, label, score)], scores rounded so that some tie."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        bonafide = i % 5 == 0
        attack = "-" if bonafide else rng.choice(ATTACKS)
        easier = {"A01": 1.0, "A02": 0.0, "A03": -1.0, "-": 0.0}[attack]
        score = rng.gauss(shift if bonafide else -shift - easier, 1.5)
        label = "bonafide" if bonafide else "spoof"
        rows.append((f"S{i % 7}", f"{name}_{i:03d}", attack, label, round(score, 1)))
    return rows


def asv(seed):
    """[(source, key, score)] of a speaker verifier."""
    rng = random.Random(seed)
    rows = [("bonafide", "target", round(rng.gauss(6, 2), 2)) for _ in range(60)]
    rows += [("bonafide", "nontarget", round(rng.gauss(0, 2), 2)) for _ in range(90)]
    rows += [
        (rng.choice(ATTACKS), "spoof", round(rng.gauss(4, 2), 2)) for _ in range(70)
    ]
    return rows


def expected(rows, rates, dev_rows):
    """Every metric of one set of trials, by the slow reference."""
    scores = [row[4] for row in rows]
    labels = [int(row[3] == "bonafide") for row in rows]
    dev_scores = [row[4] for row in dev_rows]
    dev_labels = [int(row[3] == "bonafide") for row in dev_rows]
    dev = naive.best_threshold(dev_scores, dev_labels, "balanced_accuracy")
    oracle = naive.best_threshold(scores, labels, "macro_f1")
    bayes = -math.log(0.95 / 0.5)
    per_attack = {}
    for attack in sorted({row[2] for row in rows} - {"-"}):
        own = [row for row in rows if row[2] in (attack, "-")]
        per_attack[attack] = naive.eer(
            [row[4] for row in own], [int(row[3] == "bonafide") for row in own]
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
        "thresholds": {"dev": dev, "oracle": oracle},
        "at": {
            name: naive.decisions(scores, labels, threshold)
            for name, threshold in (("zero", 0.0), ("dev", dev), ("oracle", oracle))
        },
        "per_attack": per_attack,
    }


def main():
    """Write the score files, the protocols and what to expect of them."""
    evaluation, dev = trials("E", 120, 1.0, 7), trials("D", 80, 1.6, 8)
    verifier = asv(9)
    rates = naive.asv_rates([row[2] for row in verifier], [row[1] for row in verifier])
    four = [f"{u} {a} {y} {s}" for _, u, a, y, s in evaluation]
    five = [f"{p} {u} {a} {y} {s}" for p, u, a, y, s in evaluation]
    six = [f"{p} {u} - {a} {y} {s}" for p, u, a, y, s in reversed(evaluation)]
    table = [f"{u},{-s},{int(y == 'spoof')}" for _, u, _, y, s in evaluation]
    files = {
        "eval-4-columns.txt": four,
        "eval-5-columns.txt": five,
        "eval-6-columns-reordered.txt": six,
        "eval-reversed.csv": ["utt_id,score,label_int", *table],
        "dev-4-columns.txt": [f"{u} {a} {y} {s}" for _, u, a, y, s in dev],
        "eval-protocol.txt": [f"{p} {u} - {a} {y}" for p, u, a, y, _ in evaluation],
        "dev-protocol.txt": [f"{p} {u} - {a} {y}" for p, u, a, y, _ in dev],
        "asv.txt": [" ".join(map(str, row)) for row in verifier],
    }
    for name, lines in files.items():
        (HERE / name).write_text("".join(f"{line}\n" for line in lines))
    answers = {
        "asv": dict(
            zip(
                ("miss", "false_alarm", "spoof_false_alarm"),
                map(float, rates),
                strict=True,
            )
        ),
        "eval": expected(evaluation, rates, dev),
    }
    (HERE / "expected.json").write_text(json.dumps(answers, indent=2) + "\n")


if __name__ == "__main__":
    main()
