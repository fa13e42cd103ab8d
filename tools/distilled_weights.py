"""Write the weights of the front-end ``distilled`` from the package ``distillmos``.

    pip install --no-deps distillmos && python tools/distilled_weights.py

They are stored in half precision: half the size, and features differ by less than what
the feature cache rounds. The copy is under the licence of the package, distilled.txt.
"""

from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import save_file

from antispoof.frontends.distilled import WEIGHTS, DistilledLayers

HEAD = "transformer_pool_attn."
FIRST, SECOND = f"{HEAD}norm_input.", f"{HEAD}transformer.norm."
NAMES = {
    "convolutions.": "cnn.cnn.",
    "norm.": FIRST,
    "project.": f"{HEAD}transformer.linear_proj.",
    "encoder.": f"{HEAD}transformer.transformer_encoder.",
}


def convert(found: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The state of ``DistilledLayers`` from that of the package's network."""
    # Two batch normalisations follow one another there; one does the same.
    scale = found[SECOND + "weight"] / (found[SECOND + "running_var"] + 1e-5).sqrt()
    shift = found[FIRST + "bias"] - found[SECOND + "running_mean"]
    merged = {"bias": shift * scale + found[SECOND + "bias"]}
    merged["weight"] = found[FIRST + "weight"] * scale
    found = found | {FIRST + name: value for name, value in merged.items()}
    state = {}
    for own in DistilledLayers().state_dict():
        (start,) = (name for name in NAMES if own.startswith(name))
        value = found[NAMES[start] + own.removeprefix(start)]
        state[own] = value.half() if value.is_floating_point() else value
    return state


def main() -> None:
    """Convert the installed package's weights, and copy its licence."""
    folder = Path(find_spec("distillmos").origin).parent
    (path,) = folder.glob("weights/*.pt")
    found = torch.load(path, map_location="cpu", weights_only=True)["model"]
    save_file(convert(found), WEIGHTS)
    package = distribution("distillmos")
    (licence,) = (file for file in package.files if file.name == "LICENSE")
    WEIGHTS.with_suffix(".txt").write_text(licence.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main()
