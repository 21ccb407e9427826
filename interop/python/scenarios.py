"""The vendor's shared scenarios (repository qingstor-sdk-test-scenarios), told again in steps of our own.

`TABLE` says which scenario each function covers. Names are of the vendor; keys, contents and checks are ours, and
check more than the scenarios ask for.
"""

import base64

from harness import Origin, equal, far, follow, refused, status, step, true
from keys import AWKWARD
import images
import png
import sdk

MEBIBYTE = 1 << 20


def bucket_life(one):
    status(one.put(), 201)
    refused(one.put(), 409, "bucket_already_exists")
    equal(status(one.list_objects(), 200)["keys"], [], "keys")
    status(one.head(), 200)
    wanted = [{"key": f"object_{number}"} for number in range(3)]
    status(one.delete_multiple_objects(content_md5="computed", objects=wanted, quiet=False), 200)
    equal(status(one.get_statistics(), 200)["status"], "active", "status")
    upload = status(one.initiate_multipart_upload("begun"), 200)["upload_id"]
    equal(len(status(one.list_multipart_uploads(), 200)["uploads"]), 1, "uploads")
    status(one.abort_multipart_upload("begun", upload_id=upload), 204)
    status(one.delete(), 204)


def objects(one):
    body = b"\0" * MEBIBYTE
    for key in AWKWARD.values():
        copy, move = key[:1000] + "_copy", key[:1000] + "_move"
        status(one.put_object(key, content_type="text/plain", body=body), 201)
        status(one.put_object(copy, x_qs_copy_source=f"/{NAME}/{key}"), 201)
        status(one.put_object(move, x_qs_move_source=f"/{NAME}/{copy}"), 201)
        answer = status(one.get_object(key), 200)
        equal(len(answer.content), MEBIBYTE, "length")
        answer = status(one.get_object(key, response_content_type="video/mp4; charset=utf8"), 200)
        equal(answer.headers["Content-Type"], "video/mp4; charset=utf8", "type")
        answer = status(follow(one.get_object_request(key).sign_query(far())), 200)
        equal(len(answer.content), MEBIBYTE, "length by query signature")
        status(one.head_object(key), 200)
        status(one.options_object(key, access_control_request_method="GET", origin="qingcloud.com"), 200)
        status(one.delete_object(key), 204)
        status(one.delete_object(move), 204)


def multipart(one):
    for key in ["multipart", "分块上传", "写真 ブロック"]:
        upload = status(one.initiate_multipart_upload(key, content_type="text/plain"), 200)["upload_id"]
        for number, size in enumerate([4 * MEBIBYTE, 4 * MEBIBYTE, 1000]):
            body = bytes([number]) * size
            status(one.upload_multipart(key, upload_id=upload, part_number=str(number), body=body), 201)
        listed = status(one.list_multipart(key, upload_id=upload), 200)["object_parts"]
        equal(len(listed), 3, "parts")
        # The parts go back as they were listed.
        answer = one.complete_multipart_upload(
            key, upload_id=upload, etag='"4072783b8efb99a9e5817067d68f61c6"', object_parts=listed
        )
        status(answer, 201)
        # What was completed cannot be given up.
        equal(one.abort_multipart_upload(key, upload_id=upload).status_code, 400, "abort after complete")
        equal(len(one.get_object(key).content), 8 * MEBIBYTE + 1000, "length")
        status(one.delete_object(key), 204)


def acl(one):
    grantee = {"type": "group", "name": "QS_ALL_USERS"}
    status(one.put_acl(acl=[{"grantee": grantee, "permission": "READ"}]), 200)
    names = [entry["grantee"].get("name") for entry in status(one.get_acl(), 200)["acl"]]
    true("QS_ALL_USERS" in names, f"the group: {names}")
    status(one.put_acl(acl=[]), 200)


def lifecycle(one):
    # The action stands inside the filter, where the documentation does not have it; the scenario expects 200.
    rule = {
        "id": "give up uploads",
        "status": "enabled",
        "filter": {"prefix": "data/", "abort_incomplete_multipart_upload": {"days_after_initiation": 3}},
    }
    status(one.put_lifecycle(rule=[rule]), 200)
    equal(status(one.get_lifecycle(), 200)["rule"][0]["filter"]["prefix"], "data/", "prefix")
    status(one.delete_lifecycle(), 204)


def lifecycle_without_action(one):
    rule = {"id": "the rule id", "status": "enabled", "filter": {"prefix": "match_prefix"}}
    status(one.put_lifecycle(rule=[rule]), 200)
    equal(status(one.get_lifecycle(), 200)["rule"][0]["filter"]["prefix"], "match_prefix", "prefix")
    status(one.delete_lifecycle(), 204)


def notification(one):
    rule = {
        "id": "notification-1",
        "event_types": ["create_object"],
        "cloudfunc": "notifier",
        "object_filters": ["*"],
        "notify_url": "http://user_notify_url",
    }
    status(one.put_notification(notifications=[rule]), 200)
    equal(status(one.get_notification(), 200)["notifications"][0]["cloudfunc"], "notifier")
    status(one.delete_notification(), 204)


def notification_of_a_moderator(one):
    # An older revision of the scenario, with a single event as a string.
    rule = {
        "id": "notification-1",
        "event_types": "create_object",
        "cloudfunc": "tupu-porn",
        "object_filters": ["*"],
        "notify_url": "http://user_notify_url",
    }
    status(one.put_notification(notifications=[rule]), 200)
    equal(status(one.get_notification(), 200)["notifications"][0]["cloudfunc"], "tupu-porn")
    status(one.delete_notification(), 204)


def policy(one):
    statement = {
        "id": "certain sites",
        "user": ["*"],
        "action": ["get_object"],
        "effect": "allow",
        "resource": [f"{NAME}/*"],
        "condition": {
            "string_like": {"Referer": ["*.example1.com", "*.example2.com"]},
            "ip_address": {"source_ip": ["172.16.0.0/24", "172.16.1.1/32"]},
        },
    }
    status(one.put_policy(statement=[statement]), 200)
    got = status(one.get_policy(), 200)["statement"][0]
    true("*.example1.com" in got["condition"]["string_like"]["Referer"], "the referring page")
    status(one.delete_policy(), 204)


def encryption(one):
    ours = {
        "x_qs_encryption_customer_algorithm": "AES256",
        "x_qs_encryption_customer_key": base64.b64encode(b"x" * 32).decode(),
        "x_qs_encryption_customer_key_md5": "3I/h1kl+vSP1l12NKhxegQ==",
    }
    source = {f"x_qs_copy_source_{name[5:]}": value for name, value in ours.items()}
    body = b"\1" * MEBIBYTE
    status(one.put_object("plain", body=body, **ours), 201)
    status(one.put_object("copy", x_qs_copy_source=f"/{NAME}/plain", **source, **ours), 201)
    status(one.put_object("move", x_qs_move_source=f"/{NAME}/copy"), 201)
    equal(status(one.get_object("plain", **ours), 200).content, body, "content")
    equal(status(one.get_object("move", **ours), 200).content, body, "content of what was moved")
    status(one.head_object("plain", **ours), 200)
    for key in ["plain", "move"]:
        status(one.delete_object(key), 204)


def metadata(one):
    status(one.put_object("described", x_qs_meta_data={"name": "value"}, body=b"x"), 201)
    equal(status(one.get_object("described"), 200).headers["X-QS-Meta-Name"], "value")
    status(one.delete_object("described"), 204)


def image(one):
    original = png.encode(images.picture(600, 800))
    status(one.put_object("test.png", content_type="image/png", body=original), 201)
    answer = status(one.image_process("test.png", action="format:t_jpeg"), 200)
    status(one.put_object("test.jpg", content_type="image/jpeg", body=answer.content), 201)
    origin = Origin()
    origin.pages["/mark.png"] = ("image/png", png.encode(images.picture(20, 20)))
    mark = base64.b64encode((origin.url + "/mark.png").encode()).decode().rstrip("=")
    text = base64.b64encode("水印文字".encode()).decode().rstrip("=")
    chain = f"crop:w_300|rotate:a_90|resize:h_200|watermark:t_{text},p_0.5,d_150|format:t_png"
    for action in [
        "info",
        "crop:w_300", "crop:w_300,h_400", "crop:w_300,h_400,g_0", "crop:w_300,h_400,g_1", "crop:w_300,h_400,g_2",
        "rotate:a_90", "rotate:a_180", "rotate:a_270",
        "resize:w_500,h_500", "resize:w_500,h_500,m_2",
        f"watermark:t_{text},p_0.5", f"watermark:t_{text},p_0.5,d_150",
        # An opacity beyond 1 is taken.
        f"watermark_image:u_{mark},l_10,t_10,p_2",
        "format:t_jpeg", "format:t_png", "format:t_webp", "format:t_tiff",
        chain, chain + "|info",
    ]:
        answer = one.image_process("test.jpg", action=action)
        true(answer.status_code == 200, f"{action}: {answer.status_code} {dict(answer)}")


# Feature file, its scenarios, and what covers them. The scenarios of a bucket's life follow each other.
TABLE = [
    (
        "bucket.feature",
        "need to use bucket; create the bucket; create the same bucket again; list objects in the bucket; head the "
        "bucket; delete multiple objects in the bucket; get statistics of the bucket; list multipart uploads; "
        "delete the bucket",
        bucket_life,
    ),
    ("object.feature", "the outline, over keys of all its kinds", objects),
    ("object_multipart.feature", "the outline", multipart),
    ("bucket_acl.feature", "set, get, delete", acl),
    ("bucket_lifecycle.feature", "set, get, delete", lifecycle),
    ("bucket_lifecycle.feature", "set, get, delete (older revision)", lifecycle_without_action),
    ("bucket_notification.feature", "set, get, delete", notification),
    ("bucket_notification.feature", "set, get, delete (older revision)", notification_of_a_moderator),
    ("bucket_policy.feature", "set, get, delete", policy),
    ("encryption.feature", "the outline", encryption),
    ("Metadata.feature", "the outline", metadata),
    ("image.feature", "the outline, all 20 actions", image),
]

NAME = "py-scenarios"


def run():
    sdk.made(NAME)
    for feature, scenario, covered in TABLE:
        with step(f"scenario: {feature}: {scenario}"):
            covered(sdk.bucket("py-scenario-life" if covered is bucket_life else NAME))
