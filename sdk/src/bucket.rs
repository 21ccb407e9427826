//! A bucket of a client.

use std::fmt;
use std::sync::Arc;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::request;

/// A bucket of a client. Cheap to clone; making one sends nothing.
#[derive(Clone)]
pub struct Bucket {
    client: Client,
    name: Arc<str>,
    zone: Option<Arc<str>>,
}

impl Bucket {
    pub(crate) fn new(client: Client, name: String) -> Bucket {
        let zone = client.inner().config.zone.value.as_str();
        let zone = (!zone.is_empty()).then(|| Arc::from(zone));
        Bucket {
            client,
            name: name.into(),
            zone,
        }
    }

    /// The same bucket in another zone than the client's, such as `pek3b`.
    #[must_use]
    pub fn in_zone(mut self, zone: impl AsRef<str>) -> Bucket {
        self.zone = Some(Arc::from(zone.as_ref()));
        self
    }

    /// Another bucket of the same client. A zone that was set goes for it too, as for a source of copies, which has
    /// to be in the same zone.
    pub(crate) fn beside(&self, name: &str) -> Bucket {
        Bucket {
            client: self.client.clone(),
            name: Arc::from(name),
            zone: self.zone.clone(),
        }
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone, if one is set.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// The same bucket in the zone that the service names for it. What is known is not asked again, and where there
    /// are no zones, or one is set, nothing is asked at all. Only presigning needs this: requests that are sent find
    /// the zone by themselves.
    ///
    /// ```
    /// # async fn demo(client: qingstor::Client) -> Result<(), qingstor::Error> {
    /// use std::time::Duration;
    ///
    /// let bucket = client.bucket("photos").resolve_zone().await?;
    /// let link = bucket.get_object("cat.png").presign(Duration::from_secs(900))?;
    /// # let _ = link; Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// `NotFound` if the service knows no such bucket; others as for any request.
    pub async fn resolve_zone(&self) -> Result<Bucket, Error> {
        let zone = request::resolve_zone(&self.call()).await?;
        Ok(match zone {
            Some(zone) => self.clone().in_zone(zone),
            None => self.clone(),
        })
    }

    /// The client it belongs to.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A call on this bucket, for operations of your own.
    pub fn call(&self) -> Call {
        Call::new(
            self.client.clone(),
            Some(self.name.clone()),
            self.zone.clone(),
        )
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}
