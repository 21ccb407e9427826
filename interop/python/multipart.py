"""Multipart uploads and append."""

import base64
import hashlib

from harness import cannot, equal, etag, refused, status, step, true
import sdk

MEBIBYTE = 1 << 20


def run():
    one = sdk.made("py-multipart")
    life(one)
    parts(one)
    lists(one)
    secrets(one)
    append(sdk.made("py-append"))
    cannot("use UploadClient", "this release passes part numbers as integers, which its own builder cannot quote")


def begin(one, key, **settings):
    return status(one.initiate_multipart_upload(key, **settings), 200)["upload_id"]


def send(one, key, upload, number, body):
    return status(one.upload_multipart(key, upload_id=upload, part_number=str(number), body=body), 201)


def finish(one, key, upload, numbers, **settings):
    listed = [{"part_number": number} for number in numbers]
    return one.complete_multipart_upload(key, upload_id=upload, object_parts=listed, **settings)


def life(one):
    key = "films/übung 1.mp4"
    pieces = [b"a" * (4 * MEBIBYTE), b"b" * (5 * MEBIBYTE), b"the end"]
    with step("multipart: three parts, one of them twice"):
        answer = status(
            one.initiate_multipart_upload(key, content_type="video/mp4", x_qs_meta_data={"owner": "ann"}), 200
        )
        equal((answer["key"], answer["bucket"]), (key, "py-multipart"))
        upload = answer["upload_id"]
        answer = send(one, key, upload, 2, pieces[2])
        equal(answer.headers["ETag"], etag(pieces[2]), "ETag of a part")
        send(one, key, upload, 0, b"z" * (4 * MEBIBYTE))
        send(one, key, upload, 1, pieces[1])
        send(one, key, upload, 0, pieces[0])
        refused(one.get_object(key), 404, "object_not_exists")
    with step("multipart: list of parts"):
        answer = status(one.list_multipart(key, upload_id=upload), 200)
        equal([part["part_number"] for part in answer["object_parts"]], [0, 1, 2], "numbers")
        equal([part["size"] for part in answer["object_parts"]], [len(piece) for piece in pieces], "sizes")
        equal([part["etag"].strip('"') for part in answer["object_parts"]], [etag(p).strip('"') for p in pieces])
        equal(answer["count"], 3, "count")
        answer = one.list_multipart(key, upload_id=upload, part_number_marker="0", limit="1")
        equal([part["part_number"] for part in status(answer, 200)["object_parts"]], [1], "after part 0")
    with step("multipart: complete"):
        status(finish(one, key, upload, [0, 1, 2]), 201)
        answer = status(one.get_object(key), 200)
        equal(hashlib.sha256(answer.content).digest(), hashlib.sha256(b"".join(pieces)).digest(), "content")
        equal(answer.headers["Content-Type"], "video/mp4")
        equal(answer.headers["X-QS-Meta-Owner"], "ann")
        at = len(pieces[0]) - 2
        answer = status(one.get_object(key, range=f"bytes={at}-{at + 3}"), 206)
        equal(answer.content, b"aabb", "a range over two parts")
        refused(finish(one, key, upload, [0, 1, 2]), 404, "upload_not_exists")
    with step("multipart: the ETag is the client's, if it gives one"):
        upload = begin(one, "tagged")
        send(one, "tagged", upload, 0, b"x")
        given = '"4d2f5a38b9bfbef0bf6f29b2c7a6a7c4"'
        status(finish(one, "tagged", upload, [0], etag=given), 201)
        equal(one.head_object("tagged").headers["ETag"], given)


def parts(one):
    with step("multipart: gaps, parts left out, parts of different sizes"):
        upload = begin(one, "gaps")
        send(one, "gaps", upload, 3, b"a" * (4 * MEBIBYTE))
        send(one, "gaps", upload, 7, b"left out")
        send(one, "gaps", upload, 10000, b"z")
        status(finish(one, "gaps", upload, [3, 10000]), 201)
        equal(one.get_object("gaps").content, b"a" * (4 * MEBIBYTE) + b"z", "content")
    with step("multipart: a part under 4 MB that is not the last"):
        upload = begin(one, "small")
        send(one, "small", upload, 0, b"too small")
        send(one, "small", upload, 1, b"the end")
        refused(finish(one, "small", upload, [0, 1]), 400, "entity_too_small")
        status(one.abort_multipart_upload("small", upload_id=upload), 204)
    with step("multipart: wrong numbers, order, upload"):
        upload = begin(one, "wrong")
        for number in ["10001", "-1", "x"]:
            answer = one.upload_multipart("wrong", upload_id=upload, part_number=number, body=b"x")
            true(answer.status_code == 400, f"part {number}: {answer.status_code} {dict(answer)}")
        send(one, "wrong", upload, 0, b"a" * (4 * MEBIBYTE))
        send(one, "wrong", upload, 1, b"b")
        status(finish(one, "wrong", upload, [1, 0]), 400)
        status(finish(one, "wrong", upload, [0, 1, 2]), 400)
        answer = one.upload_multipart("wrong", upload_id="0" * 32, part_number="0", body=b"x")
        refused(answer, 404, "upload_not_exists")
        refused(one.list_multipart("wrong", upload_id="0" * 32), 404, "upload_not_exists")
        status(one.head_object("wrong"), 404)
    with step("multipart: abort, and again"):
        status(one.abort_multipart_upload("wrong", upload_id=upload), 204)
        status(one.abort_multipart_upload("wrong", upload_id=upload), 204)
        refused(one.list_multipart("wrong", upload_id=upload), 404, "upload_not_exists")
    with step("multipart: a part copied from an object"):
        status(one.put_object("source", body=b"0123456789" * 500_000), 201)
        upload = begin(one, "patchwork")
        answer = one.upload_multipart(
            "patchwork", upload_id=upload, part_number="0", x_qs_copy_source="/py-multipart/source"
        )
        status(answer, 201)
        answer = one.upload_multipart(
            "patchwork",
            upload_id=upload,
            part_number="1",
            x_qs_copy_source="/py-multipart/source",
            x_qs_copy_range="bytes=2-5",
        )
        equal(status(answer, 201).headers["X-QS-Content-Copy-Range"], "bytes 2-5/5000000")
        status(finish(one, "patchwork", upload, [0, 1]), 201)
        equal(one.get_object("patchwork").content, b"0123456789" * 500_000 + b"2345", "content")


def lists(one):
    with step("multipart: list of uploads"):
        begun = {}
        for key in ["l/a", "l/b", "l/sub/c", "m"]:
            begun[key] = begin(one, key)
        second = begin(one, "l/a")
        answer = status(one.list_multipart_uploads(prefix="l/"), 200)
        found = [(item["key"], item["upload_id"]) for item in answer["uploads"]]
        want = {("l/a", begun["l/a"]), ("l/a", second), ("l/b", begun["l/b"]), ("l/sub/c", begun["l/sub/c"])}
        equal(set(found), want, "uploads")
        equal([key for key, _ in found], sorted(key for key, _ in found), "in the order of keys")
        answer = status(one.list_multipart_uploads(prefix="l/", delimiter="/"), 200)
        equal(answer["common_prefixes"], ["l/sub/"], "common prefixes")
        equal([item["key"] for item in answer["uploads"]], ["l/a", "l/a", "l/b"])
    with step("multipart: list of uploads in pages of one"):
        found, key, upload = [], "", ""
        for _ in range(10):
            answer = one.list_multipart_uploads(prefix="l/", limit="1", key_marker=key, upload_id_marker=upload)
            status(answer, 200)
            found += [(item["key"], item["upload_id"]) for item in answer["uploads"]]
            key, upload = answer["next_key_marker"], answer["next_upload_id_marker"]
            if not key and not upload:
                break
        equal(sorted(found), sorted(want), "uploads")
        for name, upload in [*begun.items(), ("l/a", second)]:
            status(one.abort_multipart_upload(name, upload_id=upload), 204)
        equal(status(one.list_multipart_uploads(), 200)["uploads"], [], "uploads left")


def secrets(one):
    ours = {
        "x_qs_encryption_customer_algorithm": "AES256",
        "x_qs_encryption_customer_key": base64.b64encode(b"x" * 32).decode(),
        "x_qs_encryption_customer_key_md5": "3I/h1kl+vSP1l12NKhxegQ==",
    }
    with step("multipart: under a customer key"):
        upload = begin(one, "secret", **ours)
        plain = one.upload_multipart("secret", upload_id=upload, part_number="0", body=b"x")
        equal(plain.status_code, 400, "a part without the key")
        for number, body in [(0, b"a" * (4 * MEBIBYTE)), (1, b"b")]:
            answer = one.upload_multipart("secret", upload_id=upload, part_number=str(number), body=body, **ours)
            status(answer, 201)
        status(finish(one, "secret", upload, [0, 1]), 201)
        refused(one.get_object("secret"), 400, "invalid_argument")
        answer = one.get_object("secret", range="bytes=4194303-", **ours)
        equal(status(answer, 206).content, b"ab", "over two parts")


def append(one):
    with step("append: piece by piece"):
        answer = status(one.append_object("log", position="0", content_type="text/plain", body=b""), 200)
        equal(answer.headers["X-QS-Next-Append-Position"], "0", "next position")
        answer = status(one.append_object("log", position="0", body=b"first\n"), 200)
        equal(answer.headers["X-QS-Next-Append-Position"], "6", "next position")
        answer = status(one.append_object("log", position="6", body=b"second\n"), 200)
        equal(answer.headers["X-QS-Next-Append-Position"], "13", "next position")
        answer = status(one.get_object("log"), 200)
        equal((answer.content, answer.headers["Content-Type"]), (b"first\nsecond\n", "text/plain"))
        answer = status(one.head_object("log"), 200)
        equal(answer.headers["X-QS-Object-Type"], "appendable")
        equal(answer.headers["X-QS-Next-Append-Position"], "13")
    with step("append: at the wrong position"):
        for position in ["0", "12", "14"]:
            refused(one.append_object("log", position=position, body=b"x"), 400, "invalid_argument")
        equal(one.get_object("log").content, b"first\nsecond\n", "content")
    with step("append: to an object that was put"):
        status(one.put_object("plain", body=b"x"), 201)
        refused(one.append_object("plain", position="1", body=b"y"), 400, "invalid_object_state")
