"""The official Python SDK, unmodified, pointed at the emulator.

Its release on PyPI has no `endpoint` option: host, port and protocol are set one by one. A zone would make the host
`pek3a.127.0.0.1`, so the bucket's zone is left empty; the emulator then uses its first zone. Query values must be
strings: the release calls `urllib.parse.quote` on them.
"""

import socket

from qingstor.sdk.config import Config
from qingstor.sdk.service.qingstor import QingStor

import harness


def service(key_id=harness.KEY_ID, secret=harness.SECRET, host=harness.HOST, virtual_host=False):
    config = Config(key_id, secret)
    config.protocol = "http"
    config.host = host
    config.port = harness.PORT
    config.timeout = 30
    config.connection_retries = 0
    config.enable_virtual_host_style = virtual_host
    return QingStor(config)


def bucket(name, zone="", **settings):
    return service(**settings).Bucket(name, zone)


def made(name):
    """A bucket that exists."""
    one = bucket(name)
    harness.status(one.put(), 201)
    return one


def _resolve_localhost_names():
    """Names under `.localhost` mean this machine, but few resolvers know."""
    ask = socket.getaddrinfo

    def answer(host, *rest, **more):
        if isinstance(host, str) and host.endswith(".localhost"):
            host = harness.HOST
        return ask(host, *rest, **more)

    socket.getaddrinfo = answer


_resolve_localhost_names()
