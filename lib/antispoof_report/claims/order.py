"""H8: does ResNet50+LSTM use the order of its steps?

Two networks to compare it with, and itself with its steps shuffled at test. They are
registered when this module is imported, like those of any plugin.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from torch import Tensor, nn

from antispoof.models import register_model
from antispoof.models.resnet import N_FEATURES, ResNetBackbone
from antispoof.models.resnet_lstm import HIDDEN, ResNet50LSTM
from antispoof_report.claims import verdicts

STEP = 32  # frames of the input that one step of the sequence comes from


@register_model("resnet_mean", title="ResNet50+mean", lr=1e-4)
class ResNet50Mean(ResNetBackbone):
    """The mean over time in place of the LSTM: no order is left.

    It has a layer of 256 units, as many as the LSTM, so that the two differ in little
    else.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(N_FEATURES, HIDDEN)
        self.fc = nn.Linear(HIDDEN, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        mean = self.forward_features(x).mean((2, 3))
        return self.fc(torch.tanh(self.hidden(mean)))


@register_model("resnet_lstm_packed", title="ResNet50+LSTM, packed", lr=1e-4)
class ResNet50LSTMPacked(ResNet50LSTM):
    """The LSTM stops at the last step with sound, before the zeros that fill up."""

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        # What fills up has the lowest value of a clip in all rows.
        is_sound = (x > x.amin((1, 2, 3), keepdim=True)).any(2).squeeze(1)
        frames = torch.arange(1, x.shape[-1] + 1, device=x.device)
        last = (is_sound * frames).amax(1).clamp(min=1)
        step = (last - 1).div(STEP, rounding_mode="floor")
        steps, _ = self.lstm(self.sequence(x))
        return self.fc(steps[torch.arange(len(x), device=x.device), step])


class ShuffledSteps(nn.Module):
    """ResNet50+LSTM whose steps come in another order, the same for all clips.

    The maps are those of the clip as it is.
    """

    def __init__(self, model: ResNet50LSTM) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        sequence = self.model.sequence(x)
        rng = torch.Generator().manual_seed(0)
        shuffled = torch.randperm(sequence.shape[1], generator=rng)
        steps, _ = self.model.lstm(sequence[:, shuffled])
        return self.model.fc(steps[:, -1])


AS_IS = "as is"
VARIANTS = {
    "shuffled": "time steps shuffled at test",
    "mean": "mean over time instead of the LSTM",
    "packed": "LSTM stopped where the sound ends",
}


def h8(
    tables: Mapping[str, Sequence[pd.DataFrame]], *, n_replicates: int = 2000
) -> verdicts.Verdict:
    """H8: ResNet50+LSTM is worse by EER if its steps are shuffled at test.

    Parameters
    ----------
    tables : "as is" and some of VARIANTS, "shuffled" among them -> one score table per
        seed on the same trials. The other variants are shown, and decide nothing.
    """
    resampled = verdicts.resample_tables(tables, n_replicates, "eer")
    findings = [
        verdicts.compare(
            f"EER, {words}, minus as is",
            resampled,
            "eer",
            (name, AS_IS),
            direction=int(name == "shuffled"),
        )
        for name, words in VARIANTS.items()
        if name in tables
    ]
    return verdicts.make_verdict(
        "H8",
        "ResNet50+LSTM uses the order of sounds.",
        "That the LSTM uses order",
        findings[0].verdict,
        findings,
    )
