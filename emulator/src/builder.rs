//! Settings of an emulator, and its start.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::address::Sites;
use crate::emulator::Emulator;
use crate::error::{ApiError, Error};
use crate::faults::Faults;
use crate::log::LogFormat;
use crate::state::{Settings, State};
use crate::store::Store;
use crate::tls;
use crate::users::{User, Users};

/// Settings of an emulator; [`Builder::start`] starts it.
///
/// Defaults: a free port of 127.0.0.1, the key id `emulator-key-id` with the secret `emulator-secret`,
/// the zone `pek3a` of the domain `qingstor.com`, the system's clock, bodies of up to 5 GiB, 30 seconds of patience,
/// a temporary folder that is removed at the end.
#[must_use = "a builder does nothing until it is started"]
#[derive(Clone)]
pub struct Builder {
    listen: String,
    settings: Settings,
    data_dir: Option<PathBuf>,
    sync: bool,
    zones_given: bool,
    faults: Faults,
    tls: Option<tls::Source>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("listen", &self.listen)
            .field("settings", &self.settings)
            .field("data_dir", &self.data_dir)
            .field("sync", &self.sync)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder {
            listen: "127.0.0.1:0".to_owned(),
            settings: Settings {
                users: Users {
                    default: Arc::new(User {
                        id: "usr-emulator".to_owned(),
                        name: "emulator".to_owned(),
                        access_key_id: "emulator-key-id".to_owned(),
                        secret: "emulator-secret".to_owned(),
                    }),
                    others: Vec::new(),
                },
                sites: Sites {
                    domain: "qingstor.com".to_owned(),
                    zones: vec!["pek3a".to_owned()],
                },
                clock: Arc::new(SystemTime::now),
                log: None,
                log_format: LogFormat::default(),
                max_body: 5 << 30,
                min_part_size: 4 << 20,
                idle_timeout: Duration::from_secs(30),
                fetch_anywhere: false,
                accept_other_sdks: false,
                admin: false,
                sleeper: Arc::new(|time| Box::pin(tokio::time::sleep(time))),
                bucket_quota: None,
                bucket_lease: Duration::ZERO,
                notify_timeout: Duration::from_secs(5),
                notify_pause: Duration::from_secs(1),
                check_answers: false,
            },
            data_dir: None,
            sync: false,
            zones_given: false,
            faults: Faults::default(),
            tls: None,
        }
    }

    /// The address to listen on, such as `127.0.0.1:9000`. Port 0 is a free port.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = address.into();
        self
    }

    /// The key pair of the default account, `usr-emulator`.
    pub fn access_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        let default = Arc::make_mut(&mut self.settings.users.default);
        default.access_key_id = id.into();
        default.secret = secret.into();
        self
    }

    /// The default account, instead of `usr-emulator`.
    pub fn default_user(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        access_key_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        self.settings.users.default = Arc::new(User {
            id: id.into(),
            name: name.into(),
            access_key_id: access_key_id.into(),
            secret: secret.into(),
        });
        self
    }

    /// Adds an account with a key pair of its own. Its id is what policies and ACLs name it by, such as `usr-abcd1234`.
    pub fn user(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        access_key_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        self.settings.users.others.push(Arc::new(User {
            id: id.into(),
            name: name.into(),
            access_key_id: access_key_id.into(),
            secret: secret.into(),
        }));
        self
    }

    /// The folder to keep everything in, across restarts and across a `kill -9` at any moment. It is made if it is not
    /// there, and used by one emulator at a time. Without it, data is kept in a temporary folder and removed at the end.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Whether what was answered also survives a loss of power: then each answer to a change waits for the disk.
    /// Off by default.
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// The clock that dates are taken from and signatures are judged by.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// The base domain: `<zone>.<domain>` and `<bucket>.<zone>.<domain>` are hosts of this server,
    /// and `<domain>` is its global endpoint. `localhost` works beside it for all but the last.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.settings.sites.domain = domain.into().to_ascii_lowercase();
        self
    }

    /// Adds a zone; the first call replaces the default, `pek3a`. Requests to an IP address, to `localhost` or
    /// to a host of no known form go to the zone that was added first.
    pub fn zone(mut self, zone: impl Into<String>) -> Self {
        if !self.zones_given {
            self.settings.sites.zones.clear();
            self.zones_given = true;
        }
        self.settings.sites.zones.push(zone.into());
        self
    }

    /// Gets one line for each request: status, operation, method, path (in path style, without query), milliseconds,
    /// request id. Never a signature or a key.
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.settings.log = Some(Arc::new(log));
        self
    }

    /// How the lines of the log are written.
    pub fn log_format(mut self, format: LogFormat) -> Self {
        self.settings.log_format = format;
        self
    }

    /// The largest request body, and the largest source of a fetch, in bytes.
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// The smallest part of a multipart upload that is not its last, in bytes. The service wants 4 MiB, and so does
    /// this server if nothing is said; tests can do with less.
    pub fn min_part_bytes(mut self, bytes: u64) -> Self {
        self.settings.min_part_size = bytes;
        self
    }

    /// How long a client (or a fetch's origin) may stay silent in the middle of a message.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Lets PUT Object (fetch) ask other machines than this one. Off by default.
    pub fn allow_fetch_from_anywhere(mut self, allow: bool) -> Self {
        self.settings.fetch_anywhere = allow;
        self
    }

    /// Also accepts what some official SDKs sign, and the documentation does not have. Off by default.
    ///
    /// The SDK for Python signs query values as they were sent, percent-encoded; those for Python, JavaScript and Ruby
    /// do not sign `version_id`, `versioning` and `versions`; those for Java and Ruby do not sign `replication`.
    pub fn accept_other_sdks(mut self, accept: bool) -> Self {
        self.settings.accept_other_sdks = accept;
        self
    }

    /// Rules for faults, from the start; see [`Emulator::set_faults`] for later.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// What a fault's delay waits with, instead of for real.
    pub fn fault_sleeper<F, W>(mut self, sleeper: F) -> Self
    where
        F: Fn(Duration) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.settings.sleeper = Arc::new(move |time| Box::pin(sleeper(time)));
        self
    }

    /// Serves `/_emulator/faults`, by which rules for faults are read, put and deleted, to this machine. Off by default.
    pub fn admin(mut self, admin: bool) -> Self {
        self.settings.admin = admin;
        self
    }

    /// Speaks TLS with this certificate chain and private key, both as PEM.
    pub fn tls(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.tls = Some(tls::Source::Own {
            certificates: certificates.into(),
            key: key.into(),
        });
        self
    }

    /// Speaks TLS with a certificate of the emulator's own for all its hosts. Clients have to trust
    /// [`Emulator::ca_certificate`], which stays the same with a data folder and is a new one each time without.
    pub fn tls_self_signed(mut self) -> Self {
        self.tls = Some(tls::Source::SelfSigned);
        self
    }

    /// How many buckets an account may have; more are refused with `too_many_buckets`. The service begins with 2, the
    /// emulator sets no limit by default.
    pub fn bucket_quota(mut self, buckets: usize) -> Self {
        self.settings.bucket_quota = Some(buckets);
        self
    }

    /// How long after its creation a bucket cannot be deleted: until then that is refused with `lease_not_ready`. A
    /// minute at the service, no time by default.
    pub fn bucket_lease(mut self, time: Duration) -> Self {
        self.settings.bucket_lease = time;
        self
    }

    /// How long the receiver of a notification may take to answer, and how long after a failure it is told once more.
    /// 5 seconds and 1 second, as the service has it.
    pub fn notification_patience(mut self, timeout: Duration, pause: Duration) -> Self {
        self.settings.notify_timeout = timeout;
        self.settings.notify_pause = pause;
        self
    }

    /// For tests of this server: an answer whose status, header or member the specification does not know becomes a 500 that
    /// says so, and [`Emulator::findings`] tells it. An emulator that is dropped with findings that nobody has read panics,
    /// so that no test overlooks them. Off by default.
    pub fn check_answers(mut self, check: bool) -> Self {
        self.settings.check_answers = check;
        self
    }

    /// Starts listening and serves on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for an empty, malformed or repeated key id, secret, account, zone or domain;
    /// [`Error::Tls`] for a certificate or key that cannot be used;
    /// [`Error::DataFolder`] if the data folder cannot be used, or another emulator uses it;
    /// [`Error::Listen`] if the address cannot be listened on.
    pub async fn start(self) -> Result<Emulator, Error> {
        self.check()?;
        let failed = |source| Error::Listen {
            address: self.listen.clone(),
            source,
        };
        let listener = TcpListener::bind(&self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let Builder {
            data_dir,
            sync,
            settings,
            faults,
            tls,
            ..
        } = self;
        let sites = settings.sites.clone();
        let folder = data_dir.clone().unwrap_or_default();
        let opening = spawn_blocking(move || {
            let store = Store::open(data_dir.as_deref(), sync)?;
            let tls = tls.map(|source| tls::set_up(&source, &sites, store.folder()));
            Ok::<_, Error>((store, tls.transpose()?))
        });
        let (store, tls) = opening
            .await
            .map_err(|error| Error::Setting(format!("the runtime is ending: {error}")))??;
        let state =
            State::new(settings, store, faults, tls).map_err(|error| Error::DataFolder {
                path: folder,
                reason: ApiError::from(error).message,
            })?;
        Ok(Emulator::spawn(listener, address, state))
    }

    fn check(&self) -> Result<(), Error> {
        let users = &self.settings.users;
        for (at, user) in users.all().enumerate() {
            let id = &user.access_key_id;
            let wrong = |why: &str| Error::Setting(format!("the account `{}`: {why}", user.id));
            if user.id.is_empty() {
                return Err(Error::Setting(
                    "an account's id must not be empty".to_owned(),
                ));
            }
            if id.is_empty() || id.contains(':') {
                return Err(wrong(
                    "its access key id must not be empty nor contain a colon",
                ));
            }
            if user.secret.is_empty() {
                return Err(wrong("its secret must not be empty"));
            }
            let mut others = users.all().skip(at + 1);
            if others.any(|other| other.id == user.id) {
                return Err(wrong("there are two of that id"));
            }
            let mut others = users.all().skip(at + 1);
            if let Some(other) = others.find(|other| other.access_key_id == *id) {
                let why = format!("`{}` has its access key id, {id}, too", other.id);
                return Err(wrong(&why));
            }
        }
        let sites = &self.settings.sites;
        let Sites { domain, zones } = sites;
        if let Some(zone) = zones.iter().find(|zone| !is_label(zone)) {
            return Err(Error::Setting(format!(
                "`{zone}` is no zone id: lower-case letters, digits and hyphens"
            )));
        }
        let mut zones = zones.iter().enumerate();
        if let Some((_, zone)) = zones.find(|(at, zone)| sites.zones[..*at].contains(zone)) {
            return Err(Error::Setting(format!("there are two zones `{zone}`")));
        }
        if !domain.split('.').all(is_label) {
            return Err(Error::Setting(format!("`{domain}` is no domain name")));
        }
        Ok(())
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
