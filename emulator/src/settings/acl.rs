//! A bucket's access control list.

use serde_json::{Map, Value};

use super::members::Members;
use crate::error::ApiError;
use crate::route::Permission;

/// The one group: everybody, signed or not.
const ALL_USERS: &str = "QS_ALL_USERS";

/// A whole list. The order does not matter: every entry only gives.
#[derive(Debug)]
pub(crate) struct Acl {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    grantee: Grantee,
    read: bool,
    write: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Grantee {
    Everybody,
    User(String),
}

impl Acl {
    /// Reads and checks a list; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Acl, ApiError> {
        let entries = Members::root(document)
            .required_objects("acl")?
            .iter()
            .map(Entry::read)
            .collect::<Result<_, _>>()?;
        Ok(Acl { entries })
    }

    /// Whether the list gives a permission to a user, or to nobody in particular. With `users_only` the user has to be
    /// named.
    pub(crate) fn gives(
        &self,
        user: Option<&str>,
        permission: Permission,
        users_only: bool,
    ) -> bool {
        self.entries.iter().any(|entry| {
            let meant = match &entry.grantee {
                Grantee::Everybody => !users_only,
                Grantee::User(id) => user == Some(id.as_str()),
            };
            let given = match permission {
                Permission::Read => entry.read,
                Permission::Write => entry.write,
            };
            meant && given
        })
    }
}

impl Entry {
    fn read(entry: &Members<'_>) -> Result<Entry, ApiError> {
        let grantee = entry.required_object("grantee")?;
        let who = match grantee.required_text("type")? {
            "user" => {
                // It is only told again.
                grantee.text("name")?;
                Grantee::User(grantee.required_text("id")?.to_owned())
            }
            "group" => match grantee.required_text("name")? {
                ALL_USERS => Grantee::Everybody,
                _ => return Err(grantee.wrong("name", format!("the only group is {ALL_USERS}"))),
            },
            _ => return Err(grantee.wrong("type", "must be user or group")),
        };
        let (read, write) = match entry.required_text("permission")? {
            "READ" => (true, false),
            "WRITE" => (false, true),
            "FULL_CONTROL" => (true, true),
            _ => return Err(entry.wrong("permission", "must be READ, WRITE or FULL_CONTROL")),
        };
        Ok(Entry {
            grantee: who,
            read,
            write,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::code;

    fn acl(entries: Value) -> Result<Acl, ApiError> {
        let Value::Object(document) = json!({ "acl": entries }) else {
            unreachable!("an object");
        };
        Acl::read(&document)
    }

    #[test]
    fn permissions_are_given_to_those_who_are_named() {
        let everybody = json!({ "type": "group", "name": "QS_ALL_USERS" });
        let ann = json!({ "type": "user", "id": "usr-ann", "name": "ann" });
        let bob = json!({ "type": "user", "id": "usr-bob" });
        let list = acl(json!([
            { "grantee": everybody, "permission": "READ" },
            { "grantee": ann, "permission": "WRITE", "since": 1 },
            { "grantee": bob, "permission": "FULL_CONTROL" },
        ]))
        .expect("a good list");
        use Permission::{Read, Write};
        for (user, permission, users_only, expected) in [
            (None, Read, false, true),
            (None, Read, true, false),
            (None, Write, false, false),
            (Some("usr-cat"), Read, false, true),
            (Some("usr-cat"), Read, true, false),
            (Some("usr-cat"), Write, false, false),
            (Some("usr-ann"), Write, true, true),
            (Some("usr-ann"), Read, true, false),
            (Some("usr-bob"), Read, true, true),
            (Some("usr-bob"), Write, true, true),
        ] {
            let given = list.gives(user, permission, users_only);
            assert_eq!(given, expected, "{user:?} {permission:?} {users_only}");
        }
        let empty = acl(json!([])).expect("an empty list");
        assert!(!empty.gives(Some("usr-ann"), Read, false));
    }

    #[test]
    fn what_cannot_be_read_is_refused_at_its_place() {
        for (entries, place) in [
            (json!(null), "acl:"),
            (json!({}), "acl:"),
            (json!(["READ"]), "acl[0]:"),
            (json!([{ "permission": "READ" }]), "acl[0].grantee:"),
            (
                json!([{ "grantee": {}, "permission": "READ" }]),
                "acl[0].grantee.type:",
            ),
            (
                json!([{ "grantee": { "type": "robot" }, "permission": "READ" }]),
                "acl[0].grantee.type:",
            ),
            (
                json!([{ "grantee": { "type": "user", "name": "ann" }, "permission": "READ" }]),
                "acl[0].grantee.id:",
            ),
            (
                json!([{ "grantee": { "type": "group", "name": "QS_SOME" }, "permission": "READ" }]),
                "acl[0].grantee.name:",
            ),
            (
                json!([{ "grantee": { "type": "user", "id": "usr-a" }, "permission": "read" }]),
                "acl[0].permission:",
            ),
            (
                json!([{ "grantee": { "type": "user", "id": "usr-a" } }]),
                "acl[0].permission:",
            ),
        ] {
            let error = acl(entries.clone()).expect_err(place);
            assert_eq!(error.code, code::INVALID_ARGUMENT, "{entries}");
            assert!(error.message.starts_with(place), "{}", error.message);
        }
    }
}
