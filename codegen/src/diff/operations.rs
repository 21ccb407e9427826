//! Changes of operations.

use super::fields::{self, Use};
use super::{Changes, Kind, missing};
use crate::model::{
    Access, Api, Field, NextValue, Operation, Output, Paging, RequestBody, Response,
};
use crate::spec::{Auth, Outcome, Permission};

pub(super) fn compare(old: &Api, new: &Api, changes: &mut Changes) {
    for operation in &old.operations {
        let subject = subject(operation);
        if let Some(now) = new.operations.iter().find(|o| o.id == operation.id) {
            one(operation, now, changes);
            continue;
        }
        // Another name on the same route is the same operation.
        let same_route = |o: &&Operation| route(o) == route(operation);
        let unknown = |o: &&Operation| old.operations.iter().all(|other| other.id != o.id);
        match new.operations.iter().filter(unknown).find(same_route) {
            None => changes.add(Kind::Removed, true, &subject, ""),
            Some(now) => {
                let what = format!("is called `{}`", now.id);
                changes.add(Kind::Changed, true, &subject, what);
                one(operation, now, changes);
            }
        }
    }
    for operation in &new.operations {
        let known = |o: &Operation| {
            o.id == operation.id
                || route(o) == route(operation)
                    && new.operations.iter().all(|other| other.id != o.id)
        };
        if !old.operations.iter().any(known) {
            changes.add(
                Kind::Added,
                false,
                &subject(operation),
                format!("{}, {}", route(operation), operation.title),
            );
        }
    }
}

fn subject(operation: &Operation) -> String {
    format!("`{}`", operation.id)
}

/// The request line, and the header that selects a variant.
fn route(operation: &Operation) -> String {
    let selector = operation.selector.as_ref();
    let query = selector.map_or(String::new(), |s| format!("?{}", s.key));
    let when = operation.when.as_ref();
    let when = when.map_or(String::new(), |w| {
        format!(" with `{}`", w.to_ascii_lowercase())
    });
    format!("`{} {}{query}`{when}", operation.method, operation.path())
}

fn one(old: &Operation, new: &Operation, changes: &mut Changes) {
    let subject = subject(new);
    let debug = |value: &dyn std::fmt::Debug| format!("`{value:?}`").to_lowercase();
    changes.differs(
        true,
        &subject,
        "request",
        (route(old), route(new)),
        Clone::clone,
    );
    let auth = |auth: &Auth| match auth {
        Auth::Required => "only signed requests".to_string(),
        Auth::Optional => "unsigned requests too".into(),
        Auth::Form => "signed forms".into(),
    };
    // Who could do without a signature may not be able to any more.
    let breaking = new.auth != Auth::Optional;
    changes.differs(breaking, &subject, "answers", (old.auth, new.auth), auth);
    let access = (&old.access, &new.access);
    let narrowed = new.access == Access::Owner;
    changes.differs(narrowed, &subject, "who may", access, |a| access_name(a));
    let retry = (old.retry, new.retry);
    changes.differs(false, &subject, "retry class", retry, |r| debug(r));
    if old.presign != new.presign {
        match new.presign {
            true => changes.add(Kind::Added, false, &subject, "can be presigned"),
            false => changes.add(Kind::Removed, true, &subject, "can no longer be presigned"),
        }
    }
    paging(old.paging.as_ref(), new.paging.as_ref(), &subject, changes);
    fields::compare(&old.inputs, &new.inputs, Use::Input, &subject, changes);
    body(old.body, new.body, &subject, changes);
    computed(old, new, &subject, changes);
    // Variants share the output of their operation.
    if new.variant_of.is_none() || old.variant_of.is_none() {
        let mut found = Changes::default();
        output(&old.output, &new.output, &subject, &mut found);
        for change in found.all {
            let what = format!("output: {}", change.what);
            changes.add(change.kind, change.breaking, &subject, what);
        }
    }
    // What came to or went from the output as a whole is told; what only moved between statuses is not.
    let in_both = |field: &Field| {
        let has = |output: &Output| {
            let mut fields = output.fields.iter();
            fields.any(|f| f.place == field.place && f.wire.eq_ignore_ascii_case(&field.wire))
        };
        has(&old.output) == has(&new.output)
    };
    responses(&old.responses, &new.responses, in_both, &subject, changes);
}

fn access_name(access: &Access) -> String {
    match access {
        Access::Owner => "the owner".into(),
        Access::Anyone => "anyone".into(),
        Access::Granted {
            actions,
            permission,
            users_only,
        } => {
            let permission = match permission {
                None => "nobody",
                Some(Permission::Read) => "`READ`",
                Some(Permission::Write) => "`WRITE`",
            };
            let users = if *users_only { " given to users" } else { "" };
            let actions = actions.join("`, `");
            format!("whom a policy lets do `{actions}`, or an ACL gives {permission}{users}")
        }
    }
}

fn paging(old: Option<&Paging>, new: Option<&Paging>, subject: &str, changes: &mut Changes) {
    let show = |paging: &&Paging| {
        let steps = paging.next.iter().map(|(field, value)| match value {
            NextValue::Take(from) => format!("`{}` from `{}`", field.name, from.name),
            NextValue::TakeLast(from) => format!("`{}` from the last `{}`", field.name, from.name),
            NextValue::SkipItems => format!("`{}` by the number of items", field.name),
        });
        let steps: Vec<String> = steps.collect();
        let more = match &paging.more {
            Some(more) => format!(" while `{more}`"),
            None => String::new(),
        };
        format!("`{}` by {}{more}", paging.items, steps.join(" and "))
    };
    match (old, new) {
        (None, None) => {}
        (None, Some(_)) => changes.add(Kind::Added, false, subject, "can be read page by page"),
        (Some(_), None) => {
            let what = "can no longer be read page by page";
            changes.add(Kind::Removed, true, subject, what);
        }
        (Some(old), Some(new)) => {
            let other_items = old.items != new.items || old.item != new.item;
            let (was, now) = (show(&old), show(&new));
            changes.differs(other_items, subject, "pages", (was, now), Clone::clone);
        }
    }
}

fn body(old: RequestBody, new: RequestBody, subject: &str, changes: &mut Changes) {
    let show = |body: &RequestBody| match body {
        RequestBody::None => "none".to_string(),
        RequestBody::Json {
            keep_unknown: false,
        } => "JSON".into(),
        RequestBody::Json { keep_unknown: true } => "JSON with unknown members".into(),
        RequestBody::Stream => "bytes".into(),
        RequestBody::Form => "a form".into(),
    };
    let widened = matches!(
        (old, new),
        (
            RequestBody::Json {
                keep_unknown: false
            },
            RequestBody::Json { keep_unknown: true }
        )
    );
    changes.differs(!widened, subject, "request body", (old, new), show);
}

fn computed(old: &Operation, new: &Operation, subject: &str, changes: &mut Changes) {
    let names = |operation: &Operation| -> Vec<String> {
        let computed = operation.computed.iter();
        computed
            .map(|c| format!("{} ({:?})", c.wire, c.rule))
            .collect()
    };
    let (old, new) = (names(old), names(new));
    for name in missing(&new, &old) {
        let what = format!("the SDK works out `{name}`");
        changes.add(Kind::Added, false, subject, what);
    }
    for name in missing(&old, &new) {
        let what = format!("the SDK no longer works out `{name}`");
        changes.add(Kind::Removed, false, subject, what);
    }
}

fn output(old: &Output, new: &Output, subject: &str, changes: &mut Changes) {
    changes.differs(true, subject, "name", (&old.name, &new.name), |n| {
        format!("`{n}`")
    });
    let stream = (old.stream.is_some(), new.stream.is_some());
    changes.differs(true, subject, "body", stream, |stream| match stream {
        true => "bytes".to_string(),
        false => "no bytes".into(),
    });
    if old.keep_unknown != new.keep_unknown {
        match new.keep_unknown {
            true => changes.add(Kind::Added, false, subject, "keeps unknown members"),
            false => changes.add(
                Kind::Removed,
                true,
                subject,
                "no longer keeps unknown members",
            ),
        }
    }
    fields::compare(&old.fields, &new.fields, Use::Output, subject, changes);
}

/// What may come back, status by status. The fields of successes are the output's too, and compared there as a program
/// sees them.
pub(super) fn responses(
    old: &[Response],
    new: &[Response],
    told: impl Fn(&Field) -> bool,
    subject: &str,
    changes: &mut Changes,
) {
    for response in old {
        let Some(now) = new.iter().find(|r| r.status == response.status) else {
            let breaking = response.outcome == Outcome::Success;
            let what = format!("status {} is gone", response.status);
            changes.add(Kind::Removed, breaking, subject, what);
            continue;
        };
        let what = format!("status {}", response.status);
        let outcome = (response.outcome, now.outcome);
        changes.differs(true, subject, &what, outcome, |o| {
            outcome_name(*o).to_string()
        });
        for code in missing(&now.codes, &response.codes) {
            let what = format!("{what} may come with `{code}`");
            changes.add(Kind::Added, false, subject, what);
        }
        for code in missing(&response.codes, &now.codes) {
            let what = format!("{what} no longer comes with `{code}`");
            changes.add(Kind::Removed, false, subject, what);
        }
        for (old, new) in [
            (&response.headers, &now.headers),
            (&response.json, &now.json),
        ] {
            fields::listed(old, new, &told, &what, subject, changes);
        }
    }
    let known = |status: u16| old.iter().any(|r| r.status == status);
    for response in new.iter().filter(|r| !known(r.status)) {
        let what = format!(
            "status {}: {}",
            response.status,
            outcome_name(response.outcome)
        );
        changes.add(Kind::Added, false, subject, what);
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "a success",
        Outcome::Redirect => "a redirect",
        Outcome::NotModified => "not modified",
        Outcome::Error => "an error",
    }
}
