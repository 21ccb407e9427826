"""Buckets: their life, their names, who may ask."""

import datetime
import email.utils

from harness import equal, raw, refused, status, step, true
import harness
import sdk


def run():
    one = sdk.bucket("py-buckets")
    with step("bucket: create"):
        status(one.put(), 201)
    with step("bucket: create again"):
        refused(one.put(), 409, "bucket_already_exists")
    with step("bucket: names that are not allowed"):
        for name in ["short", "UPPER-case", "-begins", "ends--with-", "under_score", "a" * 64]:
            refused(sdk.bucket(name).put(), 400, "invalid_bucket_name")
    with step("bucket: head"):
        answer = status(one.head(), 200)
        equal(answer.headers["Server"], "QingStor", "Server")
        true(answer.headers["X-QS-Request-ID"], "a request id")
        answer = status(sdk.bucket("py-nowhere").head(), 404)
        equal(answer.content, b"", "body of a HEAD")
    with step("bucket: none of that name"):
        refused(sdk.bucket("py-nowhere").list_objects(), 404, "bucket_not_exists")
        refused(sdk.bucket("py-nowhere").delete(), 404, "bucket_not_exists")

    listing(one)
    statistics()
    rights(one)
    virtual_host()

    with step("bucket: delete one that holds an object"):
        status(one.put_object("a", body=b"a"), 201)
        refused(one.delete(), 409, "bucket_not_empty")
        status(one.delete_object("a"), 204)
        status(one.delete(), 204)
        refused(one.delete(), 404, "bucket_not_exists")
        status(one.head(), 404)


def listing(one):
    with step("bucket: list of buckets"):
        status(sdk.bucket("py-buckets-2").put(), 201)
        answer = status(sdk.service().list_buckets(), 200)
        found = {item["name"]: item for item in answer["buckets"]}
        true({"py-buckets", "py-buckets-2"} <= set(found), f"both are listed: {sorted(found)}")
        equal(answer["count"], len(answer["buckets"]), "count")
        item = found["py-buckets"]
        equal(item["location"], harness.ZONE, "location")
        true("py-buckets" in item["url"], "the bucket's URL")
        datetime.datetime.fromisoformat(item["created"].replace("Z", "+00:00"))
    with step("bucket: list of buckets in pages and by zone"):
        names, offset = [], 0
        while True:
            page = status(sdk.service().list_buckets(limit="1", offset=str(offset)), 200)["buckets"]
            if not page:
                break
            equal(len(page), 1, "buckets in a page of one")
            names.append(page[0]["name"])
            offset += 1
        equal(len(names), len(set(names)), "no bucket twice")
        true({"py-buckets", "py-buckets-2"} <= set(names), "both are in the pages")
        answer = status(sdk.service().list_buckets(location=harness.ZONE), 200)
        true(all(item["location"] == harness.ZONE for item in answer["buckets"]), "only this zone's")
        refused(sdk.service().list_buckets(location="moon1a"), 400, "invalid_location")
    with step("bucket: delete an empty one"):
        status(sdk.bucket("py-buckets-2").delete(), 204)


def statistics():
    with step("bucket: statistics are true"):
        two = sdk.made("py-statistics")
        answer = status(two.get_statistics(), 200)
        equal((answer["count"], answer["size"]), (0, 0), "of an empty bucket")
        status(two.put_object("a", body=b"12345"), 201)
        status(two.put_object("b", body=b"1234567"), 201)
        status(two.put_object("a", body=b"123"), 201)
        answer = status(two.get_statistics(), 200)
        equal((answer["count"], answer["size"]), (2, 10), "after two objects, one overwritten")
        equal(answer["status"], "active", "status")
        equal(answer["name"], "py-statistics", "name")
        equal(answer["location"], harness.ZONE, "location")
        status(two.delete_object("b"), 204)
        answer = status(two.get_statistics(), 200)
        equal((answer["count"], answer["size"]), (1, 3), "after a deletion")


def rights(one):
    with step("rights: unknown key id, wrong secret"):
        refused(sdk.bucket("py-buckets", key_id="NOBODY").list_objects(), 401, "invalid_access_key_id")
        refused(sdk.bucket("py-buckets", secret="wrong").list_objects(), 401, "signature_not_matched")
    with step("rights: a date more than 15 minutes off"):
        for minutes, want in [(-16, 403), (16, 403), (-14, 200), (14, 200)]:
            request = one.list_objects_request()
            when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
            request.req.headers["Date"] = email.utils.format_datetime(when, usegmt=True)
            answer = one.client.send(request.sign())
            equal(answer.status_code, want, f"status at {minutes} minutes")
            if want == 403:
                equal(answer.json()["code"], "request_expired", "code")
    with step("rights: what was signed cannot be changed"):
        request = one.put_object_request("signed", x_qs_meta_data={"a": "1"}, body=b"x").sign()
        request.headers["X-QS-Meta-a"] = "2"
        answer = one.client.send(request)
        equal((answer.status_code, answer.json()["code"]), (401, "signature_not_matched"))
        status(one.head_object("signed"), 404)
    with step("rights: nobody's requests"):
        refused(raw("GET", "/"), 403, "permission_denied")
        refused(raw("GET", "/py-buckets"), 403, "permission_denied")
        refused(raw("PUT", "/py-buckets/k", body=b"x"), 403, "permission_denied")
        refused(raw("DELETE", "/py-buckets"), 403, "permission_denied")


def virtual_host():
    with step("virtual host: <bucket>.<zone>.localhost"):
        one = sdk.bucket("py-virtual", harness.ZONE, host="localhost", virtual_host=True)
        status(one.put(), 201)
        for key in ["a b+c/ü", "plain", "x//y"]:
            status(one.put_object(key, body=key.encode()), 201)
            equal(one.get_object(key).content, key.encode(), "content")
        answer = status(one.list_objects(limit="2"), 200)
        equal(len(answer["keys"]), 2, "keys")
        # The same bucket by path.
        answer = status(sdk.bucket("py-virtual").list_objects(), 200)
        equal({key["key"] for key in answer["keys"]}, {"a b+c/ü", "plain", "x//y"})
        status(one.get_acl(), 200)
        signed = one.get_object_request("plain").sign_query(harness.far())
        equal(one.client.send(signed).content, b"plain", "presigned")
        for key in ["a b+c/ü", "plain", "x//y"]:
            status(one.delete_object(key), 204)
        status(one.delete(), 204)
    with step("zones: <zone>.localhost, path style"):
        one = sdk.bucket("py-zoned-1", harness.ZONE, host="localhost")
        status(one.put(), 201)
        status(one.head(), 200)
        status(one.delete(), 204)
