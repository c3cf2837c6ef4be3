"""A provider of language models on loopback. It speaks all five endpoints, and strictly.

``/v1/agent`` and ``/search`` (Perplexity), ``/v1/responses`` and ``/v1/chat/completions``
(OpenAI), ``/v1/messages`` (Anthropic). An unknown field is refused with 400, as Perplexity does,
so is a schema that a strict mode rejects. The model's name chooses the scenario.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fake_scenarios import SCENARIOS, Inquiry, ModelOutput, Reply, Scenario, error

KEY = "pplx-0123456789abcdef-fedcba9876543210"
MASKED = "[key]"
TRICKLE_SECONDS = 5.0
LATEST_MODEL = "2026-11-01"

FIELDS = {
    "/v1/agent": {"model", "input", "instructions", "max_output_tokens", "response_format"},
    "/search": {"query", "max_results", "search_domain_filter", "max_tokens_per_page"},
    "/v1/responses": {"model", "input", "instructions", "max_output_tokens", "store", "text"},
    "/v1/chat/completions": {
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "response_format",
    },
    "/v1/messages": {"model", "max_tokens", "system", "messages", "output_config"},
}
KEYWORDS = {
    "object": {"type", "properties", "required", "additionalProperties"},
    "array": {"type", "items", "description"},
    "string": {"type", "enum", "description"},
    "integer": {"type", "description"},
    "boolean": {"type"},
}


@dataclass(frozen=True)
class Sent:
    """A request as it came. Its key is masked; ``key`` says whether it was the right one."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    key: bool


@dataclass
class FakeProvider:
    """The server. ``scenarios`` may be added to; ``results`` are the search's, by query."""

    url: str
    scenarios: dict[str, Scenario] = field(default_factory=lambda: dict(SCENARIOS))
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    requests: list[Sent] = field(default_factory=list)

    def sent(self, model: str) -> list[Sent]:
        """Return the requests for a model."""
        return [it for it in self.requests if it.body.get("model") == model]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeProvider
    ended: threading.Event
    attempts: Counter[str]
    lock: threading.Lock

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError:
            body = {}
        key = self.headers.get("x-api-key") or self.headers.get("Authorization", "")
        key = key.removeprefix("Bearer ")
        headers = {
            name.lower(): value.replace(key, MASKED) if key else value
            for name, value in self.headers.items()
        }
        self.fake.requests.append(Sent(self.path, headers, body, key == KEY))
        self._send(self._reply(body, key))

    def _reply(self, body: dict[str, Any], key: str) -> Reply:
        allowed = FIELDS.get(self.path)
        if allowed is None:
            return error(404, f"no such endpoint: {self.path}")
        unknown = sorted(set(body) - allowed)
        if unknown:
            return error(400, f"Unknown field: {unknown[0]}", param=unknown[0])
        if self.path == "/search":
            return self._search(body)
        model = str(body.get("model"))
        scenario = self.fake.scenarios.get(model)
        if scenario is None:
            return error(404, f"The model {model} does not exist", param="model")
        try:
            inquiry = self._inquiry(body, model, key)
        except (LookupError, TypeError, ValueError, AttributeError) as problem:
            return error(400, f"Invalid request: {problem!r}")
        output = scenario(inquiry)
        if isinstance(output, Reply):
            return output
        return Reply(200, ENVELOPES[self.path](output, inquiry))

    def _inquiry(self, body: Mapping[str, Any], model: str, key: str) -> Inquiry:
        with self.lock:
            self.attempts[model] += 1
            attempt = self.attempts[model]
        schema, instructions, content = _parts(self.path, body)
        if schema is not None:
            check_strict(schema)
        properties = tuple((schema or {}).get("properties", {}))
        return Inquiry(self.path, model, instructions, content, properties, attempt, key)

    def _search(self, body: Mapping[str, Any]) -> Reply:
        queries = body["query"] if isinstance(body.get("query"), list) else [body.get("query")]
        if len(queries) > 5:
            return error(400, "At most 5 queries", param="query")
        found = [it for query in queries for it in self.fake.results.get(str(query), [])]
        return Reply(200, {"id": "search-1", "results": found})

    def _send(self, reply: Reply) -> None:
        if reply.manner == "silent":
            self.ended.wait()
            self.close_connection = True
            return
        if reply.manner == "reset":
            # Without lingering, closing a socket resets the connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        content = reply.content
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(reply.status)
        kind = {} if isinstance(content, str) else {"Content-Type": "application/json"}
        for name, value in {**kind, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (100 if reply.manner == "half" else 0)))
        self.end_headers()
        if reply.manner == "trickle":
            for byte in data:
                self.wfile.write(bytes([byte]))
                if self.ended.wait(TRICKLE_SECONDS):
                    break
            self.close_connection = True
            return
        self.wfile.write(data)
        self.close_connection = reply.manner == "half"

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def _parts(path: str, body: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str, str]:
    """Return the schema, the instructions and the content of a request. Raises where it is odd."""
    if path == "/v1/messages":
        if not isinstance(body["max_tokens"], int):
            raise TypeError("max_tokens")
        (message,) = body["messages"]
        schema = _only(body["output_config"]["format"], "type", "schema")["schema"]
        return schema, body["system"], message["content"]
    if path == "/v1/chat/completions":
        system, user = body["messages"]
        if (system["role"], user["role"]) != ("system", "user"):
            raise ValueError("messages")
        outer = body.get("response_format")
        schema = None
        if outer is not None:
            inner = _only(outer, "type", "json_schema")["json_schema"]
            schema = _only(inner, "name", "strict", "schema")["schema"]
        return schema, system["content"], user["content"]
    if path == "/v1/responses":
        inner = _only(body["text"]["format"], "type", "name", "strict", "schema")
    else:
        outer = _only(body["response_format"], "type", "json_schema")
        inner = _only(outer["json_schema"], "name", "schema")
    return inner["schema"], body["instructions"], body["input"]


def _only(content: dict[str, Any], *names: str) -> dict[str, Any]:
    if set(content) != set(names):
        raise ValueError(f"fields {sorted(content)}")
    return content


def check_strict(schema: Mapping[str, Any]) -> None:
    """Raise ValueError where a strict mode rejects a schema."""
    unknown = set(schema) - KEYWORDS[schema["type"]]
    if unknown:
        raise ValueError(f"unsupported keywords {sorted(unknown)}")
    if schema["type"] == "object":
        if schema["additionalProperties"] is not False:
            raise ValueError("additionalProperties")
        if schema["required"] != list(schema["properties"]):
            raise ValueError("required")
        for inner in schema["properties"].values():
            check_strict(inner)
    if schema["type"] == "array":
        check_strict(schema["items"])


def _tokens(output: ModelOutput, inquiry: Inquiry) -> tuple[int, int]:
    length = (len(inquiry.instructions) + len(inquiry.content)) // 4
    return length if output.input_tokens is None else output.input_tokens, len(
        output.text or ""
    ) // 4


def _response(output: ModelOutput, inquiry: Inquiry) -> dict[str, Any]:
    """Return a response object, of OpenAI's Responses and of Perplexity's Agent API."""
    read, written = _tokens(output, inquiry)
    usage: dict[str, Any] = {"input_tokens": read, "output_tokens": written}
    if inquiry.path == "/v1/agent":
        usage["cost"] = {"currency": "USD", "total_cost": 0.0125}
    content: list[dict[str, Any]] = [
        {"type": "output_text", "text": output.text or "", "annotations": []}
    ]
    if output.finish == "refusal":
        content = [{"type": "refusal", "refusal": output.refusal}]
    items: list[dict[str, Any]] = [
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": content},
    ]
    answer: dict[str, Any] = {
        "id": "resp-1",
        "object": "response",
        "status": "completed",
        "error": None,
        "model": f"{inquiry.model}-{LATEST_MODEL}",
        "output": items[:1] if output.reasoning else items,
        "usage": usage,
    }
    if output.finish == "length":
        answer["status"] = "incomplete"
        answer["incomplete_details"] = {"reason": "max_output_tokens"}
    return answer


def _chat(output: ModelOutput, inquiry: Inquiry) -> dict[str, Any]:
    read, written = _tokens(output, inquiry)
    message: dict[str, Any] = {"role": "assistant", "content": output.text}
    if output.reasoning:
        message["reasoning_content"] = output.reasoning
    if output.refusal:
        message["refusal"] = output.refusal
    finish = "length" if output.finish == "length" else "stop"
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "model": f"{inquiry.model}-{LATEST_MODEL}",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": read, "completion_tokens": written},
    }


def _message(output: ModelOutput, inquiry: Inquiry) -> dict[str, Any]:
    read, written = _tokens(output, inquiry)
    reasons = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
    content: list[dict[str, Any]] = [{"type": "thinking", "thinking": output.reasoning}]
    if output.text is not None:
        content.append({"type": "text", "text": output.text})
    return {
        "id": "msg-1",
        "type": "message",
        "role": "assistant",
        "model": f"{inquiry.model}-{LATEST_MODEL}",
        "content": content,
        "stop_reason": reasons[output.finish],
        "usage": {"input_tokens": read, "output_tokens": written},
    }


ENVELOPES = {
    "/v1/agent": _response,
    "/v1/responses": _response,
    "/v1/chat/completions": _chat,
    "/v1/messages": _message,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Stay silent: clients that close at their deadline are what is tested."""


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """Run the server until the block ends."""
    ended = threading.Event()
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    fake = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    handler.fake, handler.ended = fake, ended  # type: ignore[attr-defined]
    handler.attempts, handler.lock = Counter[str](), threading.Lock()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield fake
    finally:
        ended.set()
        server.shutdown()
        with suppress(OSError):
            server.server_close()
        thread.join()
