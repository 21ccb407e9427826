"""Steps, assertions, and the raw HTTP that an SDK does not do.

A step is a `with` block: it passes if it raises nothing. A step that fails does not stop the ones after it. Every
step prints one line, which `interop/run` counts.
"""

import contextlib
import hashlib
import http.client
import http.server
import json
import os
import threading
import time
import traceback
import urllib.parse

HOST = "127.0.0.1"
PORT = int(os.environ["INTEROP_PORT"])
KEY_ID = os.environ["QINGSTOR_ACCESS_KEY_ID"]
SECRET = os.environ["QINGSTOR_SECRET_ACCESS_KEY"]
# The first is the zone of hosts that name none.
ZONES = os.environ["INTEROP_ZONES"].split()
ZONE = ZONES[0]

failed = 0
_client = "python"


def name_client(name):
    """What stands before each step of this process."""
    global _client
    _client = name


@contextlib.contextmanager
def step(name):
    global failed
    try:
        yield
    except Exception as error:  # pylint: disable=broad-except
        failed += 1
        at = [f"{os.path.basename(f.filename)}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
        place = next((text for text in reversed(at) if not text.startswith("harness.py")), "?")
        print(f"FAIL  {_client:<8} {name}", flush=True)
        print(f"      {place}: {type(error).__name__}: {error}", flush=True)
    else:
        print(f"ok    {_client:<8} {name}", flush=True)


def cannot(what, why):
    """Something that this SDK cannot do, whatever the server answers."""
    print(f"note  {_client:<8} cannot {what}: {why}", flush=True)


# Assertions ---------------------------------------------------------------------------------------------------------


def equal(got, want, what="value"):
    if got != want:
        raise AssertionError(f"{what}: got {_short(got)}, want {_short(want)}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def status(answer, want):
    """The status of an answer of the SDK or of `raw`, with its error shown."""
    if answer.status_code != want:
        raise AssertionError(f"status {answer.status_code}, want {want}: {dict(answer)}")
    return answer


def refused(answer, want, code):
    """An error answer: status, code, and the request id in both places."""
    status(answer, want)
    equal(answer.get("code"), code, "error code")
    true(answer.get("message"), "an error has a message")
    true(answer.get("request_id"), "an error has a request id")
    equal(answer.get("request_id"), answer.headers.get("X-QS-Request-ID"), "request id in body and header")
    return answer


def etag(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def _short(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "…"


# Raw HTTP -----------------------------------------------------------------------------------------------------------


class Raw(dict):
    """An answer that looks like the SDK's: a dict of the JSON members, with status, headers and content."""

    def __init__(self, reply):
        super().__init__()
        self.status_code = reply.status
        self.headers = reply.headers
        self.content = reply.read()
        if (self.headers.get("Content-Type") or "").startswith("application/json"):
            self.update(json.loads(self.content))


def raw(method, target, headers=None, body=None):
    """One request to the emulator, unsigned, exactly as written."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=20)
    try:
        own_host = any(name.lower() == "host" for name in headers or {})
        connection.putrequest(method, target, skip_host=own_host, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None or method in ("PUT", "POST"):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body or None)
        return Raw(connection.getresponse())
    finally:
        connection.close()


def follow(prepared, headers=None, body=None, method=None):
    """Sends what a presigned URL says, and nothing that the SDK may have added."""
    url = urllib.parse.urlsplit(prepared.url)
    return raw(method or prepared.method, f"{url.path}?{url.query}", headers, body)


# An origin of our own ------------------------------------------------------------------------------------------------


class Origin:
    """A web server on loopback: serves `pages`, follows `redirects`, keeps what is posted to it."""

    def __init__(self):
        self.pages = {}
        self.redirects = {}
        self.posted = []
        self.arrived = threading.Condition()
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = self.path.split("?")[0]
                if path in origin.redirects:
                    return self._answer(302, b"", {"Location": origin.redirects[path]})
                if path in origin.pages:
                    kind, content = origin.pages[path]
                    return self._answer(200, content, {"Content-Type": kind})
                return self._answer(404, b"")

            do_HEAD = do_GET

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with origin.arrived:
                    origin.posted.append((self.path, body))
                    origin.arrived.notify_all()
                self._answer(200, b"")

            def _answer(self, code, content, headers=None):
                self.send_response(code)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://{HOST}:{self.server.server_address[1]}"

    def wait_for(self, count, seconds=10):
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.posted) >= count, timeout=seconds)
            return list(self.posted)


def far(seconds=600):
    """When a presigned URL made now ends."""
    return int(time.time()) + seconds
