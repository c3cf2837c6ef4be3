"""Memory growth and failures over ten minutes at half of the maximum load."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.delivery import LOAD_CORE, found, service
from benchmarks.takedown import Editor, live_ids
from widget.app import rules
from widget.config import Settings
from widget.entry import parse_entry
from widget.store import Live, Store, open_store

PANELS = 50
RATE = r"Requests/sec:\s+([\d.]+)"
PUBLISH_EVERY = 0.5
SAMPLE_EVERY = 10.0
WAIT = 20
"""Milliseconds that each connection waits between requests; wrk accepts integers only."""

_ASKING = """
local paths, wait, at = {{{paths}}}, {wait}, 0
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{["Accept-Encoding"] = "br"}})
end
function delay() return wait end
"""


def measure(data: Path, *, minutes: float = 10) -> dict[str, Any]:
    """Return memory in MB over time, the numbers of requests and publications, and failures."""
    ids = live_ids(PANELS)
    settings = Settings.model_validate({"store": f"dir:{data}"})
    store = open_store(settings.store, rules(settings))
    with service(data) as server, tempfile.TemporaryDirectory() as folder:
        editor = Editor(f"dir:{data}", int(server.origin.rpartition(":")[2]))
        full = server.load(f"/panel/{ids[0]}", {"Accept-Encoding": "br"}, 5).per_second
        script = Path(folder) / "asking.lua"
        paths = ",".join(f'"/panel/{name}"' for name in ids)
        script.write_text(_ASKING.format(paths=paths, wait=WAIT))

        def command(connections: float, seconds: float) -> list[str]:
            words = f"taskset -c {LOAD_CORE} wrk -t1 -c{round(connections)} -d{round(seconds)}s -s"
            return [*words.split(), str(script), "--latency", server.origin]

        # First as if responses took no time, then corrected by the measured rate.
        connections = full / 2 * WAIT / 1000
        output = subprocess.run(
            command(connections, 10), capture_output=True, text=True, check=True
        ).stdout
        connections *= full / 2 / float(found(RATE, output))
        load = subprocess.Popen(
            command(connections, minutes * 60), stdout=subprocess.PIPE, text=True
        )
        stop = threading.Event()
        published: list[float] = []
        editing = threading.Thread(target=_publish, args=(stop, store, editor, ids, published))
        editing.start()
        memory = []
        while load.poll() is None:
            memory.append(server.memory())
            time.sleep(SAMPLE_EVERY)
        stop.set()
        editing.join()
        assert load.stdout
        output = load.stdout.read()
    store.close()
    bad = re.findall(
        r"Non-2xx or 3xx responses: (\d+)|(?:connect|read|write|timeout) (\d+)", output
    )
    return {
        "full load, requests a second": round(full),
        "requests a second": round(float(found(RATE, output))),
        "published": len(published),
        "errors": sum(int(one or other) for one, other in bad),
        "memory in MB": memory,
        "p99": found(r"(?m)^\s+99%\s+(\S+)", output),
    }


def _publish(
    stop: threading.Event, store: Store, editor: Editor, ids: list[str], published: list[float]
) -> None:
    while not stop.wait(PUBLISH_EVERY):
        entry_id = ids[len(published) % len(ids)]
        live = store.live(entry_id)
        assert isinstance(live, Live)
        document = json.loads(live.entry.to_json())
        document["article"]["title"] = f"Edition {len(published)}"
        store.save(parse_entry(json.dumps(document).encode()), actor="ana")
        editor.change(entry_id, "publication", {})
        published.append(time.monotonic())


def table(outcome: dict[str, Any]) -> str:
    """Return the outcome as text."""
    memory = outcome["memory in MB"]
    first = memory[min(round(60 / SAMPLE_EVERY), len(memory) - 1)]
    full = outcome["full load, requests a second"]
    return (
        f"  {outcome['requests a second']:,} requests a second of {full:,} at full load, "
        f"p99 {outcome['p99']}; {outcome['published']} changes published; "
        f"errors: {outcome['errors']}\n"
        f"  resident memory {first} MB after a minute, {memory[-1]} MB at the end, "
        f"at most {max(memory)} MB"
    )
