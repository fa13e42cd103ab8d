"""The same work on many pieces, on all cores, with the results in order.

Processes where they can be forked, so that nothing is imported anew: the work is many
short calls, and threads would wait for the interpreter in between.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch

FORKS = sys.platform == "linux"  # elsewhere system libraries do not bear it


@contextmanager
def in_order(
    work: Callable[[Any], Any], pieces: Sequence[Any], jobs: int
) -> Iterator[Iterator[Any]]:
    """Within, an iterator over ``work(piece)``; torch computes with one thread each.

    Parameters
    ----------
    work : its results must be small and picklable. What it raises is raised by the
        iterator.
    jobs : workers, from 1 on, of which the caller is one where processes are forked.
    """
    jobs = min(jobs, len(pieces))
    threads = torch.get_num_threads()
    # Many pieces side by side keep the cores busier than one piece on all of them.
    torch.set_num_threads(1)
    try:
        if jobs <= 1:
            yield map(work, pieces)
        elif FORKS:
            from antispoof.frontends.forking import shared_with_children

            with shared_with_children(work, pieces, jobs - 1) as results:
                yield results
        else:
            with ThreadPoolExecutor(jobs) as pool:
                try:
                    yield pool.map(work, pieces)
                finally:
                    pool.shutdown(cancel_futures=True)
    finally:
        torch.set_num_threads(threads)
