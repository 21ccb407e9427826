//! Who may do what.
//!
//! | question | decided by |
//! |---|---|
//! | may it be sent unsigned? | the operation's `auth` |
//! | who may, in general? | the operation's `access`: anyone, the bucket's owner, or whom the owner lets |
//! | whom does the owner let? | the first statement of the policy that is about the request; if there is none, being the owner, or the access control list |

use std::net::IpAddr;

use crate::address::Address;
use crate::auth::Identity;
use crate::error::{ApiError, code};
use crate::generated::routes::ROUTES;
use crate::request::Request;
use crate::route::{Access, Auth, Location, Route, Scope};
use crate::settings::acl::Acl;
use crate::settings::policy::{self, Policy, Target};
use crate::state::State;
use crate::store::{Bucket, Snapshot, kind};

/// Who asks, and in which circumstances.
pub(crate) struct Caller<'a> {
    pub(crate) state: &'a State,
    pub(crate) identity: &'a Identity,
    pub(crate) request: &'a Request,
    /// Where the connection comes from.
    pub(crate) peer: IpAddr,
}

/// Refuses what the caller has no right to. A bucket that does not exist is for the handler to report; so is what the
/// body names: forms and lists of keys are judged when they are read.
pub(crate) fn authorize(
    caller: &Caller<'_>,
    address: &Address,
    route: &'static Route,
) -> Result<(), ApiError> {
    let anonymous = matches!(caller.identity, Identity::Anonymous);
    if anonymous && route.auth == Auth::Required {
        return Err(denied(format!("{} needs a signed request", route.title)));
    }
    if anonymous && sets_metadata(caller.request) {
        return Err(denied("Only signed requests can set metadata"));
    }
    if is_judged_later(route) {
        return Ok(());
    }
    let Some(name) = &address.bucket else {
        return Ok(());
    };
    let snapshot = caller.state.store.snapshot()?;
    let bucket = snapshot.bucket(name)?;
    let here = |bucket: &Bucket| Some(&bucket.zone) == address.zone.as_ref();
    let Some(bucket) = bucket.filter(here) else {
        return Ok(());
    };
    let target = match &address.key {
        Some(key) => Target::Object(key),
        None if lists_keys(route) => Target::Keys(caller.request.query("prefix").unwrap_or("")),
        None => Target::Bucket,
    };
    caller.require_in(&snapshot, route.access, &bucket, target)
}

fn denied(why: impl Into<String>) -> ApiError {
    ApiError::new(code::PERMISSION_DENIED, why)
}

fn sets_metadata(request: &Request) -> bool {
    let mut names = request.headers.keys();
    names.any(|name| name.as_str().starts_with("x-qs-meta-"))
}

/// Whether an operation on a bucket is about objects that its body names.
fn is_judged_later(route: &Route) -> bool {
    match route.access {
        Access::Granted { actions, .. } => {
            route.auth == Auth::Form
                || route.scope == Scope::Bucket && policy::is_about_objects(actions)
        }
        Access::Owner | Access::Anyone => false,
    }
}

fn lists_keys(route: &Route) -> bool {
    let prefix = |location, name| location == Location::Query && name == "prefix";
    route.params.iter().any(|p| prefix(p.location, p.name))
}

/// What reading an object asks for, where the object is a source that a header names.
pub(crate) fn reading() -> Access {
    of("GET", Scope::Object)
}

/// What making an object asks for, where its key stands in a form or in an action.
pub(crate) fn writing() -> Access {
    of("PUT", Scope::Object)
}

/// What deleting an object asks for, where its key stands in a body.
pub(crate) fn deleting() -> Access {
    of("DELETE", Scope::Object)
}

/// What the plain operation with a method asks for.
fn of(method: &str, scope: Scope) -> Access {
    ROUTES
        .iter()
        .filter(|route| route.selector.is_none() && route.when.is_none())
        .find(|route| route.scope == scope && route.method == method)
        .map_or(Access::Owner, |route| route.access)
}

impl Caller<'_> {
    /// Refuses what the caller may not do to an object.
    pub(crate) fn require(
        &self,
        access: Access,
        bucket: &Bucket,
        key: &str,
    ) -> Result<(), ApiError> {
        let snapshot = self.state.store.snapshot()?;
        self.require_in(&snapshot, access, bucket, Target::Object(key))
    }

    fn require_in(
        &self,
        snapshot: &Snapshot,
        access: Access,
        bucket: &Bucket,
        target: Target<'_>,
    ) -> Result<(), ApiError> {
        let Access::Granted {
            actions,
            permission,
            users_only,
        } = access
        else {
            return match access {
                Access::Anyone => Ok(()),
                _ => require_owner(self.identity, bucket),
            };
        };
        let user = match self.identity {
            Identity::User(user) => Some(user.id.as_str()),
            Identity::Anonymous => None,
        };
        let name = &bucket.name;
        if let Some(stored) = snapshot.setting(bucket, kind::POLICY)? {
            let referer = self.request.headers.get("referer");
            let referer = referer.map(|text| String::from_utf8_lossy(text.as_bytes()));
            let policy = Policy::read(&stored)?;
            let decision = policy.decide(&policy::Question {
                user,
                actions,
                bucket: name,
                target,
                referer: referer.as_deref(),
                source_ip: self.peer,
            });
            match decision {
                Some(decision) if decision.allow => return Ok(()),
                Some(decision) => {
                    let statement = decision.statement;
                    return Err(denied(format!(
                        "The statement `{statement}` of the policy of the bucket {name} denies this"
                    )));
                }
                None => {}
            }
        }
        if is_owner(self.identity, bucket) {
            return Ok(());
        }
        if let (Some(permission), Some(stored)) = (permission, snapshot.setting(bucket, kind::ACL)?)
            && Acl::read(&stored)?.gives(user, permission, users_only)
        {
            return Ok(());
        }
        Err(denied(format!(
            "Neither policy nor access control list of the bucket {name} allows this"
        )))
    }
}

fn is_owner(identity: &Identity, bucket: &Bucket) -> bool {
    matches!(identity, Identity::User(user) if user.id == bucket.owner)
}

fn owner_only(bucket: &Bucket) -> ApiError {
    denied(format!(
        "Only its owner may do this with the bucket {}",
        bucket.name
    ))
}

/// Refuses everybody but the bucket's owner.
pub(crate) fn require_owner(identity: &Identity, bucket: &Bucket) -> Result<(), ApiError> {
    if is_owner(identity, bucket) {
        return Ok(());
    }
    Err(owner_only(bucket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Permission;

    #[test]
    fn objects_that_are_named_elsewhere_are_judged_like_those_in_the_path() {
        for (access, action, expected) in [
            (reading(), "get_object", Permission::Read),
            (writing(), "create_object", Permission::Write),
            (deleting(), "delete_object", Permission::Write),
        ] {
            let Access::Granted {
                actions,
                permission,
                ..
            } = access
            else {
                panic!("{action} is granted");
            };
            assert_eq!((actions, permission), (&[action][..], Some(expected)));
        }
    }

    /// Whoever adds to these lists has to call [`Caller::require`] in the handler.
    #[test]
    fn what_is_judged_later_is_known() {
        let later: Vec<&str> = ROUTES
            .iter()
            .filter(|route| is_judged_later(route))
            .map(|route| route.operation)
            .collect();
        assert_eq!(later, ["DeleteMultipleObjects", "PostObject"]);
        let lists: Vec<&str> = ROUTES
            .iter()
            .filter(|route| route.scope == Scope::Bucket && lists_keys(route))
            .map(|route| route.operation)
            .collect();
        assert_eq!(
            lists,
            ["ListMultipartUploads", "ListObjectVersions", "ListObjects"]
        );
    }
}
