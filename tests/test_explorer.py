"""The score explorer: its data, and what the page's script shows.

Contracts:
1. A panel's bins give the confusion matrix at each threshold, for any scores; the
   operating points are among the thresholds.
2. The script's numbers equal the library's: confusion matrix, accuracy, macro-F1, both
   error rates, EER, and the constant answer; also those of one attack, and those that
   another share of fakes would give. It names the clips nearest to the threshold.
3. The explorer holds every run on both partitions, evaluation first, on one axis; it is
   small, and no name can end its element; without runs it is a sentence.
4. In a browser the explorer replaces the picture; the threshold is moved by drag, keys
   and buttons, the numbers follow, and print shows the picture. With another share of
   fakes, accuracy moves and the EER stays.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antispoof import metrics, models, runs
from antispoof.metrics import rates
from antispoof_report import report
from antispoof_report.score_explorer import panel
from conftest import run_node

SCRIPT = Path(__file__).resolve().parents[1] / "book" / "_static" / "explorer.js"
REFERENCE = Path(__file__).resolve().parents[1] / "data/study/la/main"

READ = """
(explorer, { panels, trials, bars }) => panels.map((panel) => {
  const of = trials[`${panel.group}/${panel.partition}`];
  const all = explorer.select(panel, of, bars);
  const one = explorer.select(panel, of, bars, of.attacks.find((name) => name !== "-"));
  const matrices = panel.thresholds.map((_, k) => explorer.confusion(all, k));
  return {
    constant: explorer.measures(explorer.alwaysSpoof(all)),
    at: matrices.map((matrix) => ({ matrix, ...explorer.measures(matrix) })),
    half: matrices.map((matrix) => explorer.measures(matrix, 0.5)),
    nearest: panel.thresholds.map((t) => explorer.nearest(panel, t)),
    eer: explorer.equalErrorRate(all),
    shown: all.bars,
    one: one.counts.map((counts) => counts.reduce((a, b) => a + b)),
    near: explorer.nearClips(all, panel.points.zero),
  };
})
"""

trial = st.tuples(st.integers(-40, 40).map(lambda n: n / 8), st.booleans())
some_scores = st.lists(trial, min_size=2, max_size=40).filter(
    lambda trials: len({label for _, label in trials}) == 2
)


@given(some_scores)
@settings(max_examples=60, deadline=None)
def test_counts_are_exact_at_the_operating_points(trials):  # 1
    scores, labels = (np.array(column) for column in zip(*trials, strict=True))
    oracle = metrics.oracle_threshold(scores, labels)
    points = {"zero": 0.0, "dev": float(scores[0]), "oracle": oracle}
    made = panel(scores, points, (scores.min(), scores.max()))
    bins = np.array(made["bins"])
    for name, threshold in points.items():
        matrix = metrics.confusion_matrix(scores, labels, threshold=threshold)
        for label in (0, 1):
            above = bins[labels == label] > made["points"][name]
            assert above.sum() == matrix[label, 1]
    # At both ends the answer is constant.
    assert (bins > 0).all()
    assert (bins < len(made["thresholds"])).all()


def reference_data():
    shown = report.explorer({"real": runs.list_runs(REFERENCE)}, figure="fig-x")
    return json.loads(re.search(r"json\">(.*)</script>", shown.html)[1])


def test_the_script_counts_as_the_library_does():  # 2
    made = reference_data()
    output = run_node(READ, SCRIPT, made)
    every = runs.list_runs(REFERENCE)
    recorded = {(models.title(r.config.model), r.seed): r for r in every}
    for one, found in zip(made["panels"], output, strict=True):
        run = recorded[one["model"], one["seed"]]
        part = "dev" if "dev" in one["partition"] else "eval"
        scores, labels = run.scores_and_labels(part)
        for name, threshold in runs.tables.thresholds(run, part).items():
            matrix = metrics.confusion_matrix(scores, labels, threshold=threshold)
            at = found["at"][one["points"][name]]
            assert at["matrix"] == matrix.tolist()
            assert at["accuracy"] == pytest.approx(rates.accuracy(matrix))
            assert at["macroF1"] == pytest.approx(rates.macro_f1(matrix))
            assert at["miss"] == pytest.approx(1 - rates.recall_bonafide(matrix))
            assert at["falseAlarm"] == pytest.approx(1 - rates.recall_spoof(matrix))
        # No threshold beats the oracle, also not in the script's arithmetic.
        best = max(at["macroF1"] for at in found["at"])
        assert found["at"][one["points"]["oracle"]]["macroF1"] == pytest.approx(best)
        constant = rates.constant_answer(matrix, 0)
        assert found["constant"]["accuracy"] == pytest.approx(rates.accuracy(constant))
        assert found["constant"]["macroF1"] == pytest.approx(rates.macro_f1(constant))
        assert found["nearest"] == list(range(len(one["thresholds"])))
        assert found["eer"] == pytest.approx(metrics.eer(scores, labels), abs=0.02)
        assert [sum(bars) for bars in found["shown"]] == np.bincount(labels).tolist()
        attacks = run.scores(part)["attack"]
        first = next(name for name in attacks if name != "-")
        assert found["one"] == [(attacks == first).sum(), (labels == 1).sum()]
        for at, half in zip(found["at"], found["half"], strict=True):
            balanced = 1 - (at["miss"] + at["falseAlarm"]) / 2
            assert half["accuracy"] == pytest.approx(balanced)
            assert half["miss"] == at["miss"]
        bins = np.array(one["bins"])
        gaps = np.abs(bins - 0.5 - one["points"]["zero"])
        ids = run.scores(part)["utt_id"]
        assert found["near"][0].split()[0] in set(ids[gaps == gaps.min()])


def test_the_data_are_complete_small_and_escaped():  # 3
    recorded, made = runs.list_runs(REFERENCE), reference_data()["panels"]
    assert len(made) == 2 * len(recorded)
    assert "evaluation" in made[0]["partition"]
    axes = {(one["partition"], one["low"], one["high"]) for one in made}
    assert len({high - low for _, low, high in axes}) <= 4  # ends may be a threshold
    shown = report.explorer({"</script><b>": recorded, "none": []}, figure='"><b>')
    assert shown.html.count("</script>") == 1
    assert "<b>" not in shown.html
    assert len(shown.html) < 3_000 * len(made)
    assert "no recorded runs" in report.explorer({"none": []}, figure="fig-x").text


def test_in_a_browser(tmp_path, browser_page):  # 4
    """A page of one figure and its explorer, in a browser of phone size."""
    styles = SCRIPT.with_suffix(".css")
    shown = report.explorer({"real": runs.list_runs(REFERENCE)}, figure="fig-x")
    html = f"""<link rel="stylesheet" href="{styles.as_uri()}">
    <figure id="fig-x" style="margin: 0"><img width="9" height="9"></figure>
    {shown.html}<script src="{SCRIPT.as_uri()}"></script>"""
    phone = {"width": 360, "height": 800}
    page = browser_page(tmp_path / "page.html", html, viewport=phone)
    still, live = page.locator("#fig-x img"), page.locator("#fig-x .explorer")
    assert live.is_visible()
    assert not still.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    data = reference_data()
    made = data["panels"][0]
    labels = data["trials"][f"real/{made['partition']}"]["labels"]
    of_real = [bin for bin, label in zip(made["bins"], labels, strict=True) if label]

    def check(position, text=" ("):
        missed = live.locator("tbody tr").nth(1).locator("td").first.inner_text()
        assert missed.startswith(f"{sum(x <= position for x in of_real)}{text}")

    check(made["points"]["zero"])
    live.get_by_role("button", name="Chosen on dev").click()
    check(made["points"]["dev"])
    live.get_by_role("slider", name="Threshold").press("ArrowRight")
    check(made["points"]["dev"] + 1)
    values = live.locator("table").nth(1).locator("td")
    before = values.all_inner_texts()
    live.get_by_role("slider", name="Share of fakes").press("End")
    after = values.all_inner_texts()
    assert after[0] != before[0]
    assert after[-2] == before[-2]

    box = live.locator(".explorer-plot").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 80)
    page.mouse.up()
    check(len(made["thresholds"]), " (100.0")

    page.emulate_media(media="print")
    assert still.is_visible()
    assert not live.is_visible()
