"""Text-to-speech programs that are started for each sentence."""

import subprocess
import tempfile
from functools import partial, update_wrapper
from pathlib import Path

import numpy as np

from antispoof.audio import load_mono_16k
from antispoof.errors import AudioError
from antispoof.synthesis.registry import register_engine

COMMANDS = {
    "flite": "flite -voice {voice} -f {text} -o {speech}",
    "espeak": "espeak-ng -v {voice} -f {text} -w {speech}",
    "festival": "text2wave {text} -o {speech} -eval (voice_{voice})",
}
VOICES = {
    "flite": ["awb", "kal", "kal16", "rms", "slt"],
    "espeak": ["en-us", "en-us+f2", "en-us+m3", "en-gb", "en-gb+f4", "en-gb+m7"],
    "festival": ["kal_diphone", "cmu_us_slt_arctic_hts"],
}


def speak(command: str, text: str, voice: str, rng: np.random.Generator) -> np.ndarray:
    """Run a program that reads a text file and writes a WAV."""
    with tempfile.TemporaryDirectory() as folder:
        names = {"text": Path(folder, "text"), "speech": Path(folder, "speech.wav")}
        names["text"].write_text(text, "utf-8")
        arguments = [part.format(voice=voice, **names) for part in command.split()]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if done.returncode or not names["speech"].is_file():
            raise AudioError(f"{arguments[0]}: {done.stderr.strip() or 'no sound'}")
        return load_mono_16k(names["speech"])


for _name, _command in COMMANDS.items():
    _info = {"needs": _command.split()[0], "voices": VOICES[_name]}
    _engine = update_wrapper(partial(speak, _command), speak)
    register_engine(_name, title=_name, kind="tts", **_info)(_engine)
