"""Ways to make fake speech from simulated speech, each in a room of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from antispoof.corpora.synthetic.attacks.cepstrum import cepstral_vocoder
from antispoof.corpora.synthetic.attacks.channels import channel_vocoder
from antispoof.corpora.synthetic.attacks.codec import coarse_codec
from antispoof.corpora.synthetic.attacks.images import upsampling_images
from antispoof.corpora.synthetic.attacks.lpc import lpc_vocoder
from antispoof.corpora.synthetic.attacks.mel_inversion import griffin_lim
from antispoof.corpora.synthetic.attacks.phase import phase_randomisation
from antispoof.corpora.synthetic.attacks.sinusoids import harmonics_plus_noise
from antispoof.corpora.synthetic.attacks.smoothing import oversmoothed_parameters
from antispoof.corpora.synthetic.attacks.stretching import pitch_and_duration
from antispoof.corpora.synthetic.attacks.units import unit_concatenation
from antispoof.corpora.synthetic.attacks.warping import tract_warping
from antispoof.corpora.synthetic.performance import Performance


@dataclass(frozen=True)
class Attack:
    """What an attack does, in one line, and the function that does it."""

    description: str
    forge: Callable[[Performance, np.random.Generator], np.ndarray]


ATTACKS: dict[str, Attack] = {
    "M01": Attack("mel spectrogram inverted by Griffin-Lim", griffin_lim),
    "M02": Attack("linear-prediction vocoder, pulses or noise", lpc_vocoder),
    "M03": Attack("phases randomised, magnitudes kept", phase_randomisation),
    "M04": Attack("units of other sentences concatenated", unit_concatenation),
    "M05": Attack("pitch and duration changed by a phase vocoder", pitch_and_duration),
    "M06": Attack("synthesis from over-smoothed parameters", oversmoothed_parameters),
    "M07": Attack("harmonics plus noise, resynthesised", harmonics_plus_noise),
    "M08": Attack("channel vocoder, mixed source", channel_vocoder),
    "M09": Attack("cepstral vocoder of minimum phase", cepstral_vocoder),
    "M10": Attack("low-rate codec, coarse band energies", coarse_codec),
    "M11": Attack("voice conversion by vocal-tract warping", tract_warping),
    "M12": Attack("upper band from upsampling images", upsampling_images),
}
