"""Host names of the tests' own, over https: what makes two servers two *sites* to a browser.

Two ports of one host are one site, whatever else differs. Browsers are told in browsers.py where
the names lead and which certificate to trust; nothing else on the machine knows them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import queue
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SERVICE = "insights.test"
PAPER = "courier.test"
HOST = "weekly.test"
UNLISTED = "elsewhere.test"
SAME_SITE = "pages.insights.test"
NAMES = (SERVICE, PAPER, HOST, UNLISTED, SAME_SITE)


@cache
def _certificate() -> trustme.LeafCert:
    return trustme.CA().issue_cert(*NAMES)


def public_key_hash() -> str:
    """Return the SHA-256 of the certificate's public key in base64, as Chromium is told it."""
    certificate = x509.load_pem_x509_certificate(_certificate().cert_chain_pems[0].bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@contextmanager
def over_https(backend: int) -> Iterator[int]:
    """Yield a port on loopback that serves over https what port ``backend`` serves over http."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _certificate().configure_cert(context)
    started: queue.Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        ended, relays = asyncio.Event(), set[asyncio.Task[None]]()

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            relays.add(task)
            await _relay(reader, writer, backend)
            relays.discard(task)

        server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
        started.put((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), ended))
        await ended.wait()
        server.close()
        for task in relays:
            task.cancel()
        await asyncio.gather(*relays)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    port, loop, ended = started.get(timeout=60)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: int) -> None:
    """Pass everything on, both ways, until one of the two has ended."""
    others: list[asyncio.StreamWriter] = [writer]
    with suppress(OSError, asyncio.CancelledError):
        answers, asks = await asyncio.open_connection("127.0.0.1", backend)
        others.append(asks)
        ways = [asyncio.create_task(_pass(*way)) for way in ((reader, asks), (answers, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
    for other in others:
        other.close()
    for other in others:
        # A browser may never answer a farewell; what is not cut then would stay open.
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(other.wait_closed(), 0.5)
        other.transport.abort()
    await asyncio.sleep(0)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
