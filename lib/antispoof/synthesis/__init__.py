"""Make fakes: copies of real clips by vocoders, and speech from text.

*Copy synthesis* analyses a real clip and synthesizes it again, so that a fake and its
original differ in nothing but the synthesis (Wang and Yamagishi, arXiv:2210.10570).
``registry`` says what an engine is, ``making`` makes the clips; the other modules have
the engines.
"""

from antispoof.synthesis import programs, vocoders  # for their registration
from antispoof.synthesis.making import make_copies, speak_texts
from antispoof.synthesis.registry import ENGINES, register_engine
