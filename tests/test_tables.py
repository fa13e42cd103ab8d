"""Tables of results.

1. A table escapes its text, aligns numbers on the right, and has no index by default.
2. Results of runs are the metrics of their scores; every registered metric is in them.
3. Tables of runs show the mean and the deviation between seeds, and always-spoof.
4. All machines, corpora and caveats of a set of runs are described (B22).
5. An EER of fewer than ten trials of an attack is not shown (B12).
6. Comparisons show every operating point with intervals.
7. Every quoted name and every claim is glued, with or without runs.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from antispoof import metrics
from antispoof.config import TrainConfig
from antispoof.constants import label_indices
from antispoof.errors import ParameterError
from antispoof.runs import tables
from antispoof.stats import Estimate
from antispoof_report import report
from antispoof_report.claims.hypotheses import bootstrap_scores
from antispoof_report.claims.verdicts import Finding, Verdict
from antispoof_report.run_tables import mean_and_deviation
from corpora import trials_table

CORPUS = {
    "id": "made-up-12345678",
    "title": "a made-up corpus",
    "caveat": "It is made up.",
    "trials": {"train": 9, "dev": 120, "eval": 120},
    "n_train": 8,
}
CPU = {"device": "cpu", "cores": 2, "seconds": 60.0}


@dataclass
class FakeRun:
    """What tables read of a run."""

    config: TrainConfig
    seed: int
    corpus: dict = field(default_factory=lambda: CORPUS)
    environment: dict = field(default_factory=lambda: CPU)
    partitions: tuple = ("dev", "eval")

    def scores(self, partition):
        rng = np.random.default_rng([self.seed, len(self.config.model)])
        n = np.arange(self.corpus["trials"][partition])
        bonafide = n % 4 == 0
        attack = np.where(n < 7, "A19", "A07")  # five trials of A19
        score = rng.normal(size=n.size) + 2 * bonafide - 1
        options = {"attack": attack, "prefix": partition, "score": score}
        return trials_table(bonafide, n % 10, **options)

    def scores_and_labels(self, partition):
        trials = self.scores(partition)
        return trials["score"].to_numpy(), label_indices(trials["label"])


@pytest.fixture
def runs():
    configs = map(TrainConfig.for_model, ("resnet", "resnet_lstm", "cnn"))
    return [FakeRun(config, seed) for config in configs for seed in (1, 0)]


@pytest.fixture
def own_metric(monkeypatch):
    """A metric that a plugin has registered."""
    own = metrics.Metric("mean score", lambda scores, labels: scores.mean())
    monkeypatch.setitem(metrics.METRICS, "mean_score", own)


def frame():
    rows = [("<b>A01</b>", 25380, 0.12345, True), (None, 7, float("nan"), False)]
    columns = ["attack", "n", "eer", "known"]
    return pd.DataFrame(rows, index=["first", "second"], columns=columns)


def cells(html):
    return re.findall(r"<td[^>]*>(.*?)</td>", html)


def right_aligned(table):
    heads = re.findall(r'<th scope="col" style="([^"]*)">(\w+)</th>', table.html)
    return [name for style, name in heads if "text-align:right" in style]


# 1 ------------------------------------------------------------------------------------


def test_a_table_shows_values_for_reading():
    shown = report.table(frame(), caption='of "A" & <B>').html
    assert cells(shown) == [
        *("&lt;b&gt;A01&lt;/b&gt;", "25\u202f380", "0.123", "yes"),
        *("–", "7", "–", "no"),
    ]
    assert 'aria-label="of &#34;A&#34; &amp; &lt;B&gt;"' in shown
    assert "<caption>of &#34;A&#34; &amp; &lt;B&gt;</caption>" in shown


def test_numbers_are_on_the_right_also_as_text():
    assert right_aligned(report.table(frame())) == ["n", "eer"]
    numbers = {"mean": ["0.9 ± 0.1", "1"], "seeds": ["2 of 3", None]}
    numbers["interval"] = ["+0.1 to −0.2", "0.3 [0.1, 0.4]"]
    numbers["tiny"] = ["9e-14", "0.2"]
    texts = {"shape": ["1 × 64", "2"], "version": ["3.11.7 (main)", "2"]}
    shown = pd.DataFrame(numbers | texts | {"nothing": [None, None]})
    assert right_aligned(report.table(shown)) == list(numbers)


def test_the_index_is_shown_only_if_asked_for():
    assert "second" not in report.table(frame()).html
    html = report.table(frame(), index=True).html
    assert '<th scope="row" style="text-align:left">second</th>' in html


def test_formats_are_applied_and_checked():
    shown = cells(report.table(frame(), formats={"eer": ".1%"}).html)
    # A missing value is not formatted.
    assert (shown[2], shown[6]) == ("12.3\u202f%", "–")
    with pytest.raises(ParameterError, match=r"'err'.*'eer'"):
        report.table(frame(), formats={"err": ".1%"})


def test_a_table_can_hold_html_and_has_a_plain_form():
    clip = report.Html("<audio></audio>", "[sound]") + report.Html("<i></i>", "x")
    table = report.table(pd.DataFrame({"clip": [clip]}))
    assert "<audio></audio>\n<i></i>" in table.html
    assert "[sound]" in repr(table)


# 2 ------------------------------------------------------------------------------------


def test_results_are_the_metrics_of_the_scores(runs, own_metric):
    both = tables.results_frame(runs)
    found = both[both["partition"] == "eval"]
    assert len(both) == 2 * len(runs)
    for row, run in zip(found.itertuples(), runs, strict=True):
        scores, labels = run.scores_and_labels("eval")
        assert (row.model, row.seed, row.n) == (run.config.model, run.seed, 120)
        assert row.eer == metrics.eer(scores, labels)
        assert row.macro_f1 == metrics.macro_f1(scores, labels)
        assert row.mean_score == scores.mean()
        assert row.always_spoof_accuracy == np.mean(labels == 0)


def test_results_by_model(runs):
    assert list(tables.by_model(runs)) == ["cnn", "resnet", "resnet_lstm"]
    assert [run.seed for run in tables.by_model(runs)["cnn"]] == [0, 1]
    both = [run.scores_and_labels("eval") for run in runs[-2:]]
    mean = np.mean([metrics.confusion_matrix(*pair) for pair in both], axis=0)
    assert (tables.confusions(runs)["CNN", "eval"] == mean).all()
    assert tables.score_tables(runs, "dev")["cnn"][0].equals(runs[-1].scores("dev"))
    points = tables.thresholds(runs[0], "eval")
    dev = runs[0].scores_and_labels("dev")
    assert list(points) == ["zero", "dev", "oracle"]
    assert points["dev"] == metrics.choose_threshold(*dev, partition="dev")


def test_standard_metrics_are_means_over_seeds(runs, own_metric):
    found = tables.standard_metrics(runs)
    both = [run.scores_and_labels("eval") for run in runs[-2:]]
    assert found.loc["CNN", "auc"] == np.mean([metrics.auc(*pair) for pair in both])
    assert found.notna().all(axis=None)
    runs[0].partitions = runs[1].partitions = ("eval",)
    without = tables.standard_metrics(runs[:2])  # no dev, so no calibration
    assert np.isnan(without["cllr"]["ResNet50"])
    assert "mean score" in report.standard_metrics_table(without, caption="").html


# 3 ------------------------------------------------------------------------------------


def test_results_table(runs, own_metric):
    text = report.results_table(runs, caption="Results").text
    assert text.count("always “spoof”") == 2
    assert "0.75" in text  # the accuracy of always-spoof
    assert "mean score" in text
    column = tables.results_frame(runs).query("model == 'cnn' and partition == 'dev'")
    assert mean_and_deviation(column["accuracy"]) in text
    assert "no recorded runs" in report.results_table([], caption="Results").text


def test_mean_and_deviation():
    assert mean_and_deviation([0.5, 0.7]) == "0.60\u202f±\u202f0.14"
    assert mean_and_deviation([0.5], percent=True) == "50.0\u202f%"


# 4 ------------------------------------------------------------------------------------


def test_all_machines_of_runs_are_described(runs):
    """B22: the machine of the first run was named for all."""
    runs[1].environment = {"device": "NVIDIA T4", "cores": 4, "seconds": 30.0}
    runs[2].corpus = CORPUS | {"id": "other-12345678", "title": "another", "caveat": ""}
    text = report.describe_runs(runs).text
    assert "5 runs on a made-up corpus (train 9, dev 120, eval 120 clips)" in text
    assert "a machine with 2 cores and no GPU and a machine with one NVIDIA T4" in text
    assert "4 minutes in total. It is made up." in text  # 4 x 60 s and 30 s
    assert "1 runs on another" in text
    assert "no recorded runs" in report.describe_runs([]).text


# 5 ------------------------------------------------------------------------------------


def test_an_attack_of_few_trials_has_no_eer(runs):
    """B12: 5 trials of A19, 85 of A07."""
    rates = tables.per_attack_eer(runs, "eval")
    assert rates.index.tolist() == ["A07 (n = 85)", "A19 (n = 5)"]
    assert rates.loc["A19 (n = 5)"].isna().all()
    assert rates.loc["A07 (n = 85)"].between(0, 0.5).all()


# 6 ------------------------------------------------------------------------------------


def test_comparison_tables(runs, own_metric):
    parts = {part: tables.score_tables(runs, part) for part in ("dev", "eval")}
    resampled = bootstrap_scores(parts["eval"], dev=parts["dev"], n_replicates=20)
    text = report.comparison_table(resampled, caption="").text
    for words in ("chosen on dev", "oracle (no choice)", "always-spoof", "0.75"):
        assert words in text
    low, high = resampled.interval("accuracy", "cnn", at="dev")
    assert f"[{low:.2f}, {high:.2f}]" in text
    text = report.threshold_free_table(resampled, caption="").text
    assert "EER" in text
    assert "mean score" in text


# 7 ------------------------------------------------------------------------------------


def test_every_quoted_name_is_glued(runs, glued):
    report.glue_results("none", [])
    assert set(glued.values()) == {"—"}
    names = {name.removeprefix("none_") for name in glued}
    glued.clear()
    report.glue_results("all", runs)
    assert {name.removeprefix("all_") for name in glued} == names
    assert (glued["all_n_eval"], glued["all_seeds"]) == ("120", "2")
    assert glued["all_always_spoof_dev_accuracy"] == "0.75"
    assert glued["all_order_dev"].startswith(f"{glued['all_best_dev']} > ")


def test_every_claim_has_a_sentence_tested_or_not(glued):
    report.glue_verdicts([Verdict("H2", "A.", "contradicted", "It is not.", ())], "_x")
    assert glued["H2_x_verdict"] == "contradicted"
    assert glued["H2_x_sentence"] == "It is not."
    assert glued["H4_x_verdict"] == "not tested"
    assert len(glued) == 2 * 9


def test_verdicts_of_both_sets_with_their_power():
    sources = ((1e-6, 2), (4e-4, 20))
    noisy, found = ((1e-2, 2), (4e-4, 20)), []
    cases = [("H1", 0.2, sources, 0.001), ("H1", 0.02, sources, 0.5)]
    cases += [("H2", 0.02, noisy, 0.5), ("H3", 0.2, sources, 0.5)]
    for key, value, variances, p in cases:
        one = Finding("x", Estimate(value, variances, np.full(3, value)), 1, 0.005, p)
        found.append(Verdict(key, f"Claim {key}.", one.verdict, "", (one,)))
    parts, clips = {"dev": found[:1], "eval": found[1:]}, {"dev": 500, "eval": 60}
    text = report.verdicts_table(parts, clips, caption="c").text
    rows = text.splitlines()[2:]
    assert rows[0].endswith("decided")
    times = found[1].findings[0].estimate.more_speakers(0.015)
    assert rows[1].endswith(f" {round(60 * times, -2):.0f}")
    assert (rows[2][-16:], rows[3][-15:]) == ("more seeds first", "not clips alone")
    assert ["Claim H1." in row for row in rows] == [True, False, False, False]
