"""The training step of each model on a GPU, at the size of ASVspoof 2019 LA.

    python -m benchmarks.gpu_step > benchmarks/results/gpu_step.json

Features are random: what a step costs does not depend on them. Model-FLOPs utilisation
is the arithmetic of the model (forward, and twice that backward), divided by what the
GPU could do in that time by its data sheet (H100 SXM: 989 TFLOP/s in bfloat16, 495 in
TF32, which convolutions use in fp32).
"""

import json
import sys
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from antispoof import frontends, models
from antispoof.training.accelerators import make_accelerator

BATCH, WARM_UP, STEPS = 64, 10, 50
N_TRAIN = 25_380 - 2_500  # clips of an epoch: train without about two speakers
PEAK = {"fp32": 495e12, "bf16": 989e12}


def measure(model: str, precision: str) -> dict[str, float | str]:
    """Clips per second, memory and utilisation of one model."""
    accelerator = make_accelerator(precision)
    built = models.build(model).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(built.parameters())
    network, optimizer = accelerator.prepare(built, optimizer)
    shape = frontends.build("logmel").shape
    x = torch.randn(BATCH, *shape, device=accelerator.device)
    x = x.contiguous(memory_format=torch.channels_last)
    y = torch.arange(BATCH, device=accelerator.device) % 2
    with FlopCounterMode(display=False) as counter:
        network(x)
    flops = 3 * counter.get_total_flops()
    torch.cuda.reset_peak_memory_stats()
    for step in range(WARM_UP + STEPS):
        if step == WARM_UP:
            torch.cuda.synchronize()
            started = time.perf_counter()
        accelerator.backward(torch.nn.functional.cross_entropy(network(x), y))
        optimizer.step()
        optimizer.zero_grad()
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - started) / STEPS
    return {
        "model": model,
        "precision": precision,
        "clips_per_second": round(BATCH / seconds),
        "seconds_per_epoch": round(N_TRAIN / BATCH * seconds, 2),
        "memory_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2),
        "utilisation": round(flops / seconds / PEAK[precision], 4),
    }


if __name__ == "__main__":
    if not torch.cuda.is_available():
        sys.exit("there is no GPU")
    rows = [measure(m, p) for m in ("cnn", "resnet", "resnet_lstm") for p in PEAK]
    print(json.dumps({"gpu": torch.cuda.get_device_name(), "rows": rows}, indent=1))
