"""``antispoof evaluate``.

1. JSON has exactly the documented keys, and the metrics' values; null where something
   was not given or is not a measurement (B12).
2. The tables show the three operating points, both constant answers, every attack,
   and intervals.
3. A registered metric is in the JSON, in the tables and has an interval.
4. A reversed sign is a warning on stderr; the result is unchanged.
5. Wrong usage ends with status 2; bad files raise one sentence.
"""

import json
import re
from pathlib import Path

import pytest

from antispoof.metrics import METRICS, Metric, select_metrics

GOLDEN = Path(__file__).parent / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["eval"]
SCORES, PROTOCOL = GOLDEN / "eval-4-columns.txt", GOLDEN / "eval-protocol.txt"
DEV = ("--dev-scores", GOLDEN / "dev-4-columns.txt")
DEV += ("--dev-protocol", GOLDEN / "dev-protocol.txt")
ASV = ("--asv-scores", GOLDEN / "asv.txt")


@pytest.fixture
def run(antispoof):
    return lambda *words: antispoof("evaluate", *words)


@pytest.fixture
def answer(run):
    def read(*words):
        result = run(*words, "--json")
        assert result.status == 0, result.err
        return json.loads(result.out)

    return read


# 1 ------------------------------------------------------------------------------------


def test_json_in_full(answer):
    found = answer(SCORES, "--protocol", PROTOCOL, *ASV, *DEV, "--replicates", 40)
    assert set(found) == {"eer", "min_tdcf", "at", "per_attack", "ci", "n", "metrics"}
    assert found["eer"] == pytest.approx(EXPECTED["eer"], abs=1e-12)
    assert found["min_tdcf"] == pytest.approx(EXPECTED["min_tdcf"]["2019"], abs=1e-12)
    assert found["n"] == {"bonafide": 24, "spoof": 96}
    assert found["per_attack"] == pytest.approx(EXPECTED["per_attack"], abs=1e-12)
    assert list(found["metrics"]) == list(METRICS)
    assert None not in found["metrics"].values()
    assert set(found["at"]) == {"zero", "dev", "oracle"}
    values = {"eer": found["eer"], "min_tdcf": found["min_tdcf"]}
    for name, point in found["at"].items():
        assert point.pop("confusion") == EXPECTED["at"][name]["confusion"]
        assert set(point) == {"accuracy", "macro_f1", "balanced_accuracy"}
        values |= {f"at.{name}.{rate}": value for rate, value in point.items()}
    for name in ("eer", *select_metrics("confusion")):
        values[f"metrics.{name}"] = found["metrics"][name]
    values |= {f"per_attack.{a}": error for a, error in found["per_attack"].items()}
    assert set(found["ci"]) == set(values)
    for key, (low, high) in found["ci"].items():
        assert 0 <= low <= values[key] <= high <= 1
        assert low < high


def test_without_options(run, answer):
    found = answer(SCORES, "--protocol", PROTOCOL, "--replicates", 0)
    assert found["min_tdcf"] is found["at"]["dev"] is None
    assert found["metrics"]["cllr"] is None  # it needs calibration on dev
    assert found["ci"] == {}
    result = run(SCORES, "--protocol", PROTOCOL, "--replicates", 0)
    assert "t-DCF" not in result.out


def test_an_attack_of_few_trials_has_no_eer(run, answer, tmp_path):
    """B12: null in the JSON, no interval, and "n < 10" in the table."""
    files = [tmp_path / "[red]scores[0].txt", tmp_path / "protocol.txt"]
    for file, source in zip(files, (SCORES, PROTOCOL), strict=True):
        lines = source.read_text().splitlines()
        spoof = [line for line in lines if "A01" in line]
        file.write_text("\n".join(set(lines) - set(spoof[9:])))
    words = files[0], "--protocol", files[1], "--replicates", 20
    found = answer(*words)
    assert found["per_attack"]["A01"] is None
    assert found["per_attack"]["A02"] == pytest.approx(EXPECTED["per_attack"]["A02"])
    assert "per_attack.A01" not in found["ci"]
    # The name is text, not markup.
    assert re.search(r"/\[red\]scores.*A01 +9 +n < 10", run(*words).out, re.DOTALL)


# 2 ------------------------------------------------------------------------------------


def test_tables_for_people(run, monkeypatch):
    words = (SCORES, "--protocol", PROTOCOL, *ASV, *DEV, "--replicates", 20)
    monkeypatch.setenv("COLUMNS", "80")
    result = run(*words)
    assert result.status == 0, result.err
    for part in (
        *("24 bona fide and 96 spoof trials", "EER 14.06 % (", "min t-DCF 0.3662 ("),
        *("min t-DCF", "zero", "score > 0.2", "oracle", "not a result"),
        *("always spoof", "0.800", "always bonafide", "A01", "A02", "A03"),
    ):
        assert part in " ".join(result.out.split()), part
    assert max(map(len, result.out.splitlines()[1:])) <= 80  # the first has a path


# 3 ------------------------------------------------------------------------------------


def test_a_registered_metric_is_everywhere(run, answer, monkeypatch):
    own = Metric("mean score", lambda scores, labels: scores.mean(), bounded=False)
    monkeypatch.setitem(METRICS, "mean_score", own)
    words = (SCORES, "--protocol", PROTOCOL, "--replicates", 20)
    found = answer(*words)
    low, high = found["ci"]["metrics.mean_score"]
    assert low < found["metrics"]["mean_score"] < high < 0
    shown = " ".join(run(*words).out.split())
    assert f"mean score {found['metrics']['mean_score']:.4f} (" in shown


# 4 ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("default")
def test_a_reversed_sign(run):
    words = (GOLDEN / "eval-reversed.csv", "--protocol", PROTOCOL, "--replicates", 0)
    as_it_is = run(*words, "--json")
    assert as_it_is.status == 0
    assert "Warning:" in as_it_is.err
    assert "--negate" in as_it_is.err
    assert json.loads(as_it_is.out)["eer"] == pytest.approx(1 - EXPECTED["eer"])
    negated = run(*words, "--json", "--negate")
    assert "Warning" not in negated.err
    assert json.loads(negated.out)["eer"] == pytest.approx(EXPECTED["eer"])


# 5 ------------------------------------------------------------------------------------


def test_usage_errors(run):
    assert run(SCORES).status == 2
    assert run(SCORES, "--protocol", PROTOCOL, *DEV[:2]).status == 2
    assert run(SCORES, "--protocol", PROTOCOL, "--replicates", -1).status == 2
    bad = run(SCORES, "--protocol", GOLDEN / "dev-protocol.txt")
    assert (bad.status, "not in protocol" in bad.err) == (1, True)
