"""Lyra v2: the networks of a neural codec as a vocoder (SoundStream, arXiv:2107.03312).

    antispoof --plugin examples.lyra_engine corpus copies SOURCE OUT --engines lyra

It needs the package ai-edge-litert, and two files of ``lyra/model_coeffs`` of
github.com/google/lyra (Apache 2.0, 3 MB) in a folder that ``$ANTISPOOF_LYRA`` names.
The quantiser between them is left out: the copy is the best that the vocoder can do.
"""

import os
from pathlib import Path

import numpy as np

from antispoof.errors import ParameterError
from antispoof.synthesis import register_engine

NETWORKS = ("soundstream_encoder.tflite", "lyragan.tflite")
FRAME = 320  # samples: 20 ms, from which the encoder makes 64 features


@register_engine("lyra", title="Lyra v2", kind="vocoder", needs="ai_edge_litert")
def lyra(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Encode and decode frame by frame; up to 20 ms longer.

    Raises
    ------
    ParameterError
        If one of the networks is not found.
    """
    from ai_edge_litert.interpreter import Interpreter

    folder = Path(os.environ.get("ANTISPOOF_LYRA", ""))
    if lacking := [name for name in NETWORKS if not (folder / name).is_file()]:
        raise ParameterError(
            f"{', '.join(lacking)} not found; $ANTISPOOF_LYRA names the folder with the"
            " files of lyra/model_coeffs in github.com/google/lyra"
        )
    networks = [Interpreter(str(folder / name)) for name in NETWORKS]
    for network in networks:
        network.allocate_tensors()
    decoded = []
    for x in np.pad(waveform, (0, -len(waveform) % FRAME)).reshape(-1, FRAME):
        for network in networks:  # both keep a state from frame to frame
            details = network.get_input_details()[0]
            network.set_tensor(details["index"], x.reshape(details["shape"]))
            network.invoke()
            x = network.get_tensor(network.get_output_details()[0]["index"])
        decoded.append(x.ravel())
    return np.concatenate(decoded)
