"""`python -m tests.bench.idle`: what all devices cost while nobody is at the counter.

Every model of the contract stands at its simulator, which runs in another process; heartbeats are
the sheets'. The last line is JSON: seconds watched, processor seconds of this process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue

from drivers.attachment import Attachment, Health
from drivers.device import Device
from drivers.registry import MODELS, Settings, open_device
from tests.contract.shop import LINKS, TMK_P

WATCHED_S = 20.0  # ten heartbeats of the busiest device
FOUND_S = 20.0
MODEL_OF = {link: model for model, link in reversed(LINKS.items())}  # one model a place


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "tests.hw_sim", "run", "--dir", folder, "--fit", ",".join(MODEL_OF)]
        command += ["--tmk-p", TMK_P.hex(), "--no-pictures"]
        devices = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        try:
            assert devices.stdout is not None
            devices.stdout.readline()  # they are ready
            return _watched(Path(folder))
        finally:
            devices.terminate()
            devices.wait()


def _watched(folder: Path) -> dict[str, float]:
    told: Queue[Health] = Queue()
    places = [_attached(model, folder / link, told) for link, model in MODEL_OF.items()]
    for place in places:
        place.start()
    found = {told.get(timeout=FOUND_S).name for _ in places}
    assert found == set(MODEL_OF.values()), "not every device was found"
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    threading.Event().wait(WATCHED_S)
    took_s, took_cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    assert told.empty(), "a device was lost while it was watched"
    for place in places:
        place.stop()
    return {"devices": len(places), "watched_s": round(took_s, 1), "cpu_s": round(took_cpu_s, 3)}


def _attached(model: str, link: Path, told: Queue[Health]) -> Attachment[Device]:
    return Attachment(
        model,
        lambda: open_device(model, str(link), Settings()),
        told.put,
        heartbeat_s=MODELS[model].heartbeat_s,
    )


if __name__ == "__main__":
    print(json.dumps(measure()))
