"""McNemar's test: do two systems err on the same trials equally often?"""

from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr


class McNemar(NamedTuple):
    """Discordant trials of two systems, and the mid-p value.

    Attributes
    ----------
    only_first, only_second : trials that only one of the two decided right.
    p : two-sided mid-p value of both being equally likely.
    """

    only_first: int
    only_second: int
    p: float


def mcnemar(first_right: ArrayLike, second_right: ArrayLike) -> McNemar:
    """McNemar's test with the mid-p value; apply it to each class by itself.

    M. W. Fagerland, S. Lydersen and P. Laake, "The McNemar test for binary
    matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC
    Medical Research Methodology 13, 2013. It takes trials to be independent, which the
    utterances of one speaker are not: it supports a bootstrap, and replaces none.

    Parameters
    ----------
    first_right, second_right : (n,) booleans, whether each system decided a trial
        right.

    Examples
    --------
    >>> mcnemar([True, True, True, False], [True, False, False, False])
    McNemar(only_first=2, only_second=0, p=0.25)
    """
    first_right = np.asarray(first_right, dtype=bool)
    second_right = np.asarray(second_right, dtype=bool)
    only_first = int((first_right & ~second_right).sum())
    only_second = int((~first_right & second_right).sum())
    fewer, n = min(only_first, only_second), only_first + only_second
    p = 2 * bdtr(fewer, n, 0.5) - comb(n, fewer) / 2**n
    return McNemar(only_first, only_second, float(min(p, 1.0)))
