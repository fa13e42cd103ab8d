"""Logits of an unfinished scoring, on disk: what is taken from there was checked.

One file: a line that says what is being scored by what, then blocks of logits, each
behind a checksum. A file of something else, and whatever follows the first block that
is torn, is thrown away.
"""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np
from torch import nn

from antispoof.frontends import FeatureSet

N_CLASSES = 2
CHECKSUM = 4  # bytes of zlib.crc32


def key_of(model: nn.Module, features: FeatureSet) -> str:
    """Digest of the model's weights, the trials, and the features of some of them."""
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    digest.update("\n".join(features.trials["utt_id"]).encode())
    # The same trials may have been made into other features; three tell.
    for row in features.rows[[0, len(features) // 2, -1]] if len(features) else ():
        digest.update(features.array[row].tobytes())
    return digest.hexdigest()


class PartialLogits:
    """The blocks of logits in a file, to be appended to.

    Parameters
    ----------
    path : the file; begun anew if it is of another `key`.
    n_trials, block : trials in all, and in every block but the last.
    """

    def __init__(self, path: Path, key: str, n_trials: int, block: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"logits of {key}\n".encode()
        content = path.read_bytes() if path.exists() else b""
        self.blocks: list[np.ndarray] = []
        end = 0
        if content.startswith(head):
            end = len(head)
            for start in range(0, n_trials, block):
                n_bytes = CHECKSUM + min(block, n_trials - start) * N_CLASSES * 4
                values = _checked(content[end : end + n_bytes], n_bytes)
                if values is None:
                    break
                self.blocks.append(values)
                end += n_bytes
        self.file = path.open("r+b" if end else "wb")
        self.file.truncate(end)
        self.file.seek(end)
        if not end:
            self.file.write(head)

    def append(self, values: np.ndarray) -> None:
        """Keep the float32 logits (n, 2) of the next block."""
        data = values.astype("<f4").tobytes()
        self.file.write(_checksum(data) + data)
        self.file.flush()

    def close(self) -> None:
        """Close the file, which stays."""
        self.file.close()


def _checked(record: bytes, n_bytes: int) -> np.ndarray | None:
    data = record[CHECKSUM:]
    if len(record) < n_bytes or _checksum(data) != record[:CHECKSUM]:
        return None
    return np.frombuffer(data, "<f4").reshape(-1, N_CLASSES)


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(CHECKSUM, "little")
