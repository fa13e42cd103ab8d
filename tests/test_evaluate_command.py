"""``antispoof evaluate``: what it holds.

1. JSON has exactly the documented keys, and the metrics' values; null where something
   was not given.
2. The table for people shows the three operating points beside both constant answers,
   every attack, and intervals.
3. A reversed sign is a sentence on stderr, with the answer as it stands.
4. Wrong usage ends with status 2; bad files raise their one sentence.
"""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from antispoof.cli.evaluate import evaluate
from antispoof.errors import CorpusError, ScoreError

GOLDEN = Path(__file__).parent / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["eval"]
SCORES, PROTOCOL = GOLDEN / "eval-4-columns.txt", GOLDEN / "eval-protocol.txt"
DEV = (
    *("--dev-scores", GOLDEN / "dev-4-columns.txt"),
    *("--dev-protocol", GOLDEN / "dev-protocol.txt"),
)
ASV = ("--asv-scores", GOLDEN / "asv.txt")

app = typer.Typer()
app.command()(evaluate)


def run(*words, **options):
    return CliRunner().invoke(app, [str(word) for word in words], **options)


def answer(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# 1 ------------------------------------------------------------------------------------


def test_json_in_full():
    found = answer(SCORES, "--protocol", PROTOCOL, *ASV, *DEV, "--replicates", 40)
    assert set(found) == {"eer", "min_tdcf", "at", "per_attack", "ci", "n"}
    assert found["eer"] == pytest.approx(EXPECTED["eer"], abs=1e-12)
    assert found["min_tdcf"] == pytest.approx(EXPECTED["min_tdcf"]["2019"], abs=1e-12)
    assert found["n"] == {"bonafide": 24, "spoof": 96}
    assert found["per_attack"] == pytest.approx(EXPECTED["per_attack"], abs=1e-12)
    assert set(found["at"]) == {"zero", "dev", "oracle"}
    rates = {"accuracy", "macro_f1", "balanced_accuracy"}
    for name, point in found["at"].items():
        assert set(point) == rates | {"confusion"}
        assert point["confusion"] == EXPECTED["at"][name]["confusion"]
    values = {"eer": found["eer"], "min_tdcf": found["min_tdcf"]}
    values |= {f"per_attack.{a}": error for a, error in found["per_attack"].items()}
    values |= {
        f"at.{name}.{rate}": point[rate]
        for name, point in found["at"].items()
        for rate in rates
    }
    assert set(found["ci"]) == set(values)
    for key, (low, high) in found["ci"].items():
        assert 0 <= low <= values[key] <= high <= 1
        assert low < high


def test_json_without_options():
    found = answer(SCORES, "--protocol", PROTOCOL, "--replicates", 0)
    assert found["min_tdcf"] is None
    assert found["at"]["dev"] is None
    assert found["ci"] == {}


def test_json_is_repeatable():
    words = (SCORES, "--protocol", PROTOCOL, "--replicates", 20)
    assert answer(*words) == answer(*words)


# 2 ------------------------------------------------------------------------------------


def test_tables_for_people():
    result = run(
        *(SCORES, "--protocol", PROTOCOL, *ASV, *DEV, "--replicates", 20),
        env={"COLUMNS": "80"},
    )
    assert result.exit_code == 0, result.output
    for words in (
        "24 bona fide and 96 spoof trials",
        "EER 14.06 % (",
        "min t-DCF 0.3662 (",
        "0.4738 by the revisited",
        "zero",
        "score > 0.2",
        "oracle",
        "no result",
        "always spoof",
        "always bonafide",
        "0.8000",  # accuracy of always-spoof
        "A01",
        "A02",
        "A03",
    ):
        assert words in " ".join(result.stdout.split()), words
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "…" not in result.stdout


def test_tables_say_what_was_not_given():
    result = run(SCORES, "--protocol", PROTOCOL, "--replicates", 0)
    assert "no threshold was chosen on dev" in result.stdout
    assert "t-DCF" not in result.stdout


# 3 ------------------------------------------------------------------------------------


def test_a_reversed_sign():
    words = (GOLDEN / "eval-reversed.csv", "--protocol", PROTOCOL, "--replicates", 0)
    as_it_is = run(*words, "--json")
    assert as_it_is.exit_code == 0
    assert "Warning:" in as_it_is.stderr
    assert "--negate" in as_it_is.stderr
    assert json.loads(as_it_is.stdout)["eer"] == pytest.approx(1 - EXPECTED["eer"])
    negated = run(*words, "--json", "--negate")
    assert "Warning" not in negated.stderr
    assert json.loads(negated.stdout)["eer"] == pytest.approx(EXPECTED["eer"])


# 4 ------------------------------------------------------------------------------------


def test_usage_errors():
    assert run(SCORES).exit_code == 2
    assert run(SCORES, "--protocol", PROTOCOL, *DEV[:2]).exit_code == 2
    assert run(SCORES, "--protocol", PROTOCOL, "--replicates", -1).exit_code == 2


def test_bad_files():
    with pytest.raises(CorpusError, match="does not exist"):
        run(SCORES, "--protocol", GOLDEN / "no.txt", catch_exceptions=False)
    with pytest.raises(ScoreError, match="not in protocol"):
        run(
            *(SCORES, "--protocol", GOLDEN / "dev-protocol.txt"),
            catch_exceptions=False,
        )
