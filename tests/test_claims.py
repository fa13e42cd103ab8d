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
from antispoof.stats import Estimate
from antispoof_report.claims import hypotheses
from antispoof_report.claims.training_length import spoof_rate_by_epochs
from antispoof_report.claims.verdicts import (
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

SPEAKERS, EACH = 20, 50  # one trial in ten is bona fide


def part(partition, models, *, n_seeds=3, noise=0.0):
    """Model -> tables. A model is (spoof recall, bonafide recall[, shift of scores]).

    Every speaker has about these recalls at threshold zero; `noise` moves them from
    seed to seed. Scores of a class are spread evenly over an interval of length 1.
    """
    n = SPEAKERS * EACH
    labels = np.arange(n) % 10 == 0
    tables = {}
    for name, (spoof, bonafide, *shift) in models.items():
        tables[name] = []
        for seed in range(n_seeds):
            # Equal recalls, equal scores: a shift is then all that differs.
            rng = np.random.default_rng(
                [seed, round(1e3 * spoof), round(1e3 * bonafide)]
            )
            scores = np.empty(n)
            for own, share, sign in ((~labels, spoof, -1), (labels, bonafide, 1)):
                size = own.sum() // SPEAKERS
                depth = (
                    np.tile(np.arange(size), SPEAKERS) + rng.random(own.sum())
                ) / size
                moved = np.clip(share + noise * rng.normal(), 0.02, 0.98)
                scores[own] = sign * (moved - depth)
            tables[name].append(
                pd.DataFrame(
                    {
                        "utt_id": [f"{partition}{i}" for i in range(n)],
                        "speaker": [f"s{i // EACH}" for i in range(n)],
                        "attack": np.where(labels, "-", "A07"),
                        "label": np.where(labels, "bonafide", "spoof"),
                        "score": scores - sum(shift),
                    }
                )
            )
    return tables


def made(cnn, resnet, resnet_lstm, *, with_dev=False, **options):
    """A resampling of three models; on dev they are what they are on eval."""
    models = {"cnn": cnn, "resnet": resnet, "resnet_lstm": resnet_lstm}
    return hypotheses.evidence(
        part("E", models, **options),
        dev=part("D", models, **options) if with_dev else None,
        n_replicates=200,
    )


GOOD, FAIR, POOR = (0.97, 0.95), (0.92, 0.92), (0.75, 0.6)
LEANING = (*FAIR, 0.5)  # FAIR with all scores lowered: accurate, poor in macro-F1

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
    estimate = Estimate(value, ((4e-6, 40),), np.full(3, value))
    finding = Finding("x", estimate, claimed, 0.01, estimate.p_value(claimed * 0.01))
    assert finding.verdict == verdict
    low, high = finding.interval
    beyond = (low if claimed > 0 else -high) > 0.01
    short = (high if claimed > 0 else -low) < 0.01
    assert (beyond, short) == (verdict == REPRODUCED, verdict == CONTRADICTED)
    assert finding.seeds_agreeing == (3 if claimed * value > 0 else 0)


def test_one_seed_decides_nothing():
    estimate = Estimate(0.5, ((4e-6, 40),), np.array([0.5]))
    assert Finding("x", estimate, 1, 0.01, 0.0).verdict == UNDECIDED
    resampled = made(POOR, GOOD, FAIR, n_seeds=1)
    for verdict in hypotheses.judge(resampled):
        assert verdict.verdict == UNDECIDED
        assert "one seed ranks nothing" in verdict.sentence


def test_smallest_effects_are_fixed():
    assert (SMALLEST_MACRO_F1, SMALLEST_SHARE) == (0.01, 0.005)


def test_all_and_any():
    def finding(value):
        estimate = Estimate(value, ((1e-6, 40),), np.full(3, value))
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
    noisy = made(POOR, (0.925, 0.92), FAIR, noise=0.02, n_seeds=5)
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


def lengths(*leans, noise=0.0):
    """Runs of ResNet50+LSTM and ResNet50 after 4, 8, ... epochs; each has its lean,
    which lowers the scores of FAIR."""
    runs = {
        4 * (k + 1): part(
            "E", {"resnet_lstm": (*FAIR, lean), "resnet": FAIR}, noise=noise
        )
        for k, lean in enumerate(leans)
    }
    return {
        model: {epochs: tables[model] for epochs, tables in runs.items()}
        for model in ("resnet_lstm", "resnet")
    }


def h4(*leans):
    return hypotheses.h4(lengths(*leans), n_replicates=200)


def test_h4_is_a_lean_that_longer_training_mends():
    mended = h4(0.5, 0.0)
    assert mended.verdict == REPRODUCED
    assert [finding.claimed for finding in mended.findings] == [-1, 0, 1]
    table = spoof_rate_by_epochs(lengths(0.5, 0.0))
    mean = table[table["model"] == "resnet_lstm"].groupby("epochs").mean(True)
    change = mean["predicted_spoof_rate"][8] - mean["predicted_spoof_rate"][4]
    assert mended.estimate == pytest.approx(change, abs=1e-12) != 0
    assert mended.findings[1].estimate.value == 0
    assert mended.findings[2].estimate.value == pytest.approx(
        mean["predicted_spoof_rate"][4] - mean["is_spoof"][4], abs=1e-12
    )
    assert h4(0.3, 0.5).verdict == CONTRADICTED
    assert h4(0.5, 0.5).verdict == CONTRADICTED


def test_h4_needs_a_lean_to_mend():
    nothing = h4(-0.2, -0.5)
    assert nothing.findings[0].verdict == REPRODUCED
    assert nothing.verdict == UNDECIDED
    assert "nothing is to be mended" in nothing.sentence


def test_h4_of_several_lengths_is_their_slope():
    shares = spoof_rate_by_epochs(lengths(0.5, 0.3, 0.0))
    own = shares[shares["model"] == "resnet_lstm"]
    slope = np.polyfit(own["epochs"], own["predicted_spoof_rate"], 1)[0]
    assert h4(0.5, 0.3, 0.0).estimate == pytest.approx(slope * 8, abs=1e-12)


def test_h5_is_an_accuracy_above_always_spoof():
    beaten = hypotheses.h5(made(POOR, GOOD, FAIR))
    assert beaten.verdict == REPRODUCED
    assert beaten.findings[0].name.startswith("accuracy, ResNet50 minus")
    assert hypotheses.h5(made(POOR, POOR, POOR)).verdict == CONTRADICTED


def test_h6_is_the_split_going_away_at_the_dev_threshold():
    resampled = made(POOR, FAIR, LEANING, with_dev=True)
    assert hypotheses.h2(resampled).verdict == REPRODUCED
    assert hypotheses.h6(resampled).verdict == REPRODUCED
    nothing = hypotheses.h6(made(POOR, FAIR, GOOD, with_dev=True))
    assert nothing.verdict == UNDECIDED
    assert "nothing is to be explained" in nothing.sentence


def test_h6_is_contradicted_by_a_split_that_no_threshold_mends():
    models = {"cnn": POOR, "resnet": FAIR, "resnet_lstm": LEANING}
    tables = {name: part(name, models) for name in ("D", "E")}
    for tables_of in tables.values():
        for table in (*tables_of["resnet"], *tables_of["resnet_lstm"]):
            table["score"] = np.sign(table["score"])  # leaves one sensible threshold
    resampled = hypotheses.evidence(tables["E"], dev=tables["D"], n_replicates=200)
    assert hypotheses.h2(resampled).verdict == REPRODUCED
    assert hypotheses.h6(resampled).verdict == CONTRADICTED


# 3 ------------------------------------------------------------------------------------


def test_sentences_hold_their_numbers():
    resampled = made(POOR, FAIR, LEANING, with_dev=True, noise=0.01)
    verdicts = hypotheses.judge(resampled, lengths=lengths(0.5, 0.0, noise=0.01))
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
    for given, found in ((lengths(0.5), "no model"), ({}, "no model")):
        with pytest.raises(ParameterError, match=f"of {found}; at least two"):
            hypotheses.h4(given)
    del (given := lengths(0.5, 0.0))["resnet_lstm"]
    with pytest.raises(ParameterError, match="of resnet; at least two of"):
        hypotheses.h4(given)
    assert keys == [
        v.key for v in hypotheses.judge(made(POOR, GOOD, FAIR), lengths=given)
    ]
    with pytest.raises(ParameterError, match="no operating point 'dev'"):
        hypotheses.h6(made(POOR, GOOD, FAIR))
