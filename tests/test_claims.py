"""Hypotheses and verdicts.

1. An effect is reproduced, contradicted or undecided by the fixed rule; one seed, or no
   variance (B6), decides nothing.
2. Data made so that a hypothesis is true, false or open gets that verdict, H1 to H6.
3. Sentences contain the numbers behind them; the table has every finding, with the
   smallest effect that its verdict used (B8).
4. McNemar's test of H3 is by class and seed.
5. Without the runs it needs, a hypothesis is left out.
6. H4 uses as many replicates as the other hypotheses (B9).
7. Comparisons are undecided while a model has a dev EER above the limit; H5 and the
   findings are unchanged.
8. The claims name their own three models (B15).
9. H7, H8 and H9 get their verdict on data made so that they are true or false. Packed
   and shuffled steps do what they say.
10. The detectable difference and the number of clips that would decide are those of a
    simulation.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from antispoof.models import title
from antispoof.stats import Estimate
from antispoof_report import claims
from antispoof_report.claims import hypotheses, order, prior
from antispoof_report.claims.preconditions import gate_on_dev_eer
from antispoof_report.claims.silence import h7
from antispoof_report.claims.training_length import spoof_rate_by_epochs
from antispoof_report.claims.verdicts import (
    CONTRADICTED,
    MIN_EFFECT_MACRO_F1,
    MIN_EFFECT_RATE,
    REPRODUCED,
    UNDECIDED,
    Finding,
    Verdict,
    verdict_table,
)
from corpora import trials_table

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
            recalls = round(1e3 * spoof), round(1e3 * bonafide)
            rng = np.random.default_rng([seed, *recalls])
            scores = np.empty(n)
            for own, fraction, sign in ((~labels, spoof, -1), (labels, bonafide, 1)):
                size = own.sum() // SPEAKERS
                steps = np.tile(np.arange(size), SPEAKERS)
                depth = (steps + rng.random(own.sum())) / size
                moved = np.clip(fraction + noise * rng.normal(), 0.02, 0.98)
                scores[own] = sign * (moved - depth)
            speakers, shifted = np.arange(n) // EACH, scores - sum(shift)
            table = trials_table(labels, speakers, prefix=partition, attack="A07")
            tables[name].append(table.assign(score=shifted))
    return tables


def made(cnn, resnet, resnet_lstm, *, with_dev=False, **options):
    """A resampling of three models; on dev they are what they are on eval."""
    models = {"cnn": cnn, "resnet": resnet, "resnet_lstm": resnet_lstm}
    dev = part("D", models, **options) if with_dev else None
    scores = part("E", models, **options)
    return hypotheses.bootstrap_scores(scores, dev=dev, n_replicates=200)


GOOD, FAIR, POOR = (0.97, 0.95), (0.92, 0.92), (0.75, 0.6)
# About FAIR with all scores lowered: accurate, poor in macro-F1.
BIASED = (0.918, 0.918, 0.5)

# 1 ------------------------------------------------------------------------------------


def test_the_rule():
    for value, direction, verdict in (
        (0.05, 1, REPRODUCED),
        (0.012, 1, UNDECIDED),
        (0.0, 1, CONTRADICTED),
        (-0.05, 1, CONTRADICTED),
        (-0.05, -1, REPRODUCED),
        (0.05, -1, CONTRADICTED),
    ):
        estimate = Estimate(value, ((4e-6, 40),), np.full(3, value))
        p = estimate.p_value(direction * 0.01)
        assert Finding("x", estimate, direction, 0.01, p).verdict == verdict


def test_one_seed_decides_nothing():
    estimate = Estimate(0.5, ((4e-6, 40),), np.array([0.5]))
    assert Finding("x", estimate, 1, 0.01, 0.0).verdict == UNDECIDED
    resampled = made(POOR, GOOD, FAIR, n_seeds=1)
    for verdict in hypotheses.test_hypotheses(resampled):
        assert verdict.verdict == UNDECIDED
        assert "one seed cannot rank models" in verdict.sentence


def test_no_variance_decides_nothing():
    """B6: an effect that is the same in every replicate."""
    estimate = Estimate(0.02, ((0.0, 2), (0.0, 40)), np.full(3, 0.02))
    finding = Finding("x", estimate, 1, 0.01, 0.0)
    assert finding.verdict == UNDECIDED
    assert "the same in every bootstrap replicate" in str(finding)
    constant = part("E", {"cnn": FAIR, "resnet": FAIR, "resnet_lstm": FAIR})
    for table in (table for tables in constant.values() for table in tables):
        table["score"] = -1.0
    collapsed = hypotheses.bootstrap_scores(constant, n_replicates=50)
    assert hypotheses.h5(collapsed).verdict == UNDECIDED


# 2 ------------------------------------------------------------------------------------


def test_h1_is_the_order_by_macro_f1():
    assert hypotheses.h1(made(POOR, GOOD, FAIR)).verdict == REPRODUCED
    wrong = hypotheses.h1(made(GOOD, FAIR, POOR))
    assert wrong.verdict == CONTRADICTED
    assert len(wrong.findings) == 3
    assert wrong.findings[0].margin == min(f.margin for f in wrong.findings)
    partly = hypotheses.h1(made(FAIR, GOOD, POOR))
    decided = [finding.verdict for finding in partly.findings]
    assert decided == [CONTRADICTED, REPRODUCED, REPRODUCED]  # what decides is first
    noisy = made(POOR, (0.925, 0.92), FAIR, noise=0.02, n_seeds=5)
    assert hypotheses.h1(noisy).verdict == UNDECIDED


def test_h2_is_more_accuracy_with_less_macro_f1():
    split = hypotheses.h2(made(POOR, FAIR, BIASED))
    accuracy, macro_f1 = split.findings[1:]
    assert accuracy.estimate.value > MIN_EFFECT_RATE
    assert macro_f1.estimate.value < -MIN_EFFECT_MACRO_F1
    assert split.verdict == REPRODUCED
    assert "both signs occur together in 100.0% of the replicates" in split.sentence
    assert hypotheses.h2(made(POOR, FAIR, GOOD)).verdict == CONTRADICTED


def test_h3_is_the_bias_to_spoof():
    biased = hypotheses.h3(made(POOR, FAIR, BIASED))
    assert biased.verdict == REPRODUCED
    assert [finding.direction for finding in biased.findings] == [1, 1, 1, -1]
    assert hypotheses.h3(made(POOR, BIASED, FAIR)).verdict == CONTRADICTED


def lengths(*biases, noise=0.0):
    """Runs of ResNet50+LSTM and ResNet50 after 4, 8, ... epochs; each has its bias,
    which lowers the scores of FAIR."""
    found = {"resnet_lstm": {}, "resnet": {}}
    for k, bias in enumerate(biases):
        models = {"resnet_lstm": (*FAIR, bias), "resnet": FAIR}
        for model, tables in part("E", models, noise=noise).items():
            found[model][4 * (k + 1)] = tables
    return found


def h4(*biases):
    return hypotheses.h4(lengths(*biases), n_replicates=200)


def test_h4_is_a_bias_that_longer_training_reduces():
    reduced = h4(0.5, 0.0)
    assert reduced.verdict == REPRODUCED
    assert [finding.direction for finding in reduced.findings] == [-1, 0, 1]
    table = spoof_rate_by_epochs(lengths(0.5, 0.0))
    mean = table[table["model"] == "resnet_lstm"].groupby("epochs").mean(True)
    change = mean["predicted_spoof_rate"][8] - mean["predicted_spoof_rate"][4]
    assert reduced.findings[0].estimate.value == pytest.approx(change, abs=1e-12) != 0
    assert reduced.findings[1].estimate.value == 0
    bias = mean["predicted_spoof_rate"][4] - mean["is_spoof"][4]
    assert reduced.findings[2].estimate.value == pytest.approx(bias, abs=1e-12)
    assert h4(0.3, 0.5).verdict == CONTRADICTED
    assert h4(0.5, 0.502).verdict == CONTRADICTED


def test_h4_needs_a_bias_to_reduce():
    nothing = h4(-0.2, -0.5)
    assert nothing.findings[0].verdict == REPRODUCED
    assert nothing.verdict == UNDECIDED
    assert "there is none to reduce" in nothing.sentence


def test_h4_of_several_lengths_is_their_slope():
    shares = spoof_rate_by_epochs(lengths(0.5, 0.3, 0.0))
    own = shares[shares["model"] == "resnet_lstm"]
    slope = np.polyfit(own["epochs"], own["predicted_spoof_rate"], 1)[0]
    change = h4(0.5, 0.3, 0.0).findings[0].estimate.value
    assert change == pytest.approx(slope * 8, abs=1e-12)


def test_h5_is_an_accuracy_above_always_spoof():
    beaten = hypotheses.h5(made(POOR, GOOD, FAIR))
    assert beaten.verdict == REPRODUCED
    assert beaten.findings[0].name.startswith("accuracy, ResNet50 minus")
    assert hypotheses.h5(made(POOR, POOR, POOR)).verdict == CONTRADICTED


def test_h6_is_the_split_disappearing_at_the_dev_threshold():
    resampled = made(POOR, FAIR, BIASED, with_dev=True)
    assert hypotheses.h2(resampled).verdict == REPRODUCED
    assert hypotheses.h6(resampled).verdict == REPRODUCED
    nothing = hypotheses.h6(made(POOR, FAIR, GOOD, with_dev=True))
    assert nothing.verdict == UNDECIDED
    assert "there is nothing to explain" in nothing.sentence


def test_h6_is_contradicted_by_a_split_that_no_threshold_reduces():
    models = {"cnn": POOR, "resnet": FAIR, "resnet_lstm": BIASED}
    tables = {name: part(name, models) for name in ("D", "E")}
    for tables_of in tables.values():
        for table in (*tables_of["resnet"], *tables_of["resnet_lstm"]):
            table["score"] = np.sign(table["score"])  # leaves one sensible threshold
    options = {"dev": tables["D"], "n_replicates": 200}
    resampled = hypotheses.bootstrap_scores(tables["E"], **options)
    assert hypotheses.h2(resampled).verdict == REPRODUCED
    assert hypotheses.h6(resampled).verdict == CONTRADICTED


# 3 ------------------------------------------------------------------------------------


def test_sentences_hold_their_numbers():
    resampled = made(POOR, FAIR, BIASED, with_dev=True, noise=0.01)
    longer = lengths(0.5, 0.0, noise=0.01)
    verdicts = hypotheses.test_hypotheses(resampled, lengths=longer)
    assert [v.key for v in verdicts] == ["H1", "H2", "H3", "H4", "H5", "H6"]
    same = hypotheses.h4(longer, n_replicates=200).findings[0]  # B9: it was always 2000
    assert verdicts[3].findings[0].estimate.sources == same.estimate.sources  # 6
    for verdict in verdicts:
        assert f" is {verdict.verdict}" in verdict.sentence
        finding = verdict.findings[-1]
        assert f"{100 * finding.estimate.value:+.1f} points" in verdict.sentence
        low, high = finding.interval
        interval = f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f})"
        assert (interval in verdict.sentence) == finding.varies
        assert verdict.sentence.endswith(".")
        assert 0 <= finding.p <= 1
    table = verdict_table(verdicts)
    assert len(table) == sum(len(v.findings) for v in verdicts)
    assert (table["low"] <= table["high"]).all()


def test_the_table_has_the_smallest_effect_that_the_verdict_used():
    """B8: the figure of H2 showed macro-F1 with the band of accuracy."""
    table = verdict_table([hypotheses.h2(made(POOR, FAIR, BIASED))])
    assert table["min_effect"].tolist() == [0, 0.005, 0.01]
    assert table["effect"].str.startswith("macro-F1").tolist() == [False, False, True]


# 4 ------------------------------------------------------------------------------------


def test_mcnemar_by_class_and_seed():
    table = hypotheses.h3_mcnemar(made(POOR, FAIR, BIASED))
    assert table["label"].tolist() == ["spoof", "bonafide"] * 3
    assert table["as_claimed"].all()
    assert table["p_holm"].between(table["p"], 0.05).all()
    reverse = hypotheses.h3_mcnemar(made(POOR, BIASED, FAIR))
    assert not reverse["as_claimed"].any()


# 5 ------------------------------------------------------------------------------------


def test_what_cannot_be_tested_is_left_out():
    resampled = made(POOR, GOOD, FAIR)
    only_resnet = {"resnet": lengths(0.5, 0.0)["resnet"]}
    for given in (lengths(0.5), only_resnet):
        tested = hypotheses.test_hypotheses(resampled, lengths=given)
        assert [verdict.key for verdict in tested] == ["H1", "H2", "H3", "H5"]


# 7 ------------------------------------------------------------------------------------


def dev_table(distance):
    noise, bonafide = np.random.default_rng(1).standard_normal(400), np.arange(400) % 2
    score = noise + distance * bonafide
    return trials_table(bonafide == 1, bonafide, score=score)


def test_comparisons_are_withheld_and_the_rest_stays():
    estimate = Estimate(0.15, ((0.0025, 1),), np.array([0.1, 0.2]))
    findings = (Finding("f", estimate, 1, 0.01, 0.5),)
    rest = ("claim", "contradicted", "It is so.", findings)
    verdicts = [Verdict(key, *rest) for key in ("H1", "H5")]
    dev = {"cnn": [dev_table(4.0)], "resnet": [dev_table(0.1)]}
    h1, h5 = gate_on_dev_eer(verdicts, dev)
    assert h1.verdict == "undecided"
    assert "above 25% for ResNet50 (" in h1.sentence
    assert "It is so." in h1.sentence
    assert h1.findings == verdicts[0].findings
    assert h5 == verdicts[1]
    assert gate_on_dev_eer(verdicts, {"cnn": [dev_table(4.0)]}) == verdicts


# 8 ------------------------------------------------------------------------------------


def test_the_claims_are_about_three_models():
    """B15: chapter 07 trained every registered model."""
    assert claims.MODELS == ("cnn", "resnet", "resnet_lstm")
    assert {title(name) for name in claims.MODELS} == set(claims.TITLES.values())
    chapter = Path(__file__).parents[1] / "notebooks" / "07_claims.py"
    source = chapter.read_text(encoding="utf-8")
    assert "in claims.MODELS" in source
    assert "models.MODELS" not in source.replace("claims.MODELS", "")


# 9 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "trimmed", "verdict"),
    [
        ((0.8, 0.7), POOR, REPRODUCED),
        ((0.8, 0.7), GOOD, CONTRADICTED),
        ((0.3, 0.3), POOR, CONTRADICTED),
    ],
)
def test_h7_is_a_shortcut_that_is_there_and_used(baseline, trimmed, verdict):
    crossed = {("as is", "as is"): FAIR, ("as is", "trimmed"): trimmed}
    tables = part("E", {**crossed, "duration": baseline})
    (duration, *_) = tables.pop("duration")
    found = h7(tables, {"duration": duration}, n_replicates=200)
    assert found.verdict == verdict
    assert found.findings[0].name.startswith("EER, trained as is and tested trimmed")


@pytest.mark.parametrize(
    ("shuffled", "verdict"), [(POOR, REPRODUCED), (GOOD, CONTRADICTED)]
)
def test_h8_is_a_loss_by_shuffling(shuffled, verdict):
    tables = part("E", {"as is": FAIR, "shuffled": shuffled, "mean": GOOD})
    found = order.h8(tables, n_replicates=200)
    assert found.verdict == verdict
    assert [f.direction for f in found.findings] == [1, 0]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(FAIR, BIASED, REPRODUCED), (BIASED, FAIR, CONTRADICTED)],
)
def test_h9_is_a_bias_that_follows_the_prior(low, high, verdict):
    tables = part("E", {"low": low, "high": high, "weighted": FAIR})
    ratios = {1: tables["low"], 9: tables["high"]}
    found = prior.h9(ratios, tables["weighted"], n_replicates=200)
    assert found.verdict == verdict


def test_steps_are_shuffled_and_packed():
    torch.manual_seed(0)
    model = order.ResNet50LSTMPacked().eval()
    x = torch.randn(2, 1, 64, 257)
    x[0, ..., 128:] = x[0].min()  # filled up with silence
    with torch.inference_mode():
        packed = model(x)
        plain = order.ResNet50LSTM.forward(model, x)
        sequence = model.sequence(x)
        steps, _ = model.lstm(sequence[:1, :4])
        torch.testing.assert_close(packed[:1], model.fc(steps[:, -1]))
        torch.testing.assert_close(packed[1], plain[1])
        shuffled = order.ShuffledSteps(model)(x)
    assert (shuffled - plain).abs().max() > 1e-4
    assert order.ResNet50Mean().eval()(x).shape == (2, 2)


# 10 -----------------------------------------------------------------------------------


def test_power_is_that_of_a_simulation():
    estimate = Estimate(0.0, ((1e-4, 4), (4e-4, 39)), np.zeros(5))
    rng = np.random.default_rng(0)
    seeds = rng.normal(0, 1e-2, 20_000)
    speakers = rng.normal(0, 2e-2, 20_000)
    found = estimate.detectable() + seeds + speakers - estimate.half_width(0.05) > 0
    assert 0.78 < found.mean() < 0.95  # the interval is on the safe side

    times = estimate.more_speakers(0.035)
    more = Estimate(0.0, ((1e-4, 4), (4e-4 / times, 10**6)), np.zeros(5))
    assert more.half_width(0.05) == pytest.approx(0.035)
    assert estimate.more_speakers(0.01) == np.inf  # the seeds alone are wider
