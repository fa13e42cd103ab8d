"""``antispoof export``: the detector as one ONNX file."""

from pathlib import Path
from typing import Annotated

import typer

RUN = "Of this run; else the pretrained weights."


def export(
    onnx: Annotated[Path, typer.Option(metavar="FILE.onnx", help="File to write.")],
    run: Annotated[Path | None, typer.Option(metavar="DIR", help=RUN)] = None,
) -> None:
    """Write the detector as an ONNX file, for onnxruntime in any language.

    `antispoof check --run FILE.onnx` reads it, too, and starts without PyTorch.
    """
    from antispoof.cli.text import say
    from antispoof.inference.exported import export_onnx
    from antispoof.inference.loading import load_detector

    say(export_onnx(load_detector(run), onnx))
