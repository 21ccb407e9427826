"""Objects: content, keys, headers, conditions, ranges, copies, listings, presigned URLs."""

import base64
import email.utils
import hashlib

import requests

from harness import Origin, cannot, equal, etag, far, follow, raw, refused, status, step, true
from keys import AWKWARD
import sdk


def run():
    one = sdk.made("py-objects")
    for name, key in AWKWARD.items():
        with step(f"key: {name}"):
            round_trip(one, key)
    with step("key: 1024 bytes are one too many"):
        refused(one.put_object("k" * 1024, body=b"x"), 400, "invalid_object_name")
    with step("key: with dot segments is refused, not stored elsewhere"):
        refused(one.put_object("a/../escaped", body=b"x"), 401, "signature_not_matched")
        status(one.head_object("escaped"), 404)
    cannot("use keys with `.` or `..` segments", "it signs one path and sends another")

    content(one)
    headers(one)
    ranges(one)
    conditions(one)
    overrides(one)
    copies(one)
    fetches(one)
    encryption(one)
    presigned(one)
    deletion(one)
    listing()


def round_trip(one, key):
    body = f"content of {key}".encode()
    source = "/py-objects/" + key
    answer = status(one.put_object(key, body=body), 201)
    equal(answer.headers["ETag"], etag(body), "ETag of the upload")
    answer = status(one.get_object(key), 200)
    equal(answer.content, body, "content")
    equal(answer.headers["ETag"], etag(body), "ETag of the download")
    answer = status(one.head_object(key), 200)
    equal(answer.headers["Content-Length"], str(len(body)), "length")
    found = status(one.list_objects(prefix=key), 200)["keys"]
    true(key in [item["key"] for item in found], f"the key is listed: {found}")
    equal(follow(one.get_object_request(key).sign_query(far())).content, body, "presigned")
    status(one.put_object("copied", x_qs_copy_source=source), 201)
    equal(one.get_object("copied").content, body, "content of the copy")
    status(one.put_object("moved", x_qs_move_source=source), 201)
    equal(one.get_object("moved").content, body, "content of what was moved")
    refused(one.get_object(key), 404, "object_not_exists")
    # And onto the awkward key.
    status(one.put_object(key, x_qs_copy_source="/py-objects/moved"), 201)
    equal(one.get_object(key).content, body, "content of the copy back")
    answer = one.delete_multiple_objects(content_md5="computed", objects=[{"key": key}])
    equal([item["key"] for item in status(answer, 200)["deleted"]], [key], "deleted")
    status(one.delete_object("copied"), 204)
    status(one.delete_object("moved"), 204)
    equal(status(one.list_objects(), 200)["keys"], [], "keys left")


def content(one):
    with step("object: empty"):
        answer = status(one.put_object("empty"), 201)
        equal(answer.headers["ETag"], etag(b""), "ETag")
        answer = status(one.get_object("empty"), 200)
        equal((answer.content, answer.headers["Content-Length"]), (b"", "0"))
    with step("object: eight megabytes, and over it five bytes"):
        big = bytes(range(256)) * (32 << 10)
        equal(status(one.put_object("big", body=big), 201).headers["ETag"], etag(big), "ETag")
        equal(hashlib.sha256(one.get_object("big").content).digest(), hashlib.sha256(big).digest())
        status(one.put_object("big", body=b"small"), 201)
        equal(one.get_object("big").content, b"small", "content")
    with step("object: Content-MD5 is checked"):
        digest = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
        status(one.put_object("checked", content_md5=digest, body=b"hello"), 201)
        refused(one.put_object("checked", content_md5=digest, body=b"hellO"), 400, "bad_digest")
        equal(one.get_object("checked").content, b"hello", "content after the refusal")
    with step("object: none of that name"):
        refused(one.get_object("nowhere"), 404, "object_not_exists")
        equal(status(one.head_object("nowhere"), 404).content, b"", "body of a HEAD")


def headers(one):
    with step("object: headers and metadata come back"):
        status(
            one.put_object(
                "dressed",
                content_type="text/plain; charset=utf-8",
                cache_control="max-age=60",
                content_encoding="identity",
                x_qs_meta_data={"Owner": "ann", "shot-on": "film & paper = good"},
                body=b"hello",
            ),
            201,
        )
        for answer in (one.get_object("dressed"), one.head_object("dressed")):
            status(answer, 200)
            got = answer.headers
            equal(got["Content-Type"], "text/plain; charset=utf-8", "Content-Type")
            equal(got["Cache-Control"], "max-age=60", "Cache-Control")
            equal(got["Content-Encoding"], "identity", "Content-Encoding")
            equal(got["X-QS-Meta-Owner"], "ann", "metadata")
            equal(got["X-QS-Meta-Shot-On"], "film & paper = good", "metadata")
            equal(got["X-QS-Storage-Class"], "STANDARD", "storage class")
            email.utils.parsedate_to_datetime(got["Last-Modified"])
    with step("object: the type is guessed from the key by the SDK, else octets"):
        status(one.put_object("typed.png", body=b"x"), 201)
        equal(one.head_object("typed.png").headers["Content-Type"], "image/png")
        status(one.put_object("typed", body=b"x"), 201)
        equal(one.head_object("typed").headers["Content-Type"], "application/octet-stream")
    with step("object: metadata over 2 KB"):
        refused(one.put_object("fat", x_qs_meta_data={"a": "b" * 2048}, body=b"x"), 400, "metadata_too_large")
        status(one.head_object("fat"), 404)
        status(one.put_object("fat", x_qs_meta_data={"a": "b" * 2047}, body=b"x"), 201)
    with step("object: storage class"):
        status(one.put_object("cold", x_qs_storage_class="STANDARD_IA", body=b"x"), 201)
        equal(one.head_object("cold").headers["X-QS-Storage-Class"], "STANDARD_IA")
        listed = {item["key"]: item for item in one.list_objects(prefix="cold")["keys"]}
        equal(listed["cold"]["storage_class"], "STANDARD_IA", "in the listing")
        status(one.put_object("cold", x_qs_copy_source="/py-objects/cold", x_qs_storage_class="STANDARD"), 201)
        equal(one.head_object("cold").headers["X-QS-Storage-Class"], "STANDARD")


def ranges(one):
    with step("range: parts of an object"):
        status(one.put_object("digits", body=b"0123456789"), 201)
        for given, want, where in [
            ("bytes=2-5", b"2345", "bytes 2-5/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-3", b"789", "bytes 7-9/10"),
            ("bytes=0-0", b"0", "bytes 0-0/10"),
            ("bytes=8-100", b"89", "bytes 8-9/10"),
        ]:
            answer = status(one.get_object("digits", range=given), 206)
            equal((answer.content, answer.headers["Content-Range"]), (want, where), given)
            equal(answer.headers["Content-Length"], str(len(want)), "length")
    with step("range: beyond the end, or none"):
        for given in ["bytes=10-", "bytes=100-200", "bytes=5-2", "100-"]:
            refused(one.get_object("digits", range=given), 416, "invalid_range")


def conditions(one):
    tag = one.head_object("digits").headers["ETag"]
    modified = one.head_object("digits").headers["Last-Modified"]
    early, late = "Mon, 02 Jan 2006 15:04:05 GMT", modified
    with step("conditions: GET and HEAD"):
        for given, want in [
            ({"if_match": tag}, 200),
            ({"if_match": '"other"'}, 412),
            ({"if_none_match": tag}, 304),
            ({"if_none_match": '"other"'}, 200),
            ({"if_modified_since": early}, 200),
            ({"if_modified_since": late}, 304),
            ({"if_unmodified_since": early}, 412),
            ({"if_unmodified_since": late}, 200),
            # RFC 9110, 13.2.2: entity tags outrank dates.
            ({"if_match": tag, "if_unmodified_since": early}, 200),
            ({"if_none_match": '"other"', "if_modified_since": late}, 200),
        ]:
            equal(one.get_object("digits", **given).status_code, want, f"GET {given}")
            equal(one.head_object("digits", **given).status_code, want, f"HEAD {given}")
        refused(one.get_object("digits", if_match='"other"'), 412, "precondition_failed")
        answer = one.get_object("digits", if_none_match=tag)
        equal((answer.content, answer.headers["ETag"]), (b"", tag), "a 304 has a tag and no body")


def overrides(one):
    with step("response overrides: signed as the SDK does, percent-encoded"):
        answer = one.get_object(
            "digits",
            response_content_type="video/mp4; charset=utf8",
            response_cache_control="no-cache, no-store",
            response_content_disposition='attachment; filename="a b+c.txt"',
            response_content_language="de, en",
            response_expires="Mon, 02 Jan 2006 15:04:05 GMT",
        )
        got = status(answer, 200).headers
        equal(got["Content-Type"], "video/mp4; charset=utf8")
        equal(got["Cache-Control"], "no-cache, no-store")
        equal(got["Content-Disposition"], 'attachment; filename="a b+c.txt"')
        equal(got["Content-Language"], "de, en")
        equal(got["Expires"], "Mon, 02 Jan 2006 15:04:05 GMT")
        equal(one.head_object("digits").headers.get("Content-Disposition"), None, "afterwards")


def copies(one):
    with step("copy: to another bucket, with metadata or without"):
        two = sdk.made("py-copies")
        status(two.put_object("dressed", x_qs_copy_source="/py-objects/dressed"), 201)
        equal(two.head_object("dressed").headers["X-QS-Meta-Owner"], "ann", "copied metadata")
        status(
            two.put_object(
                "dressed",
                x_qs_copy_source="/py-objects/dressed",
                x_qs_metadata_directive="REPLACE",
                x_qs_meta_data={"owner": "bob"},
                content_type="text/html",
            ),
            201,
        )
        got = two.get_object("dressed")
        equal((got.content, got.headers["X-QS-Meta-Owner"]), (b"hello", "bob"), "replaced metadata")
        equal(got.headers["Content-Type"], "text/html")
    with step("copy: conditions and errors"):
        tag = one.head_object("digits").headers["ETag"]
        early = "Mon, 02 Jan 2006 15:04:05 GMT"
        source = {"x_qs_copy_source": "/py-objects/digits"}
        status(one.put_object("c", x_qs_copy_source_if_match=tag, **source), 201)
        for condition in [
            {"x_qs_copy_source_if_match": '"other"'},
            {"x_qs_copy_source_if_none_match": tag},
            {"x_qs_copy_source_if_unmodified_since": early},
        ]:
            refused(one.put_object("d", **condition, **source), 412, "precondition_failed")
        refused(one.put_object("d", x_qs_copy_source="/py-objects/nowhere"), 404, "object_not_exists")
        refused(one.put_object("d", x_qs_copy_source="/py-nowhere/digits"), 404, "bucket_not_exists")
        status(one.head_object("d"), 404)
    with step("move: content and metadata go, the source is gone"):
        status(one.put_object("renamed", x_qs_move_source="/py-objects/dressed"), 201)
        equal(one.head_object("renamed").headers["X-QS-Meta-Owner"], "ann")
        status(one.head_object("dressed"), 404)
        refused(one.put_object("x", x_qs_move_source="/py-objects/dressed"), 404, "object_not_exists")


def fetches(one):
    with step("fetch: from an origin, through its redirect"):
        origin = Origin()
        origin.pages["/a b.txt"] = ("text/x-note", b"from afar")
        origin.pages["/a%20b.txt"] = origin.pages["/a b.txt"]
        origin.redirects["/old"] = "/a%20b.txt"
        status(one.put_object("fetched", x_qs_fetch_source=origin.url + "/old"), 201)
        answer = one.get_object("fetched")
        equal((answer.content, answer.headers["ETag"]), (b"from afar", etag(b"from afar")))
    with step("fetch: what the origin has not"):
        refused(one.put_object("f", x_qs_fetch_source=origin.url + "/none"), 404, "object_not_exists")
        closed = "http://127.0.0.1:9/none"
        try:
            one.put_object("f", x_qs_fetch_source=closed)
            raise AssertionError("the SDK turns a 503 into an exception")
        except requests.exceptions.RetryError as error:
            true("503" in str(error), str(error))
        status(one.head_object("f"), 404)


def encryption(one):
    key = base64.b64encode(b"x" * 32).decode()
    ours = {
        "x_qs_encryption_customer_algorithm": "AES256",
        "x_qs_encryption_customer_key": key,
        "x_qs_encryption_customer_key_md5": "3I/h1kl+vSP1l12NKhxegQ==",
    }
    other = base64.b64encode(b"y" * 32).decode()
    theirs = {
        "x_qs_encryption_customer_algorithm": "AES256",
        "x_qs_encryption_customer_key": other,
        "x_qs_encryption_customer_key_md5": base64.b64encode(hashlib.md5(b"y" * 32).digest()).decode(),
    }
    source = {f"x_qs_copy_source_{name[5:]}": value for name, value in ours.items()}
    with step("customer key: put, get, head"):
        answer = status(one.put_object("secret", body=b"hush, hush", **ours), 201)
        equal(answer.headers["X-QS-Encryption-Customer-Algorithm"], "AES256")
        equal(status(one.get_object("secret", **ours), 200).content, b"hush, hush")
        answer = status(one.get_object("secret", range="bytes=6-9", **ours), 206)
        equal(answer.content, b"hush", "a range")
        status(one.head_object("secret"), 200)
        status(one.head_object("secret", **ours), 200)
        refused(one.get_object("secret"), 400, "invalid_argument")
        refused(one.get_object("secret", **theirs), 403, "permission_denied")
        listed = one.list_objects(prefix="secret")["keys"]
        equal(listed[0]["encrypted"], True, "encrypted in the listing")
    with step("customer key: copy, move"):
        moved = "/py-objects/secret"
        status(one.put_object("open", x_qs_copy_source=moved, **source), 201)
        equal(one.get_object("open").content, b"hush, hush", "the copy is open")
        status(one.put_object("again", x_qs_copy_source=moved, **source, **theirs), 201)
        equal(one.get_object("again", **theirs).content, b"hush, hush", "under another key")
        status(one.put_object("secret-2", x_qs_move_source=moved), 201)
        equal(one.get_object("secret-2", **ours).content, b"hush, hush", "moved under its key")


def presigned(one):
    with step("presigned: GET, HEAD, PUT and DELETE, each for itself only"):
        get = one.get_object_request("digits").sign_query(far())
        equal(follow(get).content, b"0123456789")
        refused(follow(get, method="DELETE"), 401, "signature_not_matched")
        status(follow(get, method="HEAD"), 401)
        put = one.put_object_request("digits-2").sign_query(far())
        status(follow(put, body=b"9876543210"), 201)
        equal(one.get_object("digits-2").content, b"9876543210")
        status(follow(one.head_object_request("digits-2").sign_query(far())), 200)
        status(follow(one.delete_object_request("digits-2").sign_query(far())), 204)
        status(one.head_object("digits-2"), 404)
    with step("presigned: with an override, and a time that is over"):
        ask = one.get_object_request("digits", response_content_type="audio/mpeg")
        equal(follow(ask.sign_query(far())).headers["Content-Type"], "audio/mpeg")
        refused(follow(one.get_object_request("digits").sign_query(far(-10))), 403, "request_expired")
    cannot("presign a PUT that sends a Content-Type", "it blanks the line and drops the header")


def deletion(one):
    with step("delete: again and again"):
        status(one.delete_object("digits"), 204)
        status(one.delete_object("digits"), 204)
        refused(one.get_object("digits"), 404, "object_not_exists")
    with step("delete multiple: with and without an answer"):
        for name in ["m1", "m2", "m3"]:
            status(one.put_object(name, body=b"x"), 201)
        wanted = [{"key": name} for name in ["m1", "m2", "never"]]
        answer = status(one.delete_multiple_objects(content_md5="computed", objects=wanted, quiet=False), 200)
        equal({item["key"] for item in answer["deleted"]}, {"m1", "m2", "never"}, "deleted")
        equal(answer.get("errors") or [], [], "errors")
        answer = status(one.delete_multiple_objects(content_md5="x", objects=[{"key": "m3"}], quiet=True), 200)
        equal(answer.get("deleted") or [], [], "a quiet answer")
        for name in ["m1", "m2", "m3"]:
            status(one.head_object(name), 404)


def listing():
    two = sdk.made("py-listing")
    names = [f"2026/{month:02}/{day:02}.jpg" for month in range(1, 6) for day in range(1, 31)] + ["a", "b", "2026/c"]
    with step("listing: 153 objects, in pages of 20, each once"):
        for name in names:
            status(two.put_object(name, body=name.encode()), 201)
        found = pages(two, limit="20")
        equal(sorted(found), sorted(names), "keys")
        answer = status(two.list_objects(limit="1000"), 200)
        equal((len(answer["keys"]), answer["limit"], answer["has_more"]), (100, 100, True), "clamped")
        equal(answer["name"], "py-listing", "name")
    with step("listing: what a key says of its object"):
        item = status(two.list_objects(prefix="2026/c"), 200)["keys"][0]
        equal(item["size"], len("2026/c"), "size")
        equal(item["etag"].strip('"'), etag(b"2026/c").strip('"'), "ETag")
        equal(item["mime_type"], "application/octet-stream", "type")
        true(isinstance(item["modified"], int) and item["modified"] > 1_700_000_000, "modified")
        equal(item["encrypted"], False, "encrypted")
    with step("listing: folders by delimiter"):
        answer = status(two.list_objects(delimiter="/"), 200)
        equal(answer["common_prefixes"], ["2026/"], "common prefixes")
        equal(sorted(item["key"] for item in answer["keys"]), ["a", "b"], "keys beside them")
        equal(answer["has_more"], False, "has_more")
        equal(answer["next_marker"], "", "next marker")
        answer = status(two.list_objects(delimiter="/", prefix="2026/"), 200)
        equal(answer["common_prefixes"], [f"2026/{month:02}/" for month in range(1, 6)])
        equal([item["key"] for item in answer["keys"]], ["2026/c"], "keys")
    with step("listing: folders in pages, each once"):
        found, marker = [], ""
        for _ in range(10):
            answer = status(two.list_objects(delimiter="/", prefix="2026/", limit="2", marker=marker), 200)
            found += [item["key"] for item in answer["keys"]] + answer["common_prefixes"]
            marker = answer["next_marker"]
            if not answer["has_more"]:
                break
        equal(sorted(found), ["2026/01/", "2026/02/", "2026/03/", "2026/04/", "2026/05/", "2026/c"])
    with step("listing: nobody's, and nonsense"):
        refused(raw("GET", "/py-listing"), 403, "permission_denied")
        refused(two.list_objects(limit="many"), 400, "invalid_argument")


def pages(bucket, **query):
    found, marker = [], ""
    while True:
        answer = status(bucket.list_objects(marker=marker, **query), 200)
        found += [item["key"] for item in answer["keys"]]
        if not answer["has_more"]:
            return found
        true(answer["next_marker"] != marker, "the marker moves")
        marker = answer["next_marker"]
