"""The same work on many pieces, on all cores, with the results in order.

Processes where they can be forked: the work is many short calls, and threads would
wait for the interpreter in between. PyTorch's ``DataLoader`` keeps the processes, so
that none outlives its parent, and forks them, so that nothing is imported anew.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

FORKS = sys.platform == "linux"  # elsewhere system libraries do not bear it


@contextmanager
def in_order(
    work: Callable[[Any], Any], pieces: Sequence[Any], jobs: int
) -> Iterator[Iterator[Any]]:
    """Within, an iterator over ``work(piece)``; torch computes with one thread each.

    Parameters
    ----------
    work : its results must be small and picklable. What it raises is raised by the
        iterator: as it is, or, from a process, as the same type with the traceback in
        its words.
    jobs : workers, from 1 on; with 1 the caller does the work.
    """
    jobs = min(jobs, len(pieces))
    threads = torch.get_num_threads()
    # Many pieces side by side keep the cores busier than one piece on all of them.
    torch.set_num_threads(1)
    try:
        if jobs <= 1:
            yield map(work, pieces)
        elif FORKS:
            with closing(_forked(work, pieces, jobs)) as results:
                yield results
        else:
            with ThreadPoolExecutor(jobs) as pool:
                try:
                    yield pool.map(work, pieces)
                finally:
                    pool.shutdown(cancel_futures=True)
    finally:
        torch.set_num_threads(threads)


@dataclass
class _Pieces(Dataset):
    work: Callable[[Any], Any]
    pieces: Sequence[Any]

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, index: int) -> Any:
        return self.work(self.pieces[index])


def _forked(
    work: Callable[[Any], Any], pieces: Sequence[Any], jobs: int
) -> Generator[Any, None, None]:
    with warnings.catch_warnings():
        # Of threads at a fork: the children use none of the parent's. Of more workers
        # than cores: the caller asked for them.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "This DataLoader will create", UserWarning)
        loader = DataLoader(
            _Pieces(work, pieces),
            batch_size=None,
            collate_fn=_as_it_is,
            num_workers=jobs,
            multiprocessing_context="fork",
            generator=torch.Generator(),  # not one number of the caller's is drawn
        )
        results = iter(loader)
    yield from results


def _as_it_is(result: Any) -> Any:
    return result
