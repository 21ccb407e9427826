//! A bucket's policy: ordered statements, of which the first that is about a request decides.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::members::Members;
use super::{contradiction, unique};
use crate::error::ApiError;
use crate::generated::routes::ROUTES;
use crate::route::{Access, Scope};
use crate::settings::condition::Condition;
use crate::wildcard;

/// The most characters of an id, of all users, of all actions, and of all resources of one statement.
const MOST: [(&str, usize); 4] = [
    ("id", 100),
    ("user", 300),
    ("action", 500),
    ("resource", 2048),
];

/// A whole policy.
#[derive(Debug)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    id: String,
    users: Vec<String>,
    actions: Vec<String>,
    allow: bool,
    resources: Vec<String>,
    condition: Condition,
}

/// What a request wants to do. Nobody in particular has no id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) user: Option<&'a str>,
    /// All names of the action.
    pub(crate) actions: &'a [&'a str],
    pub(crate) bucket: &'a str,
    pub(crate) target: Target<'a>,
    pub(crate) referer: Option<&'a str>,
    pub(crate) source_ip: IpAddr,
}

/// What it wants to do it to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    Bucket,
    /// A list of the keys that begin with this.
    Keys(&'a str),
    Object(&'a str),
}

/// What a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision<'a> {
    /// Its id.
    pub(crate) statement: &'a str,
    pub(crate) allow: bool,
}

impl Policy {
    /// Reads and checks a policy; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Policy, ApiError> {
        let members = Members::root(document).required_objects("statement")?;
        let statements: Vec<Statement> = members
            .iter()
            .map(Statement::read)
            .collect::<Result<_, _>>()?;
        unique("statement", statements.iter().map(|s| s.id.as_str()))?;
        for (at, one) in members.iter().enumerate() {
            if members[..at].iter().any(|other| same(one, other)) {
                return Err(contradiction(format!(
                    "{}: an earlier statement says the same",
                    one.here()
                )));
            }
        }
        Ok(Policy { statements })
    }

    /// What the first statement that is about the request says; `None` if there is no such statement.
    pub(crate) fn decide(&self, question: &Question<'_>) -> Option<Decision<'_>> {
        self.statements
            .iter()
            .find(|statement| statement.is_about(question))
            .map(|statement| Decision {
                statement: &statement.id,
                allow: statement.allow,
            })
    }
}

fn same(one: &Members<'_>, other: &Members<'_>) -> bool {
    let but_id = |members: &Members<'_>| {
        let mut map = members.map().clone();
        map.remove("id");
        map.retain(|_, value| !value.is_null());
        map
    };
    but_id(one) == but_id(other)
}

impl Statement {
    fn read(members: &Members<'_>) -> Result<Statement, ApiError> {
        let statement = Statement {
            id: members.required_text("id")?.to_owned(),
            users: members.some_texts("user")?,
            actions: members.some_texts("action")?,
            allow: match members.required_text("effect")? {
                "allow" => true,
                "deny" => false,
                _ => return Err(members.wrong("effect", "must be allow or deny")),
            },
            resources: members.one_or_many("resource")?.unwrap_or_default(),
            condition: match members.object("condition")? {
                Some(condition) => Condition::read(&condition)?,
                None => Condition::default(),
            },
        };
        statement.check_lengths(members)?;
        for action in &statement.actions {
            if scopes(action).next().is_none() {
                return Err(members.wrong("action", format!("there is no action `{action}`")));
            }
            if statement.resources.is_empty() && is_about_objects(&[action]) {
                let why = format!("`{action}` needs one, such as `bucket/*`");
                return Err(members.wrong("resource", why));
            }
        }
        Ok(statement)
    }

    fn check_lengths(&self, members: &Members<'_>) -> Result<(), ApiError> {
        let count =
            |texts: &[String]| -> usize { texts.iter().map(|text| text.chars().count()).sum() };
        let lengths = [
            self.id.chars().count(),
            count(&self.users),
            count(&self.actions),
            count(&self.resources),
        ];
        for ((name, most), length) in MOST.into_iter().zip(lengths) {
            if length > most {
                return Err(members.wrong(name, format!("longer than {most} characters")));
            }
        }
        Ok(())
    }

    fn is_about(&self, question: &Question<'_>) -> bool {
        self.users
            .iter()
            .any(|user| user == "*" || Some(user.as_str()) == question.user)
            && self
                .actions
                .iter()
                .any(|action| question.actions.contains(&action.as_str()))
            && self.covers(question)
            && self.condition.holds(question.referer, question.source_ip)
    }

    fn covers(&self, question: &Question<'_>) -> bool {
        let bucket = question.bucket;
        let any = |text: &str| {
            self.resources
                .iter()
                .any(|pattern| wildcard::matches(pattern, text))
        };
        match question.target {
            Target::Object(key) => any(&format!("{bucket}/{key}")),
            Target::Bucket => self.resources.is_empty() || any(bucket),
            Target::Keys(prefix) => {
                self.resources.is_empty() || any(bucket) || any(&format!("{bucket}/{prefix}"))
            }
        }
    }
}

/// Whether an action is done to objects.
pub(crate) fn is_about_objects(actions: &[&str]) -> bool {
    actions
        .iter()
        .any(|action| scopes(action).any(|scope| scope == Scope::Object))
}

/// What the action is done to, for each operation that it is the name of.
fn scopes(action: &str) -> impl Iterator<Item = Scope> {
    ROUTES
        .iter()
        .filter(move |route| match route.access {
            Access::Granted { actions, .. } => actions.contains(&action),
            Access::Owner | Access::Anyone => false,
        })
        .map(|route| route.scope)
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
