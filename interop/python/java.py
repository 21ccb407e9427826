"""Requests signed as the Java SDK (2.6.6) signs them. The SDK itself is in no registry that this project uses.

What it does differently from the others, and so what is tried here: it signs decoded query values but writes `~` as
`%7E` and leaves `*` in them; header values are signed as they are set, not trimmed; `replication` is not among the
keys it signs; presigned URLs carry no headers; objects without a type have no Content-Type; the versioning
sub-resources are signed. The signer is checked against the published vectors first.
"""

import base64
import email.utils
import hashlib
import hmac
import json
import pathlib
import urllib.parse

from harness import equal, etag, far, raw, refused, status, step, true
from keys import AWKWARD
import harness

SIGNED = set(
    "acl append cname cors delete image lifecycle logging mirror notification part_number policy position stats"
    " upload_id uploads versioning versions version_id response-expires response-cache-control response-content-type"
    " response-content-language response-content-encoding response-content-disposition".split()
)
VECTORS = pathlib.Path(__file__).parents[2] / "sdk/tests/vectors/signing.json"


def string_to_sign(method, path, query, headers, date):
    headers = {name.lower(): value for name, value in headers.items()}
    lines = [method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    extra = sorted((name, value) for name, value in headers.items() if name.startswith("x-qs-"))
    lines += [f"{name}:{value}" for name, value in extra]
    keys = [f"{key}={value}" if value else key for key, value in sorted(query.items()) if key in SIGNED]
    return "\n".join([*lines, path + ("?" + "&".join(keys) if keys else "")])


def signature(secret, text):
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def target(bucket, key, query):
    path = f"/{bucket}" if key is None else f"/{bucket}/" + urllib.parse.quote(key, safe="/")
    pairs = [name if not value else f"{name}={quote(value)}" for name, value in query.items()]
    return path, "?" + "&".join(pairs) if pairs else ""


def quote(value):
    return urllib.parse.quote(value, safe="*").replace("~", "%7E")


def call(method, bucket, key=None, query=None, headers=None, body=None):
    """One request, signed in its header."""
    query, headers = dict(query or {}), dict(headers or {})
    path, rest = target(bucket, key, query)
    headers["Date"] = email.utils.formatdate(usegmt=True)
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    date = "" if any(name.lower() == "x-qs-date" for name in headers) else headers["Date"]
    text = string_to_sign(method, path, query, headers, date)
    headers["Authorization"] = f"QS {harness.KEY_ID}:{signature(harness.SECRET, text)}"
    return raw(method, path + rest, headers, body)


def presigned(method, bucket, key, query=None, ends=None):
    query, ends = dict(query or {}), str(ends or far())
    path, rest = target(bucket, key, query)
    mark = signature(harness.SECRET, string_to_sign(method, path, query, {}, ends))
    more = f"access_key_id={harness.KEY_ID}&expires={ends}&signature={urllib.parse.quote(mark, safe='')}"
    return path + (rest + "&" if rest else "?") + more


def run():
    harness.name_client("java")
    vectors()
    with step("signature: bucket, and keys that clients get wrong"):
        status(call("PUT", "java-bucket"), 201)
        for name, key in AWKWARD.items():
            body = name.encode()
            equal(status(call("PUT", "java-bucket", key, body=body), 201).headers["ETag"], etag(body), name)
            equal(status(call("GET", "java-bucket", key), 200).content, body, name)
            equal(raw("GET", presigned("GET", "java-bucket", key)).content, body, f"presigned: {name}")
            status(call("DELETE", "java-bucket", key), 204)
    with step("signature: x-qs-date instead of Date, headers of the object"):
        date = {"x-qs-date": email.utils.formatdate(usegmt=True), "X-QS-Meta-B": "two", "x-qs-meta-a": "one"}
        status(call("PUT", "java-bucket", "k", headers=date, body=b"hello"), 201)
        equal(call("HEAD", "java-bucket", "k").headers["X-QS-Meta-B"], "two")
    with step("signature: query values that are signed decoded"):
        odd = {"response-content-disposition": 'attachment; filename="a b+c~*.txt"'}
        answer = status(call("GET", "java-bucket", "k", odd), 200)
        equal(answer.headers["Content-Disposition"], odd["response-content-disposition"])
        answer = status(raw("GET", presigned("GET", "java-bucket", "k", odd)), 200)
        equal(answer.headers["Content-Disposition"], odd["response-content-disposition"])
    with step("signature: all sub-resources of a bucket"):
        for key in SIGNED & set("acl cname cors lifecycle logging mirror notification policy stats uploads".split()):
            true(call("GET", "java-bucket", query={key: ""}).status_code in (200, 404), key)
        rules = {"cors_rules": [{"allowed_origin": "*", "allowed_methods": ["GET"]}]}
        status(call("PUT", "java-bucket", query={"cors": ""}, body=rules), 200)
        equal(call("GET", "java-bucket", query={"cors": ""})["cors_rules"], rules["cors_rules"])
        status(call("GET", "java-bucket", query={"replication": ""}), 200)
    with step("signature: versions"):
        status(call("PUT", "java-bucket", query={"versioning": ""}, body={"status": "ENABLED"}), 200)
        equal(call("GET", "java-bucket", query={"versioning": ""})["status"], "ENABLED")
        first = status(call("PUT", "java-bucket", "v", body=b"one"), 201).headers["X-QS-Version-Id"]
        status(call("PUT", "java-bucket", "v", body=b"two"), 201)
        equal(call("GET", "java-bucket", "v").content, b"two")
        equal(call("GET", "java-bucket", "v", {"version_id": first}).content, b"one")
        marker = status(call("DELETE", "java-bucket", "v"), 204).headers["X-QS-Version-Id"]
        answer = call("GET", "java-bucket", "v")
        equal((answer.status_code, answer.headers["X-QS-Delete-Marker"]), (404, "true"))
        listed = status(call("GET", "java-bucket", query={"versions": "", "prefix": "v"}), 200)["keys"]
        kinds = [(item["delete_marker"], item["is_latest"]) for item in listed]
        equal(kinds, [(True, True), (False, False), (False, False)])
        equal(listed[0]["version_id"], marker, "the marker")
        refused(call("GET", "java-bucket", "v", {"version_id": marker}), 405, "method_not_allowed")
        answer = status(call("DELETE", "java-bucket", "v", {"version_id": marker}), 204)
        equal(answer.headers["X-QS-Delete-Marker"], "true")
        equal(call("GET", "java-bucket", "v").content, b"two", "the marker is gone")
        source = {"X-QS-Copy-Source": f"/java-bucket/v?version_id={first}"}
        status(call("PUT", "java-bucket", "v", headers=source), 201)
        equal(call("GET", "java-bucket", "v").content, b"one", "the first version again")
    with step("signature: multipart and append"):
        upload = status(call("POST", "java-bucket", "m", {"uploads": ""}), 200)["upload_id"]
        query = {"part_number": "0", "upload_id": upload}
        status(call("PUT", "java-bucket", "m", query, body=b"part"), 201)
        parts = {"object_parts": [{"part_number": 0}]}
        status(call("POST", "java-bucket", "m", {"upload_id": upload}, body=parts), 201)
        equal(call("GET", "java-bucket", "m").content, b"part")
        status(call("POST", "java-bucket", "a", {"append": "", "position": "0"}, body=b"x"), 200)
    with step("signature: changed afterwards"):
        got = presigned("GET", "java-bucket", "k", {"response-content-type": "text/plain"})
        refused(raw("GET", got.replace("plain", "html")), 401, "signature_not_matched")
        refused(raw("GET", presigned("GET", "java-bucket", "k", ends=far(-5))), 403, "request_expired")


def vectors():
    with step("signature: the published vectors"):
        tried = 0
        for case in json.loads(VECTORS.read_text())["signatures"]:
            headers = {name: value for name, value in case["headers"]}
            if any(value != value.strip() for value in headers.values()):
                continue  # This SDK does not trim.
            if "url" in case:
                url = urllib.parse.urlsplit(case["url"])
                query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
                path = urllib.parse.quote(url.path or "/", safe="/%")
            else:
                query, path = dict(case["query"]), case["path"]
            if case["bucket"]:
                path = f"/{case['bucket']}{path}"
            named = {name.lower(): name for name in headers}
            date = case["expires"] or ("" if "x-qs-date" in named else headers.get(named.get("date"), ""))
            text = string_to_sign(case["method"], path, query, headers, str(date))
            equal(text, case["string_to_sign"], case["name"])
            equal(signature(case["secret_access_key"], text), case["signature"], case["name"])
            tried += 1
        true(tried >= 30, f"{tried} vectors")
