//! How the service behaves across operations: checks that take only clients and buckets.

use qingstor::{Bucket, Client, Error, ErrorKind};

use crate::backstage::{self, Backstage};
use crate::example::BoxFuture;
use crate::handmade::Handmade;
use crate::report::Report;
use crate::slot::{Problem, Slot};
use crate::target::{Key, Target};
use crate::wire::Received;

/// What a behaviour's check brings: nothing, or why it could not go on.
pub type Done = Result<(), Problem>;

/// One behaviour.
#[derive(Debug)]
pub struct Behaviour {
    /// What it is about.
    pub area: &'static str,
    /// What is checked.
    pub what: &'static str,
    /// Where this file says how it should be.
    pub source: &'static str,
    /// How many buckets it needs.
    pub buckets: usize,
    /// Whether they may have versions.
    pub versioned: bool,
    /// Why it is not certain that the service does it like this.
    pub unverified: Option<&'static str>,
    /// The check.
    pub run: for<'a> fn(&'a Bench<'a>, &'a mut Report) -> BoxFuture<'a, Done>,
}

/// What a behaviour's check works with.
#[derive(Debug)]
pub struct Bench<'a> {
    slot: &'a Slot,
    buckets: Vec<String>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(slot: &'a Slot, buckets: Vec<String>) -> Bench<'a> {
        Bench { slot, buckets }
    }

    /// The owner's client.
    pub fn client(&self) -> &Client {
        &self.slot.client
    }

    /// The first bucket.
    pub fn bucket(&self) -> Bucket {
        self.nth(0)
    }

    /// The second bucket.
    pub fn other(&self) -> Bucket {
        self.nth(1)
    }

    fn nth(&self, index: usize) -> Bucket {
        let name = self.buckets.get(index).map_or("", String::as_str);
        self.slot.client.bucket(name)
    }

    /// The last answer, as it came over the wire.
    pub(crate) fn last_answer(&self) -> Received {
        let last = self.slot.wire.log.last();
        last.and_then(|exchange| exchange.received.ok())
            .unwrap_or_default()
    }

    /// A request that is made without the SDK.
    pub(crate) fn handmade(&self, method: &str, target: impl Into<String>) -> Handmade<'a> {
        Handmade::new(self.slot, method, target)
    }

    /// Host and port of the endpoint.
    pub(crate) fn host(&self) -> &'a str {
        self.slot.target.scheme_and_host().1
    }

    /// The owner's key.
    pub(crate) fn key(&self) -> &'a Key {
        &self.slot.target.key
    }

    /// The key of somebody else.
    pub(crate) fn second_key(&self) -> Result<&'a Key, Problem> {
        let key = self.slot.target.second.as_ref();
        key.ok_or_else(|| Problem::Skip("there is no second access key".to_owned()))
    }

    /// The id of somebody else, as lists and policies name users.
    pub(crate) fn second_id(&self) -> Result<&'static str, Problem> {
        self.backstage().map(|_| backstage::SECOND)
    }

    /// What only an emulator of the checks has.
    pub(crate) fn backstage(&self) -> Result<&'a Backstage, Problem> {
        self.slot.backstage().ok_or_else(|| {
            let why = "it needs an emulator of its own: hosts, a clock that can be turned, what is done in the background";
            Problem::Skip(why.to_owned())
        })
    }

    /// The owner's client in the other zone of an emulator.
    pub(crate) fn elsewhere(&self) -> Result<Client, Problem> {
        let port = self.backstage()?.port();
        let [_, zone] = backstage::ZONES;
        let target = Target {
            endpoint: format!("http://{}:{port}", backstage::DOMAIN),
            zone: zone.to_owned(),
            ..(*self.slot.target).clone()
        };
        let client = target.client(Some(&target.key), self.slot.wire.clone());
        client.map_err(|error| Problem::Fail(error.to_string()))
    }

    /// A client of somebody else.
    pub fn second(&self) -> Result<Client, Problem> {
        self.slot.second()
    }

    /// A client that signs nothing.
    pub fn anonymous(&self) -> Result<Client, Problem> {
        self.slot.anonymous()
    }
}

/// A step that everything after it needs.
pub(crate) fn needed<T>(what: &str, outcome: Result<T, Error>) -> Result<T, Problem> {
    outcome.map_err(|error| Problem::Fail(format!("{what}: {error}")))
}

/// A bucket beside the two of the account, which only an emulator has room for. One that an earlier check had to leave
/// behind is as good.
pub(crate) async fn made(bucket: &Bucket) -> Done {
    match bucket.put_bucket().send().await {
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
        outcome => needed("making another bucket", outcome).map(drop),
    }
}

/// Describes a behaviour whose check is a function of this module.
macro_rules! behaviour {
    ($area:literal, $run:ident, buckets: $buckets:literal, versioned: $versioned:literal, unverified: $unverified:expr) => {
        $crate::behaviour::Behaviour {
            area: $area,
            what: stringify!($run),
            source: concat!(file!(), ":", line!()),
            buckets: $buckets,
            versioned: $versioned,
            unverified: $unverified,
            run: |bench, report| Box::pin($run(bench, report)),
        }
    };
    ($area:literal, $run:ident) => {
        behaviour!($area, $run, buckets: 1, versioned: false, unverified: None)
    };
    ($area:literal, $run:ident, unverified: $reason:literal) => {
        behaviour!($area, $run, buckets: 1, versioned: false, unverified: Some($reason))
    };
    ($area:literal, $run:ident, versioned) => {
        behaviour!($area, $run, buckets: 1, versioned: true, unverified: None)
    };
    ($area:literal, $run:ident, buckets: $buckets:literal) => {
        behaviour!($area, $run, buckets: $buckets, versioned: false, unverified: None)
    };
}

mod answers;
mod buckets;
mod by_hand;
mod client;
mod objects;
mod pictures;
mod requests;
mod signing;

/// All behaviours.
pub(crate) fn all() -> impl Iterator<Item = &'static Behaviour> {
    let across: [&[Behaviour]; 3] = [&answers::ALL, &requests::ALL, &signing::ALL];
    let groups = [objects::ALL, buckets::ALL, pictures::ALL, client::ALL];
    let all = groups.into_iter().flatten().copied().chain(across);
    all.flatten()
}
