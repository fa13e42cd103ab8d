"""What a notebook needs to narrate: the opening line, tables, sound, glued numbers.

Nothing here needs the book's packages, so that a chapter also runs on Colab and
Kaggle as they come.
"""

from antispoof.report.checked import (
    answers,
    attacks_table,
    belief_table,
    formats_table,
    glue_checked,
    robustness_table,
)
from antispoof.report.comparison import (
    comparison_table,
    eer_table,
    field_table,
    verdicts_table,
)
from antispoof.report.costs import counted, measured
from antispoof.report.explorer import explorer
from antispoof.report.html import Html
from antispoof.report.live import live_line
from antispoof.report.machine import environment
from antispoof.report.numbers import glue
from antispoof.report.opening import header
from antispoof.report.player import player
from antispoof.report.quoted import glue_results, glue_verdicts
from antispoof.report.results import (
    mean_and_deviation,
    nothing_here,
    origin,
    results_table,
    settings_table,
)
from antispoof.report.tables import table
from antispoof.report.upload import upload

__all__ = [
    "Html",
    "answers",
    "attacks_table",
    "belief_table",
    "comparison_table",
    "counted",
    "eer_table",
    "environment",
    "explorer",
    "field_table",
    "formats_table",
    "glue",
    "glue_checked",
    "glue_results",
    "glue_verdicts",
    "header",
    "live_line",
    "mean_and_deviation",
    "measured",
    "nothing_here",
    "origin",
    "player",
    "results_table",
    "robustness_table",
    "settings_table",
    "table",
    "upload",
    "verdicts_table",
]
