"""Nothing is ever chosen on eval.

1. A threshold or a calibration takes the partition that it is chosen on, and "eval" and
   unknown names raise. (That dev thresholds ignore eval: see the tests of statistics.)
2. Every function of the library named choose_..., select_... or the like that takes
   scores takes a partition too.
"""

import ast
from pathlib import Path

import numpy as np
import pytest

import antispoof
from antispoof import metrics
from antispoof.calibration import Calibration
from antispoof.errors import ParameterError

LIBRARY = Path(antispoof.__file__).parent
SCORES, LABELS = np.array([-2.0, -1.0, 1.0, 3.0]), np.array([0, 0, 1, 1])


def functions(folder):
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(LIBRARY)}:{node.name}", node


def arguments(node):
    given = node.args
    return {arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


@pytest.mark.parametrize("choose", [metrics.choose_threshold, Calibration.fit])
def test_choosing_on_eval_is_refused(choose):
    for partition in ("train", "dev"):
        choose(SCORES, LABELS, partition=partition)
    for partition in ("eval", "test"):
        with pytest.raises(ParameterError, match="'train' and 'dev'"):
            choose(SCORES, LABELS, partition=partition)
    with pytest.raises(TypeError, match="partition"):
        choose(SCORES, LABELS)


def test_every_function_that_chooses_by_scores_takes_the_partition():
    choosing = {
        where: arguments(node)
        for where, node in functions(LIBRARY)
        if node.name.startswith(("choose_", "select_", "pick_", "tune_"))
        and "scores" in arguments(node)
    }
    assert "metrics/thresholds.py:choose_threshold" in choosing
    assert all("partition" in names for names in choosing.values()), choosing
