"""What is configured on a bucket: stored as given, and in force."""

import json
import time

from harness import Origin, equal, raw, refused, status, step, true
import harness
import sdk

EVERYBODY = {"grantee": {"type": "group", "name": "QS_ALL_USERS"}, "permission": "READ"}


def run():
    one = sdk.made("py-settings")
    status(one.put_object("k", body=b"hello"), 201)
    acl(one)
    policy(one)
    cors(one)
    lifecycle(one)
    logging(one)
    notification(one)
    mirror(one)
    cname(one)
    replication(one)
    with step("settings: a body that is no JSON, and none"):
        answer = with_body(one, one.put_cors_request(cors_rules=[]), "{")
        equal((answer.status_code, answer.json()["code"]), (400, "invalid_json"))
    with step("settings: of a bucket that is not there"):
        refused(sdk.bucket("py-nowhere").get_acl(), 404, "bucket_not_exists")
        refused(sdk.bucket("py-nowhere").put_logging("py-settings", "l"), 404, "bucket_not_exists")
    with step("settings: never for nobody"):
        for key in ["acl", "cors", "policy", "lifecycle", "logging", "notification", "mirror", "cname", "replication"]:
            refused(raw("GET", f"/py-settings?{key}"), 403, "permission_denied")


def with_body(one, request, body):
    """Sends another body than the SDK would, which checks some values itself."""
    request.req.data = body if isinstance(body, str) else json.dumps(body)
    return one.client.send(request.sign())


def acl(one):
    with step("ACL: everybody may read objects, but not list them"):
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")
        status(one.put_acl(acl=[EVERYBODY]), 200)
        answer = status(one.get_acl(), 200)
        true(answer["owner"]["id"], "an owner")
        true({"type": "group", "name": "QS_ALL_USERS"} in [
            {name: value for name, value in entry["grantee"].items() if name in ("type", "name")}
            for entry in answer["acl"]
        ], f"the grantee: {answer['acl']}")
        equal(status(raw("GET", "/py-settings/k"), 200).content, b"hello")
        refused(raw("GET", "/py-settings"), 403, "permission_denied")
        refused(raw("PUT", "/py-settings/k2", body=b"x"), 403, "permission_denied")
    with step("ACL: everybody may write, but not delete"):
        status(one.put_acl(acl=[EVERYBODY | {"permission": "WRITE"}]), 200)
        status(raw("PUT", "/py-settings/k2", body=b"from nobody"), 201)
        equal(one.get_object("k2").content, b"from nobody")
        refused(raw("DELETE", "/py-settings/k2"), 403, "permission_denied")
        refused(raw("GET", "/py-settings/k2"), 403, "permission_denied")
    with step("ACL: an empty list clears it"):
        status(one.put_acl(acl=[]), 200)
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")
    with step("ACL: nonsense"):
        nobody = {"grantee": {"type": "group", "name": "QS_NOBODY"}, "permission": "READ"}
        for entry in [EVERYBODY | {"permission": "EVERYTHING"}, nobody, {"permission": "READ"}, "everybody"]:
            answer = with_body(one, one.put_acl_request(acl=[EVERYBODY]), {"acl": [entry]})
            equal((answer.status_code, answer.json()["code"]), (400, "invalid_argument"), str(entry))


def policy(one):
    statement = {
        "id": "readers of our pages",
        "user": ["*"],
        "action": ["get_object"],
        "effect": "allow",
        "resource": ["py-settings/*"],
        "condition": {"string_like": {"Referer": ["*.example.com/*"]}},
    }
    with step("policy: a condition on the referring page"):
        status(one.put_policy(statement=[statement]), 200)
        answer = status(one.get_policy(), 200)
        equal(answer["statement"], [statement], "stored as given")
        page = {"Referer": "https://www.example.com/page"}
        equal(status(raw("GET", "/py-settings/k", page), 200).content, b"hello")
        refused(raw("GET", "/py-settings/k", {"Referer": "https://evil.org/"}), 403, "permission_denied")
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")
        refused(raw("PUT", "/py-settings/k", page, b"x"), 403, "permission_denied")
    with step("policy: the first statement that matches decides; single strings are lists of one"):
        deny = {"id": "no", "user": "*", "action": "get_object", "effect": "deny", "resource": "py-settings/k"}
        allow = {"id": "yes", "user": "*", "action": "get_object", "effect": "allow", "resource": "py-settings/*"}
        status(one.put_policy(statement=[deny, allow]), 200)
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")
        status(raw("GET", "/py-settings/k2"), 200)
        status(one.put_policy(statement=[allow, deny]), 200)
        status(raw("GET", "/py-settings/k"), 200)
    with step("policy: by address, and a listing limited to a prefix"):
        by_address = allow | {"condition": {"ip_address": {"source_ip": ["10.0.0.0/8"]}}}
        status(one.put_policy(statement=[by_address]), 200)
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")
        by_address["condition"]["ip_address"]["source_ip"].append("127.0.0.0/8")
        status(one.put_policy(statement=[by_address]), 200)
        status(raw("GET", "/py-settings/k"), 200)
        listing = {"id": "l", "user": "*", "action": "list_objects", "effect": "allow", "resource": "py-settings/pub/*"}
        status(one.put_policy(statement=[listing]), 200)
        status(raw("GET", "/py-settings?prefix=pub/"), 200)
        refused(raw("GET", "/py-settings?prefix=pri"), 403, "permission_denied")
    with step("policy: deleted"):
        status(one.delete_policy(), 204)
        refused(raw("GET", "/py-settings/k"), 403, "permission_denied")


def cors(one):
    rule = {
        "allowed_origin": "https://*.example.com",
        "allowed_methods": ["GET", "PUT"],
        "allowed_headers": ["x-qs-*", "content-type"],
        "expose_headers": ["x-qs-request-id"],
        "max_age_seconds": 600,
    }
    ours = "https://app.example.com"
    with step("CORS: stored as given"):
        status(one.put_cors(cors_rules=[rule]), 200)
        equal(status(one.get_cors(), 200)["cors_rules"], [rule])
    with step("CORS: preflight by the SDK"):
        answer = one.options_object("k", "content-type, x-qs-date", "PUT", ours)
        got = status(answer, 200).headers
        equal(got["Access-Control-Allow-Origin"], ours)
        true("PUT" in got["Access-Control-Allow-Methods"], "the method")
        asked = {name.strip().lower() for name in got["Access-Control-Allow-Headers"].split(",")}
        true({"content-type", "x-qs-date"} <= asked or "*" in asked, f"the headers: {asked}")
        equal(got["Access-Control-Expose-Headers"].lower(), "x-qs-request-id")
        equal(got["Access-Control-Max-Age"], "600")
        true("Origin" not in got.get("Vary", ""), "no Vary without resp_vary")
        for headers, method, origin in [
            ("", "PUT", "https://example.org"),
            ("", "DELETE", ours),
            ("x-other", "PUT", ours),
        ]:
            got = status(one.options_object("k", headers, method, origin), 200).headers
            equal(got.get("Access-Control-Allow-Origin"), None, f"{origin} {method} {headers}")
    with step("CORS: a preflight as browsers send it, unsigned, on object and bucket"):
        ask = {"Origin": ours, "Access-Control-Request-Method": "PUT"}
        for target in ["/py-settings/k", "/py-settings/not/there", "/py-settings"]:
            equal(status(raw("OPTIONS", target, ask), 200).headers["Access-Control-Allow-Origin"], ours)
    with step("CORS: the requests themselves, errors too"):
        for target, want in [(signed(one, "k"), 200), (signed(one, "nowhere"), 404)]:
            answer = status(raw("GET", target, {"Origin": ours}), want)
            equal(answer.headers["Access-Control-Allow-Origin"], ours)
            equal(answer.headers["Access-Control-Expose-Headers"].lower(), "x-qs-request-id")
            answer = raw("GET", target, {"Origin": "https://example.org"})
            equal(answer.headers.get("Access-Control-Allow-Origin"), None)
            equal(raw("GET", target).headers.get("Access-Control-Allow-Origin"), None)
    with step("CORS: resp_vary"):
        # This release has no parameter for it.
        answer = with_body(one, one.put_cors_request(cors_rules=[]), {"cors_rules": [rule], "resp_vary": "enabled"})
        equal(answer.status_code, 200)
        equal(status(one.get_cors(), 200)["resp_vary"].lower(), "enabled")
        true("Origin" in raw("OPTIONS", "/py-settings/k", ask).headers.get("Vary", ""), "Vary: Origin")
    with step("CORS: nonsense, and none"):
        brew = {"cors_rules": [rule | {"allowed_methods": ["BREW"]}]}
        equal(with_body(one, one.put_cors_request(cors_rules=[]), brew).status_code, 400)
        status(one.delete_cors(), 204)
        equal(status(one.get_cors(), 200)["cors_rules"], [])
        equal(status(raw("OPTIONS", "/py-settings/k", ask), 200).headers.get("Access-Control-Allow-Origin"), None)


def signed(one, key):
    url = one.get_object_request(key).sign_query(harness.far()).url
    return "/" + url.split("/", 3)[3]


def lifecycle(one):
    rule = {"id": "old", "status": "enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 30}}
    with step("lifecycle: stored, validated, deleted"):
        status(one.put_lifecycle(rule=[rule]), 200)
        got = status(one.get_lifecycle(), 200)["rule"]
        equal(len(got), 1, "rules")
        equal({name: got[0][name] for name in rule}, rule)
        both = rule | {"transition": {"days": 60, "storage_class": "STANDARD_IA"}}
        refused(one.put_lifecycle(rule=[both]), 400, "invalid_request")
        late = {
            "id": "cool", "status": "enabled", "filter": {"prefix": "logs/app/"},
            "transition": {"days": 40, "storage_class": "STANDARD_IA"},
        }
        refused(one.put_lifecycle(rule=[rule, late]), 400, "invalid_request")
        equal(one.put_lifecycle(rule=[rule, rule]).status_code, 400, "one id twice")
        status(one.delete_lifecycle(), 204)
        equal(status(one.get_lifecycle(), 200).get("rule") or [], [])


def logging(one):
    with step("logging: stored, target checked, deleted"):
        sdk.made("py-log-files")
        status(one.put_logging(target_bucket="py-log-files", target_prefix="access-"), 200)
        answer = status(one.get_logging(), 200)
        equal((answer["target_bucket"], answer["target_prefix"]), ("py-log-files", "access-"))
        answer = one.put_logging(target_bucket="py-nowhere", target_prefix="a")
        true(400 <= answer.status_code < 500, f"a target that is not there: {answer.status_code}")
        status(one.delete_logging(), 204)
        status(one.get_logging(), 200)


def notification(one):
    origin = Origin()
    rule = {
        "id": "tell us",
        "event_types": ["create_object", "delete_object"],
        "object_filters": ["photos/*"],
        "cloudfunc": "notifier",
        "notify_url": origin.url + "/hook",
    }
    with step("notification: stored, and delivered"):
        status(one.put_notification(notifications=[rule]), 200)
        got = status(one.get_notification(), 200)["notifications"]
        equal({name: got[0][name] for name in rule}, rule)
        status(one.put_object("elsewhere/a", body=b"x"), 201)
        status(one.put_object("photos/a", body=b"hello"), 201)
        events = [json.loads(body)["events"][0] for _, body in origin.wait_for(1)]
        equal(len(events), 1, "one event: the filter holds")
        event = events[0]
        equal((event["event_source"], event["event_type"]), ("qingstor", "create_object"))
        equal(event["zone_id"], harness.ZONE)
        told = event["qingstor"]
        equal((told["notification_id"], told["bucket"]["name"]), ("tell us", "py-settings"))
        equal((told["object"]["name"], told["object"]["size"]), ("photos/a", 5))
        status(one.delete_object("photos/a"), 204)
        _, body = origin.wait_for(2)[1]
        equal(json.loads(body)["events"][0]["event_type"], "delete_object")
    with step("notification: deleted"):
        status(one.delete_notification(), 204)
        equal(status(one.get_notification(), 200)["notifications"], [])
        status(one.put_object("photos/b", body=b"x"), 201)
        time.sleep(0.2)
        equal(len(origin.wait_for(2)), 2, "nothing more is delivered")


def mirror(one):
    origin = Origin()
    origin.pages["/site/from/afar.txt"] = ("text/plain", b"mirrored")
    with step("mirror: an object that is only at the origin"):
        status(one.put_external_mirror(source_site=origin.url + "/site/"), 200)
        equal(status(one.get_external_mirror(), 200)["source_site"], origin.url + "/site/")
        answer = one.get_object("from/afar.txt")
        equal((answer.status_code, answer.content), (200, b"mirrored"))
        for _ in range(50):
            if one.head_object("from/afar.txt").status_code == 200:
                break
            time.sleep(0.1)
        del origin.pages["/site/from/afar.txt"]
        equal(one.get_object("from/afar.txt").content, b"mirrored", "it is stored now")
        refused(one.get_object("from/nowhere"), 404, "object_not_exists")
        equal(status(one.get_object("k"), 200).content, b"hello", "what was there is not asked for")
    with step("mirror: deleted"):
        status(one.delete_external_mirror(), 204)
        refused(one.get_object("from/elsewhere"), 404, "object_not_exists")


def cname(one):
    with step("CNAME: bound, served, unbound (DELETE with a body)"):
        status(one.put_cname(domain="cdn.example.com", type="normal"), 200)
        answer = status(one.get_cname(type="normal"), 200)
        equal([(item["domain"], item["type"]) for item in answer["cname_records"]], [("cdn.example.com", "normal")])
        equal(answer["count"], 1, "count")
        equal(status(one.get_cname(type="website"), 200)["cname_records"], [], "websites")
        answer = sdk.made("py-cname").put_cname(domain="cdn.example.com", type="normal")
        refused(answer, 400, "domain_occupied")
        status(one.put_acl(acl=[EVERYBODY]), 200)
        equal(status(raw("GET", "/k", {"Host": "cdn.example.com"}), 200).content, b"hello")
        status(one.put_acl(acl=[]), 200)
        status(one.delete_cname(domain="cdn.example.com"), 204)
        equal(status(one.get_cname(type="normal"), 200)["cname_records"], [], "records")


def replication(one):
    rule = {
        "id": "there too",
        "status": "enabled",
        "filters": {"prefix": "copies/"},
        "destination": {"bucket": "py-replica"},
        "delete_marker": "disabled",
    }
    with step("replication: stored, validated, deleted"):
        far = sdk.bucket("py-replica", second_zone(), host="localhost")
        status(far.put(), 201)
        status(one.put_replication(rules=[rule]), 200)
        got = status(one.get_replication(), 200)["rules"]
        equal(len(got), 1, "rules")
        equal((got[0]["id"], got[0]["filters"]), ("there too", {"prefix": "copies/"}))
        equal((got[0]["destination"]["bucket"], got[0]["destination"]["zone"]), ("py-replica", second_zone()))
        equal(one.put_replication(rules=[rule, rule]).status_code, 400, "one id twice")
        equal(one.put_replication(rules=[rule | {"destination": {"bucket": "py-settings"}}]).status_code, 400)
        status(one.delete_replication(), 204)
        equal(status(one.get_replication(), 200).get("rules") or [], [])


def second_zone():
    return harness.ZONES[1]
