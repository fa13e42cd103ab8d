"""Features on their way to the device: resident where they fit, else read ahead.

A device that waits for its next batch is a device that is not used. Where a GPU has
room, a part is copied there once, as it is stored, in float16; else a thread reads the
next batches, pinned for a GPU, while the last one is computed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from antispoof.frontends import FeatureSet

AHEAD = 3  # batches that are read before they are asked for
ROOM = 0.25  # share of a GPU's free memory that features may take


class Batches:
    """Batches of one part's features on a device.

    Parameters
    ----------
    resident : whether to keep all of it on the device; None does so on a GPU with
        room for it. (On the CPU the memory-mapped file is as near as memory.)
    """

    def __init__(
        self,
        features: FeatureSet,
        device: torch.device,
        *,
        resident: bool | None = None,
    ) -> None:
        self.features, self.device = features, device
        if resident is None:
            resident = _has_room(features, device)
        self.kept = features.stored().to(device) if resident else None

    def stream(self, indices: Iterable[np.ndarray | slice]) -> Iterator[Tensor]:
        """Float32 batches (n, 1, n_mels, n_frames), channels last, one an index."""
        stored = self._read_ahead(indices) if self.kept is None else self._pick(indices)
        for x in stored:
            x = x.to(self.device, non_blocking=True).float()
            yield x.contiguous(memory_format=torch.channels_last)

    def _pick(self, indices: Iterable[np.ndarray | slice]) -> Iterator[Tensor]:
        for index in indices:
            if not isinstance(index, slice):
                index = torch.from_numpy(index).to(self.device)
            yield self.kept[index]

    def _read_ahead(self, indices: Iterable[np.ndarray | slice]) -> Iterator[Tensor]:
        waiting: deque = deque()
        with ThreadPoolExecutor(1) as reader:
            for index in indices:
                waiting.append(reader.submit(self._read, index))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _read(self, index: np.ndarray | slice) -> Tensor:
        x = self.features.stored(index)
        return x.pin_memory() if self.device.type == "cuda" else x


def _has_room(features: FeatureSet, device: torch.device) -> bool:
    if device.type != "cuda":
        return False
    n_bytes = len(features) * features.array[:1].nbytes
    free, _ = torch.cuda.mem_get_info(device)
    return n_bytes <= ROOM * free
