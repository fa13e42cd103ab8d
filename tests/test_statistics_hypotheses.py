"""The verdicts: what they hold.

1. An effect is reproduced, contradicted or undecided as the fixed rule says, and one
   seed alone decides nothing.
2. Data made so that a hypothesis is true, false or open gets that verdict, H1 to H6.
3. Sentences hold the numbers they were made from; the table has every finding.
4. McNemar's test stands beside H3, class by class and seed by seed.
5. Without the material there is no verdict, or a clear error.
"""

import numpy as np
import pandas as pd
import pytest

from antispoof.errors import ParameterError
from antispoof.statistics import Estimate, hypotheses
from antispoof.statistics.verdicts import (
    CONTRADICTED,
    REPRODUCED,
    SMALLEST_MACRO_F1,
    SMALLEST_SHARE,
    UNDECIDED,
    Finding,
    conjunction,
    disjunction,
    verdict_table,
)

SPEAKERS, EACH = 30, 30


def model_scores(partition, *, spoof, bonafide, n_seeds=3, noise=0.0):
    """Tables in which given shares of each class are decided right at zero.

    Scores of a class lie on an even grid, so that exactly that share is; `noise` moves
    a seed's shares by a few points.
    """
    n = SPEAKERS * EACH
    labels = np.arange(n) % 10 == 0
    tables = []
    for seed in range(n_seeds):
        rng = np.random.default_rng([seed, 77])
        scores = np.empty(n)
        for own, share, sign in ((~labels, spoof, -1), (labels, bonafide, 1)):
            moved = np.clip(share + noise * rng.normal(), 0.02, 0.98)
            grid = (np.arange(own.sum()) + 0.5) / own.sum()
            scores[own] = sign * (moved - rng.permutation(grid))
        tables.append(
            pd.DataFrame(
                {
                    "utt_id": [f"{partition}{i}" for i in range(n)],
                    "speaker": [f"s{i // EACH}" for i in range(n)],
                    "attack": np.where(labels, "-", "A07"),
                    "label": np.where(labels, "bonafide", "spoof"),
                    "score": scores,
                }
            )
        )
    return tables


def made(cnn, resnet, resnet_lstm, *, dev=None, n_seeds=3, noise=0.0):
    """A resampling of models given as (spoof recall, bonafide recall)."""

    def tables(partition, recalls):
        return {
            name: model_scores(
                partition, spoof=s, bonafide=b, n_seeds=n_seeds, noise=noise
            )
            for name, (s, b) in recalls.items()
        }

    recalls = {"cnn": cnn, "resnet": resnet, "resnet_lstm": resnet_lstm}
    return hypotheses.evidence(
        tables("E", recalls),
        dev=None if dev is None else tables("D", dev),
        n_replicates=200,
    )


GOOD, FAIR, POOR = (0.97, 0.95), (0.90, 0.85), (0.75, 0.6)
LEANING = (0.995, 0.40)  # more accurate than FAIR, a lower macro-F1 than EVEN
EVEN = (0.93, 0.92)

# 1 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "claimed", "verdict"),
    [
        (0.05, 1, REPRODUCED),
        (0.012, 1, UNDECIDED),
        (0.0, 1, CONTRADICTED),
        (-0.05, 1, CONTRADICTED),
        (-0.05, -1, REPRODUCED),
        (0.05, -1, CONTRADICTED),
    ],
)
def test_the_rule(value, claimed, verdict):
    estimate = Estimate(value, 0.002, 40.0, np.full(3, value))
    finding = Finding("x", estimate, claimed, 0.01, estimate.p_value(claimed * 0.01))
    assert finding.verdict == verdict
    low, high = finding.interval
    beyond = (low if claimed > 0 else -high) > 0.01
    short = (high if claimed > 0 else -low) < 0.01
    assert (beyond, short) == (verdict == REPRODUCED, verdict == CONTRADICTED)
    assert finding.seeds_agreeing == (3 if claimed * value > 0 else 0)


def test_one_seed_decides_nothing():
    estimate = Estimate(0.5, 0.002, 40.0, np.array([0.5]))
    assert Finding("x", estimate, 1, 0.01, 0.0).verdict == UNDECIDED
    resampled = made(POOR, GOOD, FAIR, n_seeds=1)
    for verdict in hypotheses.judge(resampled):
        assert verdict.verdict == UNDECIDED
        assert "one seed ranks nothing" in verdict.sentence


def test_smallest_effects_are_fixed():
    assert (SMALLEST_MACRO_F1, SMALLEST_SHARE) == (0.01, 0.005)


def test_all_and_any():
    def finding(value):
        estimate = Estimate(value, 0.001, 40.0, np.full(3, value))
        return Finding("x", estimate, 1, 0.01, estimate.p_value(0.01))

    yes, no, open_ = finding(0.1), finding(-0.1), finding(0.0105)
    assert conjunction([yes, yes]) == REPRODUCED
    assert conjunction([yes, open_]) == UNDECIDED
    assert conjunction([yes, open_, no]) == CONTRADICTED
    assert disjunction([no, no]) == CONTRADICTED
    assert disjunction([no, open_]) == UNDECIDED
    assert disjunction([no, open_, yes]) == REPRODUCED


# 2 ------------------------------------------------------------------------------------


def test_h1_is_the_order_by_macro_f1():
    assert hypotheses.h1(made(POOR, GOOD, FAIR)).verdict == REPRODUCED
    wrong = hypotheses.h1(made(GOOD, FAIR, POOR))
    assert wrong.verdict == CONTRADICTED
    assert len(wrong.findings) == 3
    assert wrong.findings[0].margin == min(f.margin for f in wrong.findings)
    assert wrong.seeds_agreeing == 0
    noisy = made(POOR, FAIR, FAIR, noise=0.04)
    assert hypotheses.h1(noisy).verdict == UNDECIDED


def test_h2_is_more_accuracy_with_less_macro_f1():
    split = hypotheses.h2(made(POOR, FAIR, LEANING))
    accuracy, macro_f1 = split.findings[1:]
    assert accuracy.estimate.value > SMALLEST_SHARE
    assert macro_f1.estimate.value < -SMALLEST_MACRO_F1
    assert split.verdict == REPRODUCED
    assert "both signs occur together in 100.0% of the replicates" in split.sentence
    assert hypotheses.h2(made(POOR, FAIR, GOOD)).verdict == CONTRADICTED


def test_h3_is_the_lean_to_spoof():
    leaning = hypotheses.h3(made(POOR, FAIR, LEANING))
    assert leaning.verdict == REPRODUCED
    assert [finding.claimed for finding in leaning.findings] == [1, 1, 1, -1]
    assert hypotheses.h3(made(POOR, LEANING, FAIR)).verdict == CONTRADICTED


def histories(slope, *, noise=0.002, n_seeds=4, epochs=12):
    rng = np.random.default_rng(5)
    epoch = np.arange(epochs)
    return [
        pd.DataFrame(
            {
                "epoch": epoch,
                "holdout_share_spoof": 0.9
                + slope * epoch
                + noise * rng.normal(size=epochs),
            }
        )
        for _ in range(n_seeds)
    ]


def test_h4_is_the_change_beyond_the_usual_training():
    mended = hypotheses.h4(
        {"resnet_lstm": histories(-0.01), "resnet": histories(0.0)}, trained_epochs=4
    )
    assert mended.verdict == REPRODUCED
    assert mended.estimate == pytest.approx(-0.08, abs=0.01)  # epochs 4 to 12
    assert [finding.claimed for finding in mended.findings] == [-1, 0]
    assert mended.n_seeds == mended.seeds_agreeing == 4
    for slope, verdict in ((0.01, CONTRADICTED), (-0.0007, UNDECIDED)):
        found = hypotheses.h4({"resnet_lstm": histories(slope)}, trained_epochs=4)
        assert found.verdict == verdict
    # What happens within the usual training is no business of H4's.
    early = histories(0.0)
    for history in early:
        history.loc[:2, "holdout_share_spoof"] = 1.0
    found = hypotheses.h4({"resnet_lstm": early}, trained_epochs=4)
    assert found.verdict != REPRODUCED


def test_h5_is_an_accuracy_above_always_spoof():
    beaten = hypotheses.h5(made(POOR, GOOD, FAIR))
    assert beaten.verdict == REPRODUCED
    assert beaten.findings[0].name.startswith("accuracy, ResNet50 minus")
    assert hypotheses.h5(made(POOR, POOR, POOR)).verdict == CONTRADICTED


def test_h6_is_the_split_going_away_at_the_dev_threshold():
    # At zero the LSTM leans to spoof; its threshold of dev puts that right, because its
    # scores separate the classes no worse.
    def shifted(partition, by, n_seeds=3):
        tables = model_scores(partition, spoof=0.93, bonafide=0.92, n_seeds=n_seeds)
        return [t.assign(score=t["score"] - by) for t in tables]

    part = {
        name: {
            "cnn": model_scores(name, spoof=0.75, bonafide=0.6),
            "resnet": model_scores(name, spoof=0.93, bonafide=0.92),
            "resnet_lstm": shifted(name, 0.0),
        }
        for name in ("D", "E")
    }
    for name in part:
        for table in part[name]["resnet_lstm"]:
            bonafide = table["label"] == "bonafide"
            table.loc[~bonafide, "score"] -= 0.065
            table.loc[bonafide, "score"] -= 0.5
    resampled = hypotheses.evidence(part["E"], dev=part["D"], n_replicates=200)
    h2, h6 = hypotheses.h2(resampled), hypotheses.h6(resampled)
    assert h2.verdict == REPRODUCED
    assert h6.verdict in (REPRODUCED, CONTRADICTED)
    nothing = made(
        POOR, FAIR, GOOD, dev={"cnn": POOR, "resnet": FAIR, "resnet_lstm": GOOD}
    )
    found = hypotheses.h6(nothing)
    assert found.verdict == UNDECIDED
    assert "nothing is to be explained" in found.sentence


# 3 ------------------------------------------------------------------------------------


def test_sentences_hold_their_numbers():
    recalls = {"cnn": POOR, "resnet": FAIR, "resnet_lstm": LEANING}
    resampled = made(*recalls.values(), dev=recalls, noise=0.01)
    verdicts = hypotheses.judge(
        resampled,
        histories={"resnet_lstm": histories(-0.01)},
        trained_epochs=4,
    )
    assert [v.key for v in verdicts] == ["H1", "H2", "H3", "H4", "H5", "H6"]
    for verdict in verdicts:
        assert f" is {verdict.verdict}" in verdict.sentence
        finding = verdict.findings[-1]
        assert f"{finding.estimate.value:+.4f}" in verdict.sentence
        low, high = finding.interval
        assert f"95 % interval {low:+.4f} to {high:+.4f}" in verdict.sentence
        assert verdict.sentence.endswith(".")
        assert 0 <= verdict.p <= 1
        assert verdict.interval[0] <= verdict.estimate <= verdict.interval[1]
    table = verdict_table(verdicts)
    assert len(table) == sum(len(v.findings) for v in verdicts)
    assert set(table["hypothesis"]) == {v.key for v in verdicts}
    assert (table["low"] <= table["high"]).all()


# 4 ------------------------------------------------------------------------------------


def test_mcnemar_by_class_and_seed():
    table = hypotheses.h3_mcnemar(made(POOR, FAIR, LEANING))
    assert len(table) == 6
    assert table["label"].tolist() == ["spoof", "bonafide"] * 3
    assert table["as_claimed"].all()
    assert (table["p_holm"] >= table["p"]).all()
    assert (table["p_holm"] < 0.05).all()
    reverse = hypotheses.h3_mcnemar(made(POOR, LEANING, FAIR))
    assert not reverse["as_claimed"].any()


# 5 ------------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_left_out():
    keys = [verdict.key for verdict in hypotheses.judge(made(POOR, GOOD, FAIR))]
    assert keys == ["H1", "H2", "H3", "H5"]
    with pytest.raises(ParameterError, match="'resnet_lstm' are needed"):
        hypotheses.h4({"resnet": histories(0.0)}, trained_epochs=4)
    with pytest.raises(ParameterError, match="at least two epochs more"):
        hypotheses.h4({"resnet_lstm": histories(0.0)}, trained_epochs=12)
    with pytest.raises(ParameterError, match="no operating point 'dev'"):
        hypotheses.h6(made(POOR, GOOD, FAIR))
