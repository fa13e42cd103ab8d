"""Front-ends (waveform -> features, as ``nn.Module``) and the on-disk feature cache.

A new front-end is one file with ``@register_frontend`` and one import here (or a
plugin); :class:`FrontEnd` says what it must have.
"""

from antispoof.frontends.cache import FeatureSet, load_features
from antispoof.frontends.distilled import Distilled
from antispoof.frontends.distilled_dynamics import DistilledDynamics
from antispoof.frontends.dynamics import Dynamics
from antispoof.frontends.filter_bank import FilterBank
from antispoof.frontends.lfcc import LFCC
from antispoof.frontends.linear import LogLinear
from antispoof.frontends.logmel import LogMel
from antispoof.frontends.registry import (
    FRONTENDS,
    FrontEnd,
    build,
    fix_length,
    register_frontend,
)
