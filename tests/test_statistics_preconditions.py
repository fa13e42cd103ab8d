"""Contracts of preconditions.

1. A model above the limit on dev is named with its EER; one below is not.
2. Verdicts that compare models become undecided and say why; H5 and findings stay.
3. Where every model has learned, verdicts come back as they are.
"""

import numpy as np
import pandas as pd
import pytest

from antispoof.stats import Estimate
from antispoof_report.claims.preconditions import LEARNED, gate_on_dev_eer, undertrained
from antispoof_report.claims.verdicts import Finding, Verdict


def table(distance):
    noise = np.random.default_rng(1).standard_normal(400)
    label = np.array(["spoof", "bonafide"] * 200)
    return pd.DataFrame(
        {
            "utt_id": [f"u{i}" for i in range(400)],
            "speaker": [f"s{i % 8}" for i in range(400)],
            "attack": np.where(label == "spoof", "A01", "-"),
            "label": label,
            "score": noise + distance * (label == "bonafide"),
        }
    )


@pytest.fixture
def verdicts():
    finding = Finding(
        "f", Estimate(0.15, ((0.0025, 1),), np.array([0.1, 0.2])), 1, 0.01, 0.5
    )
    return [
        Verdict(key, "claim", "contradicted", "It is so.", (finding,))
        for key in ("H1", "H5")
    ]


def test_a_model_near_chance_is_named():
    found = undertrained({"cnn": [table(4.0)], "resnet": [table(0.1)]})
    assert list(found) == ["resnet"]
    assert LEARNED < found["resnet"] < 0.6


def test_comparisons_are_withheld_and_the_rest_stays(verdicts):
    dev = {"cnn": [table(4.0)], "resnet": [table(0.1)]}
    h1, h5 = gate_on_dev_eer(verdicts, dev)
    assert h1.verdict == "undecided"
    assert "ResNet50 (" in h1.sentence
    assert "It is so." in h1.sentence
    assert h1.findings == verdicts[0].findings
    assert h5 == verdicts[1]


def test_learned_models_keep_their_verdicts(verdicts):
    assert gate_on_dev_eer(verdicts, {"cnn": [table(4.0)]}) == verdicts
