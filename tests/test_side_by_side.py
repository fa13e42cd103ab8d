"""Work on all cores: results in order, errors as they are, nothing left changed.

1. Results come in the order of the pieces, with workers and without.
2. What the work raises reaches the caller as its own type.
3. Random numbers and threads are afterwards as they were.
4. Workers end with the block, also when it is left early.
5. A worker that is killed is told; when the caller is killed, its workers end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import warnings
from pathlib import Path

import pytest
import torch

from antispoof.errors import AudioError
from antispoof.frontends import side_by_side
from antispoof.frontends.side_by_side import in_order

forks = pytest.mark.skipif(not side_by_side.FORKS, reason="nothing is forked here")

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


def refusing(error: Exception):
    """Work that a child refuses and its caller does."""
    caller = os.getpid()

    def refuse_in_a_child(piece: int) -> int:
        time.sleep(0.02)
        if os.getpid() != caller:
            raise error
        return piece

    return refuse_in_a_child


@forks
def test_errors_of_children():
    with (
        pytest.raises(AudioError, match="no sound") as caught,
        in_order(refusing(AudioError("no sound")), range(20), 2) as results,
    ):
        list(results)
    assert "refuse_in_a_child" in str(caught.value.__cause__)  # where it happened


class OddError(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")


@forks
def test_errors_that_do_not_bear_the_pipe():
    with (
        pytest.raises(RuntimeError, match="OddError: this and that"),
        in_order(refusing(OddError("this", "that")), range(20), 2) as results,
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


def slow(piece: int) -> int:
    time.sleep(0.02)
    return piece


@forks
def test_workers_end():
    before = set(multiprocessing.active_children())
    with in_order(slow, range(1_000), 3) as results:
        assert len(set(multiprocessing.active_children()) - before) == 2
        next(results)
    assert set(multiprocessing.active_children()) <= before


# 5


@forks
def test_a_killed_worker_is_told():
    caller = os.getpid()

    def die_in_a_child(piece: int) -> int:
        if os.getpid() != caller:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)  # the children get pieces, too
        return piece

    with (
        pytest.raises(RuntimeError, match="exit code -9"),
        in_order(die_in_a_child, range(100), 3) as results,
    ):
        list(results)


@forks
def test_workers_end_with_a_killed_caller(tmp_path):
    def note_who(piece: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(0.02)
        return piece

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads at a fork
        caller = os.fork()
    if not caller:
        try:
            with in_order(note_who, range(10_000), 4) as results:
                list(results)
        finally:
            os._exit(1)
    assert _soon(lambda: len(list(tmp_path.iterdir())) == 4)
    os.kill(caller, signal.SIGKILL)
    os.waitpid(caller, 0)
    workers = {int(path.name) for path in tmp_path.iterdir()} - {caller}
    assert _soon(lambda: not any(map(_runs, workers)))


def _soon(holds) -> bool:
    last = time.monotonic() + 10
    while not holds() and time.monotonic() < last:
        time.sleep(0.01)
    return holds()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
