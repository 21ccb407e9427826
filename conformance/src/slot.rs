//! A place where one live check runs at a time: an account with at most two buckets, clean when a check begins.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use qingstor::{Client, Error};

use crate::backstage::Backstage;
use crate::example::Example;
use crate::lease::{self, Lease, State};
use crate::names::Names;
use crate::target::{Key, Target};
use crate::wire::{Canned, Exchange, Received, Wire};

/// An account allows no more.
const BUCKETS: usize = 2;

/// How examples call the zone that everything is in.
const SAMPLE_ZONE: &str = "pek3a";

/// Why a check cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// This endpoint or account does not have what the check needs.
    Skip(String),
    /// Something went wrong.
    Fail(String),
}

/// Where live checks run, one after the other.
#[derive(Debug)]
pub struct Slot {
    /// What it is a part of.
    pub target: Arc<Target>,
    backstage: Option<Backstage>,
    /// What the checks send goes over it.
    pub wire: Wire,
    /// The client of the buckets' owner.
    pub client: Client,
    /// Host and port of the buckets, which stands behind the bucket's name in virtual-host style.
    pub(crate) host: String,
    leases: Vec<Lease>,
    /// Whether the account has buckets that are not of the checks.
    foreign: bool,
}

impl Slot {
    /// An emulator that lives as long as the slot.
    ///
    /// # Errors
    ///
    /// Why it does not start.
    pub async fn emulator(patience: Duration) -> Result<Slot, String> {
        let second = Key {
            id: "second-key-id".to_owned(),
            secret: "second-secret".to_owned(),
        };
        let backstage = Backstage::start(&second).await;
        let backstage = backstage.map_err(|error| error.to_string())?;
        let emulator = &backstage.emulator;
        let target = Target {
            endpoint: emulator.endpoint(),
            zone: emulator.zone().to_owned(),
            virtual_host: false,
            key: Key {
                id: emulator.access_key_id().to_owned(),
                secret: emulator.secret_access_key().to_owned(),
            },
            second: Some(second),
            prefix: "conformance".to_owned(),
            lease: Duration::ZERO,
            patience,
        };
        let hosts = backstage.hosts(&target.buckets());
        match Slot::reach(Arc::new(target), hosts).await {
            Ok(mut slot) => {
                slot.backstage = Some(backstage);
                Ok(slot)
            }
            Err(reason) => {
                let undeclared = backstage.emulator.findings();
                backstage.emulator.shutdown().await;
                let and = undeclared
                    .iter()
                    .map(|finding| format!("; no spec declares this answer: {finding}"));
                Err(reason + &and.collect::<String>())
            }
        }
    }

    /// A part of an endpoint's account. What an earlier run has left behind there is taken over.
    ///
    /// # Errors
    ///
    /// Why the endpoint cannot be used.
    pub async fn open(target: Arc<Target>) -> Result<Slot, String> {
        Slot::reach(target, Vec::new()).await
    }

    /// The same, where some hosts are at known addresses.
    async fn reach(target: Arc<Target>, hosts: Vec<(String, SocketAddr)>) -> Result<Slot, String> {
        let transport = target.transport_to(hosts);
        let wire = Wire::new(transport.map_err(|error| error.to_string())?);
        let client = target.client(Some(&target.key), wire.clone());
        let client = client.map_err(|error| error.to_string())?;
        let listed = client.list_buckets().send().await;
        let listed = listed.map_err(|error| error.to_string())?;
        let names: Vec<String> = listed.buckets.into_iter().map(|b| b.name).collect();
        let own = |name: &String| name.starts_with(&format!("{}-", target.prefix));
        let mut left: Vec<&String> = names.iter().filter(|name| own(name)).collect();
        left.truncate(BUCKETS);
        let mut leases: Vec<Lease> = left.into_iter().map(|name| Lease::found(name)).collect();
        for name in target.buckets() {
            if leases.len() < BUCKETS && leases.iter().all(|lease| lease.name != name) {
                leases.push(Lease::absent(&name));
            }
        }
        let foreign = names.iter().any(|name| !own(name));
        wire.log.take();
        let host = host(&target).await.map_err(|error| error.to_string())?;
        Ok(Slot {
            target,
            backstage: None,
            wire,
            client,
            host,
            leases,
            foreign,
        })
    }

    /// Whether the endpoint is an emulator of this slot.
    pub fn is_emulated(&self) -> bool {
        self.backstage.is_some()
    }

    /// What only an emulator of this slot has.
    pub(crate) fn backstage(&self) -> Option<&Backstage> {
        self.backstage.as_ref()
    }

    /// A client of somebody else.
    ///
    /// # Errors
    ///
    /// `Skip` if nobody else is known.
    pub fn second(&self) -> Result<Client, Problem> {
        let Some(key) = &self.target.second else {
            return Err(Problem::Skip("there is no second access key".to_owned()));
        };
        let client = self.target.client(Some(key), self.wire.clone());
        client.map_err(|error| Problem::Fail(error.to_string()))
    }

    /// A client that signs nothing.
    ///
    /// # Errors
    ///
    /// `Fail` if it cannot be made.
    pub fn anonymous(&self) -> Result<Client, Problem> {
        let client = self.target.client(None, self.wire.clone());
        client.map_err(|error| Problem::Fail(error.to_string()))
    }

    /// Brings the endpoint to the state that an example begins with.
    ///
    /// # Errors
    ///
    /// Why that is not possible.
    pub async fn prepare(&mut self, example: &'static Example) -> Result<Names, Problem> {
        let made = example.given.iter().filter(|s| s.operation == "put_bucket");
        let mut present: Vec<&str> = Vec::new();
        for bucket in made.filter_map(|step| step.bucket) {
            if !present.contains(&bucket) {
                present.push(bucket);
            }
        }
        let versioned = example.is_versioned();
        let exact = example.operation == "list_buckets";
        let zone = self.target.zone.clone();
        let mut headers = example.request_headers.iter();
        if zone.is_empty() && headers.any(|(_, value)| *value == Some(SAMPLE_ZONE)) {
            let why = "it names a zone, and that of the buckets is not known (--zone)";
            return Err(Problem::Skip(why.to_owned()));
        }
        // What the example's own call makes must be possible.
        let made_by_call = example.operation == "put_bucket" && present.is_empty();
        let leased = self.lease(present.len(), versioned, exact || made_by_call);
        let leased = leased.await?;
        let mut names = Names::as_written();
        // Before the buckets, whose names may contain it.
        if !zone.is_empty() {
            names.learn(SAMPLE_ZONE, zone);
        }
        for (bucket, actual) in present.iter().zip(&leased) {
            names.learn(*bucket, actual);
        }
        for bucket in example.buckets.iter().filter(|b| !present.contains(b)) {
            let actual = if made_by_call {
                self.leases[0].name.clone()
            } else {
                format!("{}-nowhere", self.target.prefix)
            };
            names.learn(*bucket, actual);
        }
        if example.operation == "delete_bucket" {
            lease::wait(&self.leases, self.target.lease).await;
        }
        for step in example.given.iter().filter(|s| s.operation != "put_bucket") {
            let values = (step.run)(&self.client, &names).await;
            let values = values.map_err(|error| {
                Problem::Fail(format!("given: {} fails: {error}", step.operation))
            })?;
            for (sample, value) in values {
                names.learn(sample, value);
            }
        }
        Ok(names)
    }

    /// So many clean buckets; with `exact`, no others exist.
    ///
    /// # Errors
    ///
    /// Why that is not possible.
    pub async fn lease(
        &mut self,
        count: usize,
        versioned: bool,
        exact: bool,
    ) -> Result<Vec<String>, Problem> {
        self.settle();
        if count > self.leases.len() {
            let message = format!("it needs {count} buckets, and an account has {BUCKETS}");
            return Err(Problem::Skip(message));
        }
        if exact && self.foreign {
            let message = "the account has buckets of its own, which the answer would list too";
            return Err(Problem::Skip(message.to_owned()));
        }
        lease::look(&self.client, &mut self.leases).await?;
        for index in 0..self.leases.len() {
            let lease = &mut self.leases[index];
            let wanted = index < count;
            if lease.state == State::Absent && !wanted {
                continue;
            }
            if lease.state == State::Present {
                lease::clean(&self.client, lease).await?;
                if (wanted && lease.versioned && !versioned) || (!wanted && exact) {
                    lease::delete(&self.client, lease, self.target.lease).await?;
                }
            }
            if wanted && lease.state == State::Absent {
                lease::create(&self.client, lease, self.target.lease).await?;
            }
        }
        self.wire.log.take();
        let leased = self.leases.iter().take(count);
        Ok(leased.map(|lease| lease.name.clone()).collect())
    }

    /// Notes what the exchanges since then have changed, and brings them.
    pub fn settle(&mut self) -> Vec<Exchange> {
        if let Some(backstage) = &self.backstage {
            backstage.turn(Duration::ZERO);
        }
        let exchanges = self.wire.log.take();
        let mut soil: BTreeSet<String> = BTreeSet::new();
        for exchange in &exchanges {
            soil.extend(lease::soil(exchange, self.target.virtual_host));
        }
        for lease in &mut self.leases {
            lease.soil.extend(soil.iter().cloned());
        }
        exchanges
    }

    /// What of an emulator's answers since the last call no spec declares.
    pub fn undeclared(&self) -> Vec<String> {
        let backstage = self.backstage.as_ref();
        let findings = backstage.map(|backstage| backstage.emulator.findings());
        findings.unwrap_or_default()
    }

    /// Gives everything back. Brings what is left behind, and why.
    pub async fn close(mut self) -> Vec<String> {
        if let Some(backstage) = self.backstage.take() {
            backstage.emulator.shutdown().await;
            return Vec::new();
        }
        self.settle();
        let mut left = Vec::new();
        if let Err(problem) = lease::look(&self.client, &mut self.leases).await {
            left.push(format!("buckets may be left behind: {problem:?}"));
            return left;
        }
        for lease in &mut self.leases {
            if lease.state != State::Present {
                continue;
            }
            let mut given_back = lease::clean(&self.client, lease).await;
            if given_back.is_ok() {
                given_back = lease::delete(&self.client, lease, self.target.lease).await;
            }
            if let Err(Problem::Skip(reason) | Problem::Fail(reason)) = given_back {
                left.push(format!(
                    "the bucket {} is left behind: {reason}",
                    lease.name
                ));
            }
        }
        left
    }
}

/// Where a client says that the buckets are.
async fn host(target: &Target) -> Result<String, Error> {
    let canned = Canned::new([Received::new(200, "")]);
    let target = Target {
        virtual_host: false,
        ..target.clone()
    };
    let client = target.client(None, canned.clone())?;
    client.bucket("bucket").head_bucket().send().await?;
    let sent = canned.log.last().map(|exchange| exchange.sent.host);
    Ok(sent.unwrap_or_default())
}
