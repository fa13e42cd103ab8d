"""What chapters show: the line at the top, tables, players, numbers for the text.

Nothing here needs the book's packages, so that a chapter also runs on Colab and
Kaggle as they come.
"""

from antispoof_report.audio_player import player
from antispoof_report.benchmarks import load_benchmarks, load_gpu_steps, model_sizes
from antispoof_report.clip_upload import upload
from antispoof_report.comparison_tables import (
    comparison_table,
    standard_metrics_table,
    threshold_free_table,
    verdicts_table,
)
from antispoof_report.environment import environment
from antispoof_report.glue_values import glue, say
from antispoof_report.html import Html
from antispoof_report.inference_tables import (
    answers,
    decisions_table,
    example_clips,
    glue_inference,
    left_out_table,
    parts_table,
    ratios,
    refusals_table,
    reliability,
    robustness_table,
    sources_table,
)
from antispoof_report.page_header import header
from antispoof_report.progress import progress_line
from antispoof_report.quoted_results import UNKNOWN, glue_results, glue_verdicts
from antispoof_report.run_tables import (
    describe_runs,
    missing_runs,
    results_table,
    settings_table,
)
from antispoof_report.score_explorer import explorer
from antispoof_report.tables import table
from antispoof_report.training_plan import plan_training
