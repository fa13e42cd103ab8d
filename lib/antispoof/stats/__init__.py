"""Intervals and tests: the sampling error of every number.

The steps: score tables -> :class:`Panel` (several models, several seeds, one set of
trials) -> :func:`resample` (every metric in every bootstrap replicate) ->
:class:`Estimate` (a value with its standard error) -> interval and p-value. The
hypotheses of the report are in :mod:`antispoof_report.claims`.

How intervals are made
----------------------
*Resampling.* Seeds are drawn, then speakers, each with all of their utterances. Each
stage draws one fewer than there are, with replacement, which makes the variance of a
mean unbiased however few there are (J. N. K. Rao and C. F. J. Wu, JASA 83, 1988).
Every model sees the same draws, so differences are paired. The utterances of the drawn
speakers are not drawn again: between several speakers their noise is already in the
differences and would count twice (A. C. Davison and D. V. Hinkley, *Bootstrap Methods
and Their Application*, 1997, section 3.8). With a single speaker utterances are drawn.

*Interval.* The variance that comes from seeds and the rest, which comes from speakers,
are taken apart; each gives a standard error times its own Student's t, and the two are
added in quadrature (see :class:`Estimate`). With three to five seeds, plain percentiles
are far too narrow. Fractions such as an accuracy or an EER have intervals that are
symmetrical in log-odds; differences have ordinary ones.

Thresholds (zero, chosen on dev, oracle) are the same in every replicate. A metric that
a plugin registers in ``METRICS`` is resampled like the others.
"""

from antispoof.stats.bootstrap import BootstrapResult, operating_thresholds, resample
from antispoof.stats.estimates import BootstrapDistribution, Estimate
from antispoof.stats.multiple_testing import holm
from antispoof.stats.paired_tests import McNemar, mcnemar
from antispoof.stats.panel import Panel, make_panel
from antispoof.stats.summaries import spoof_rate_curve, summary
