"""Work on all cores: results in order, errors as they are, nothing left changed.

1. Results come in the order of the pieces, with workers and without.
2. What the work raises reaches the caller as its own type.
3. Random numbers and threads are afterwards as they were.
4. Workers end with the block, also when it is left early.
"""

from __future__ import annotations

import multiprocessing
import os
import time

import pytest
import torch

from antispoof.errors import AudioError
from antispoof.features import side_by_side
from antispoof.features.side_by_side import in_order

# 1


@pytest.mark.parametrize("forks", [True, False])
@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_order(monkeypatch, forks, jobs):
    monkeypatch.setattr(side_by_side, "FORKS", forks and side_by_side.FORKS)

    def late_if_early(piece: int) -> tuple[int, int]:
        time.sleep(0.02 * (piece == 0))
        return piece * piece, torch.get_num_threads()

    with in_order(late_if_early, range(5), jobs) as results:
        assert list(results) == [(n * n, 1) for n in range(5)]


def test_nothing_to_do():
    with in_order(os.stat, [], 4) as results:
        assert list(results) == []


# 2


def test_errors():
    def refuse(piece: int) -> int:
        raise AudioError(f"no sound in {piece}")

    with (
        pytest.raises(AudioError, match="no sound in 0"),
        in_order(refuse, range(4), 2) as results,
    ):
        list(results)


# 3


def test_nothing_is_left_changed():
    threads = torch.get_num_threads()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with in_order(abs, range(4), 2) as results:
        list(results)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


# 4


@pytest.mark.skipif(not side_by_side.FORKS, reason="no processes on this system")
def test_workers_end():
    before = set(multiprocessing.active_children())
    with in_order(abs, range(100), 2) as results:
        next(results)
        assert len(set(multiprocessing.active_children()) - before) == 2
    assert set(multiprocessing.active_children()) <= before
