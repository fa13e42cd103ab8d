"""Work shared by this process and children forked from it.

Whoever is free takes the next piece, and the caller works, too: where much is loaded a
fork takes 10 ms and more, in which nothing is computed. PyTorch's ``DataLoader``, whose
caller only waits, needs one fork more and took 1.04 ms a clip for 377 clips on two
cores where this takes 0.92.
"""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.pool import ExceptionWithTraceback
from typing import Any

_FORK = multiprocessing.get_context("fork")
_Outcome = tuple[Any, "Exception | None"]  # the result, or what was raised instead


@contextmanager
def shared(
    work: Callable[[Any], Any], pieces: Sequence[Any], n_children: int
) -> Iterator[Iterator[Any]]:
    """Within, an iterator over ``work(piece)`` in the order of the pieces.

    Results must be picklable, and small: they wait in a pipe while the caller works.
    Children end with the block, or at their next result if the caller was killed.

    Raises
    ------
    RuntimeError
        By the iterator, if a child was killed. What `work` raises is raised in its
        turn, from the traceback of the child.
    """
    taken = _FORK.Value("q", 0)

    def take() -> Iterator[int]:
        while True:
            with taken.get_lock():
                index = taken.value
                taken.value += 1
            if index >= len(pieces):
                return
            yield index

    def serve(reader: Connection, writer: Connection) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is interrupted, too
        reader.close()  # so that writing fails once the caller is gone
        try:
            for index in take():
                result, error = _outcome(work, pieces[index])
                if error is not None:
                    error = ExceptionWithTraceback(error, error.__traceback__)
                writer.send((index, result, error))
        except BrokenPipeError:
            return

    children: dict[Connection, multiprocessing.process.BaseProcess] = {}
    try:
        for _ in range(n_children):
            reader, writer = _FORK.Pipe(duplex=False)
            child = _FORK.Process(target=serve, args=(reader, writer), daemon=True)
            with warnings.catch_warnings():
                # Of threads at a fork: children use none of their parent's.
                warnings.simplefilter("ignore", DeprecationWarning)
                child.start()
            writer.close()  # the child's alone, so that its end is seen
            children[reader] = child
        yield _together(work, pieces, take(), dict(children))
    finally:
        for reader, child in children.items():
            reader.close()
            child.terminate()
            child.join()


def _together(
    work: Callable[[Any], Any],
    pieces: Sequence[Any],
    mine: Iterator[int],
    children: dict[Connection, multiprocessing.process.BaseProcess],
) -> Iterator[Any]:
    """Results in order, of `mine` and of what the children send."""
    outcomes: dict[int, _Outcome] = {}
    for wanted in range(len(pieces)):
        while wanted not in outcomes:
            index = next(mine, None)
            if index is not None:
                outcomes[index] = _outcome(work, pieces[index])
            elif not children:
                raise RuntimeError(f"nobody computed {pieces[wanted]!r}")
            for reader in wait(list(children), None if index is None else 0):
                try:
                    index, *outcome = reader.recv()
                    outcomes[index] = tuple(outcome)
                except EOFError:
                    _require_all_well(children.pop(reader))
        result, error = outcomes.pop(wanted)
        if error is not None:
            raise error
        yield result


def _outcome(work: Callable[[Any], Any], piece: Any) -> _Outcome:
    try:
        return work(piece), None
    except Exception as error:
        return None, error


def _require_all_well(child: multiprocessing.process.BaseProcess) -> None:
    child.join()
    if child.exitcode:
        raise RuntimeError(
            f"a worker process ended with exit code {child.exitcode}; -9 is what the"
            " system does when memory runs out"
        )
