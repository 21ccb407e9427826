"""Signs what schemathesis sends, and works out the headers that a client would (x-computed in the document).

Written from the public description of the signature, not from the SDK: HMAC-SHA256 over method, Content-MD5, Content-Type,
date, x-qs-* headers and the path with the signed query keys.
"""

import base64
import hashlib
import hmac
import os
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis

KEY_ID = os.environ["QINGSTOR_ACCESS_KEY_ID"]
SECRET = os.environ["QINGSTOR_SECRET_ACCESS_KEY"].encode()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def signature(request: requests.PreparedRequest, signed_keys: frozenset[str]) -> str:
    url = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    lines = [
        request.method,
        text(headers.get("content-md5", "")),
        text(headers.get("content-type", "")),
        "" if "x-qs-date" in headers else text(headers.get("date", "")),
    ]
    for name in sorted(name for name in headers if name.startswith("x-qs-")):
        lines.append(f"{name}:{text(headers[name]).strip()}")
    query = parse_qsl(url.query, keep_blank_values=True)
    signed = sorted((name, value) for name, value in query if name in signed_keys)
    pairs = "&".join(f"{name}={value}" if value else name for name, value in signed)
    lines.append((url.path or "/") + (f"?{pairs}" if pairs else ""))
    digest = hmac.new(SECRET, "\n".join(lines).encode(), hashlib.sha256).digest()
    return f"QS {KEY_ID}:{base64_of(digest)}"


def text(value) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def decoded(key: str) -> bytes:
    """A key that is no base64 is sent all the same, to see it refused."""
    try:
        return base64.b64decode(key)
    except ValueError:
        return key.encode()


class Signer(requests.auth.AuthBase):
    """Signs the finished request, byte for byte what is sent."""

    def __init__(self, operation):
        self.raw = operation.definition.raw
        schemes = operation.schema.raw_schema["components"]["securitySchemes"]
        self.signed_keys = frozenset(schemes["signature"]["x-signed-query-keys"])

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        for parameter in self.raw.get("parameters", []):
            rule = parameter.get("x-computed")
            if not rule:
                continue
            request.headers.pop(parameter["name"], None)
            if rule["rule"] == "content_md5":
                request.headers[parameter["name"]] = base64_of(hashlib.md5(body).digest())
            key = request.headers.get(rule.get("of", ""))
            if key and rule["rule"] == "customer_algorithm":
                request.headers[parameter["name"]] = "AES256"
            if key and rule["rule"] == "customer_key_md5":
                digest = hashlib.md5(decoded(text(key))).digest()
                request.headers[parameter["name"]] = base64_of(digest)
        if self.raw["security"] == [{}]:
            return request
        request.headers["Date"] = formatdate(usegmt=True)
        request.headers["Authorization"] = signature(request, self.signed_keys)
        return request


BUCKET = "schemathesis-bucket"
KEY = "a key"

# Not on the bucket of the others: with a mirror that cannot be reached, every missing object is a 503, as declared.
APART = {"PutBucketExternalMirror"}


def prepare(operation, base_url: str) -> None:
    """A bucket and an object, so that not everything is answered with 404."""
    signer = Signer(operation)
    signer.raw = {"security": [{"signature": []}]}
    for path in (f"/{BUCKET}", f"/{BUCKET}/{KEY}"):
        answer = requests.put(base_url + path, data=b"content", auth=signer, timeout=10)
        # 409: it is there already.
        assert answer.status_code in (200, 201, 409), answer.text


def chance(case) -> int:
    """The same for the same case, so that a seed means the same run."""
    parts = repr((case.operation.label, case.path_parameters, case.query))
    return hashlib.sha256(parts.encode()).digest()[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Signer(case.operation)
    parameters = case.operation.definition.raw.get("parameters", [])
    # Without its selector a request would reach another operation, of which another part of the document speaks.
    selector = case.operation.path.partition("#")[2]
    for parameter in parameters:
        if parameter["in"] == "query" and parameter["name"] == selector:
            bare = parameter["schema"].get("enum") == [""]
            case.query[selector] = "" if bare else case.query.get(selector, "0")
    place, names = chance(case), case.path_parameters or {}
    apart = case.operation.definition.raw["operationId"] in APART
    if "bucket" in names and place < 192 and not apart:
        prepare(case.operation, os.environ["SCHEMATHESIS_URL"])
        names["bucket"] = BUCKET
        if "key" in names and place < 128:
            names["key"] = KEY
