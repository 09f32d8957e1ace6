"""The scripted model: an OpenAI-compatible server on 127.0.0.1 that answers from rule files, the same every time."""

import argparse
import json
import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from remit.local import script
from remit.local.script import Call, Script, Situation

SCRIPTS = Path(__file__).parent / "scripts"
_PATH = "/v1/chat/completions"
_log = logging.getLogger(__name__)


def scripts(folder: Path = SCRIPTS) -> tuple[Script, ...]:
    """Every domain's rules."""
    return tuple(script.load(path) for path in sorted(folder.glob("*.yaml")))


def complete(known: tuple[Script, ...], request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a chat completion request."""
    situation = situation_of(request["messages"])
    answer = _speaker(known, request).answer(situation) or f"No rule of the scripted model matches: {situation.user}"
    return _completion(request, answer)


def situation_of(messages: list[dict[str, Any]]) -> Situation:
    """The system prompt, the last user text, and the tool results since."""
    users = [index for index, message in enumerate(messages) if message["role"] == "user"]
    since = messages[users[-1] + 1 :] if users else messages
    results = [str(message["content"]) for message in since if message["role"] == "tool"]
    known = "\n".join(str(message["content"]) for message in messages if message["role"] == "system")
    user = str(messages[users[-1]]["content"]) if users else ""
    return Situation(user=user, known=known, seen="\n".join(results), **(_result(results[-1]) if results else {}))


def _speaker(known: tuple[Script, ...], request: dict[str, Any]) -> Script:
    offered = {tool["function"]["name"] for tool in request.get("tools", [])}
    prompt = "\n".join(str(message["content"]) for message in request["messages"] if message["role"] == "system")
    return next((domain for domain in known if domain.speaks(offered, prompt)), Script.model_construct(tools=(), rules=()))


def _result(content: str) -> dict[str, str]:
    """A tool's answer as the rules see it: why it was denied, or what was done."""
    try:
        answer = json.loads(content)
    except ValueError:
        return {"done": content}
    if not isinstance(answer, dict) or answer.get("outcome") == "DONE":
        return {"done": content}
    reasons = [reason["reason"] for reason in answer.get("reasons", [])]
    return {"denied": "; ".join(reasons) or str(answer.get("error", content))}


def _completion(request: dict[str, Any], answer: Call | str) -> dict[str, Any]:
    message = _message(answer, f"call_{len(request['messages'])}")
    spoken, heard = _tokens(message), _tokens([request["messages"], request.get("tools", [])])
    return {
        "id": f"scripted-{len(request['messages'])}",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", "scripted"),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop" if isinstance(answer, str) else "tool_calls"}],
        "usage": {"prompt_tokens": heard, "completion_tokens": spoken, "total_tokens": heard + spoken},
    }


def _message(answer: Call | str, identifier: str) -> dict[str, Any]:
    if isinstance(answer, str):
        return {"role": "assistant", "content": answer}
    function = {"name": answer.tool, "arguments": json.dumps(answer.arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": identifier, "type": "function", "function": function}]}


def _tokens(content: object) -> int:
    """About as many as a real model would count."""
    return max(1, len(json.dumps(content)) // 4)


class Handler(BaseHTTPRequestHandler):
    """Answers chat completions and nothing else."""

    known: tuple[Script, ...] = ()

    def do_POST(self) -> None:
        """Answer one request."""
        if self.path != _PATH:
            return self._send(HTTPStatus.NOT_FOUND, {"error": {"message": f"Only {_PATH} is served"}})
        try:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(HTTPStatus.OK, complete(self.known, request))
        except (ValueError, KeyError, TypeError) as error:
            self._send(HTTPStatus.BAD_REQUEST, {"error": {"message": f"Not a chat completion request: {error!r}"}})

    def log_message(self, format: str, *args: object) -> None:
        """Log as the rest of the program does."""
        _log.info(format, *args)

    def _send(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def server(port: int, known: tuple[Script, ...]) -> ThreadingHTTPServer:
    """The server, bound and not yet serving."""
    return ThreadingHTTPServer(("127.0.0.1", port), type("ScriptedHandler", (Handler,), {"known": known}))


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="remit.local.model")
    parser.add_argument("--port", type=int, required=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    server(parser.parse_args().port, scripts()).serve_forever()


if __name__ == "__main__":
    main()
