//! What the operations do. Each is found by its name in the route table.

mod append;
mod bucket;
mod cname;
mod cors;
mod delete_many;
mod image_process;
mod lifecycle;
mod listing;
mod logging;
mod mirror;
mod object_copy;
mod object_delete;
mod object_fetch;
mod object_get;
mod object_post;
mod object_put;
mod paging;
mod receive;
mod replication;
mod service;
mod settings;
mod upload;
mod upload_list;
mod upload_part;
mod versioning;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

pub(crate) use cors::apply as apply_cors;
pub(crate) use image_process::make as make_image;
pub(crate) use receive::{check_body, etag};

use crate::address::Address;
use crate::auth::Identity;
use crate::authorize::Caller;
use crate::background::Happened;
use crate::body::Body;
use crate::error::{ApiError, code};
use crate::request::Request;
use crate::response::Reply;
use crate::state::State;
use crate::store::Bucket;

/// A request that is routed, authenticated and checked against its declared parameters.
pub(crate) struct Context {
    pub(crate) state: Arc<State>,
    pub(crate) request: Request,
    /// Where the connection comes from.
    pub(crate) peer: IpAddr,
    pub(crate) address: Address,
    pub(crate) identity: Identity,
    pub(crate) now: SystemTime,
    pub(crate) request_id: String,
    pub(crate) body: Body,
    /// The members of a JSON body, without those that are `null`.
    pub(crate) json: Map<String, Value>,
    /// What the request has done to objects.
    pub(crate) happened: Mutex<Vec<Happened>>,
}

impl Context {
    /// The zone of this endpoint; requests about buckets always have one.
    fn zone(&self) -> Result<&str, ApiError> {
        self.address.zone.as_deref().ok_or_else(|| {
            ApiError::new(
                code::INVALID_LOCATION,
                "The global endpoint serves no buckets",
            )
        })
    }

    fn bucket_name(&self) -> Result<&str, ApiError> {
        self.address
            .bucket
            .as_deref()
            .ok_or_else(|| ApiError::new(code::INVALID_BUCKET_NAME, "The request names no bucket"))
    }

    fn key(&self) -> Result<&str, ApiError> {
        self.address
            .key
            .as_deref()
            .ok_or_else(|| ApiError::new(code::INVALID_OBJECT_NAME, "The request names no object"))
    }

    /// Notes what was done to an object, for those who want to be told.
    pub(crate) fn tell(&self, happened: Happened) {
        let mut list = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(happened);
    }

    /// Who asks, to be judged about something that the path does not name.
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller {
            state: &self.state,
            identity: &self.identity,
            request: &self.request,
            peer: self.peer,
        }
    }

    /// A bucket's owner, as lists tell it.
    fn owner_of(&self, bucket: &Bucket) -> Value {
        let id = &bucket.owner;
        json!({ "id": id, "name": self.state.settings.users.name_of(id) })
    }

    /// The bucket that the request names.
    fn bucket(&self) -> Result<Bucket, ApiError> {
        self.state.bucket_in(self.zone()?, self.bucket_name()?)
    }
}

/// What runs an operation.
pub(crate) type Handler = for<'a> fn(&'a mut Context) -> Answer<'a>;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Reply, ApiError>> + Send + 'a>>;

/// The operations that this server implements.
static HANDLERS: &[(&str, Handler)] = &[
    ("AbortMultipartUpload", |c| Box::pin(upload::abort(c))),
    ("AppendObject", |c| Box::pin(append::append(c))),
    ("CompleteMultipartUpload", |c| Box::pin(upload::complete(c))),
    ("CopyObject", |c| Box::pin(object_copy::copy(c))),
    ("DeleteBucketCname", |c| Box::pin(cname::delete(c))),
    ("DeleteBucketCors", |c| {
        Box::pin(settings::delete(c, &settings::CORS))
    }),
    ("DeleteBucketExternalMirror", |c| {
        Box::pin(settings::delete(c, &settings::MIRROR))
    }),
    ("DeleteBucketLifecycle", |c| {
        Box::pin(settings::delete(c, &settings::LIFECYCLE))
    }),
    ("DeleteBucketLogging", |c| {
        Box::pin(settings::delete(c, &settings::LOGGING))
    }),
    ("DeleteBucketNotification", |c| {
        Box::pin(settings::delete(c, &settings::NOTIFICATION))
    }),
    ("DeleteBucketPolicy", |c| {
        Box::pin(settings::delete(c, &settings::POLICY))
    }),
    ("DeleteBucket", |c| Box::pin(bucket::delete(c))),
    ("DeleteBucketReplication", |c| {
        Box::pin(settings::delete(c, &settings::REPLICATION))
    }),
    ("DeleteMultipleObjects", |c| {
        Box::pin(delete_many::delete(c))
    }),
    ("DeleteObject", |c| Box::pin(object_delete::delete(c))),
    ("FetchObject", |c| Box::pin(object_fetch::fetch(c))),
    ("GetBucketAcl", |c| Box::pin(settings::get_acl(c))),
    ("GetBucketCname", |c| Box::pin(cname::get(c))),
    ("GetBucketCors", |c| {
        Box::pin(settings::get(c, &settings::CORS))
    }),
    ("GetBucketExternalMirror", |c| {
        Box::pin(settings::get(c, &settings::MIRROR))
    }),
    ("GetBucketLifecycle", |c| {
        Box::pin(settings::get(c, &settings::LIFECYCLE))
    }),
    ("GetBucketLogging", |c| {
        Box::pin(settings::get(c, &settings::LOGGING))
    }),
    ("GetBucketNotification", |c| {
        Box::pin(settings::get(c, &settings::NOTIFICATION))
    }),
    ("GetBucketPolicy", |c| {
        Box::pin(settings::get(c, &settings::POLICY))
    }),
    ("GetBucketStatistics", |c| Box::pin(bucket::statistics(c))),
    ("GetBucketVersioning", |c| Box::pin(versioning::get(c))),
    ("GetBucketReplication", |c| Box::pin(replication::get(c))),
    ("GetObject", |c| Box::pin(object_get::get(c))),
    ("HeadBucket", |c| Box::pin(bucket::head(c))),
    ("HeadObject", |c| Box::pin(object_get::head(c))),
    ("ImageProcess", |c| Box::pin(image_process::process(c))),
    ("InitiateMultipartUpload", |c| Box::pin(upload::initiate(c))),
    ("ListBuckets", |c| Box::pin(service::list_buckets(c))),
    ("ListLocations", |c| Box::pin(service::list_locations(c))),
    ("ListMultipart", |c| Box::pin(upload_list::list_parts(c))),
    ("ListMultipartUploads", |c| {
        Box::pin(upload_list::list_uploads(c))
    }),
    ("ListObjectVersions", |c| {
        Box::pin(listing::list_versions(c))
    }),
    ("ListObjects", |c| Box::pin(listing::list_objects(c))),
    ("MoveObject", |c| Box::pin(object_copy::rename(c))),
    ("OptionsBucket", |c| Box::pin(cors::preflight(c))),
    ("OptionsObject", |c| Box::pin(cors::preflight(c))),
    ("PostObject", |c| Box::pin(object_post::post(c))),
    ("PutBucket", |c| Box::pin(bucket::create(c))),
    ("PutBucketAcl", |c| {
        Box::pin(settings::put(c, &settings::ACL))
    }),
    ("PutBucketCname", |c| Box::pin(cname::put(c))),
    ("PutBucketCors", |c| {
        Box::pin(settings::put(c, &settings::CORS))
    }),
    ("PutBucketExternalMirror", |c| {
        Box::pin(settings::put(c, &settings::MIRROR))
    }),
    ("PutBucketLifecycle", |c| Box::pin(lifecycle::put(c))),
    ("PutBucketLogging", |c| Box::pin(logging::put(c))),
    ("PutBucketNotification", |c| {
        Box::pin(settings::put(c, &settings::NOTIFICATION))
    }),
    ("PutBucketPolicy", |c| {
        Box::pin(settings::put(c, &settings::POLICY))
    }),
    ("PutBucketVersioning", |c| Box::pin(versioning::put(c))),
    ("PutBucketReplication", |c| Box::pin(replication::put(c))),
    ("PutObject", |c| Box::pin(object_put::put(c))),
    ("UploadMultipart", |c| Box::pin(upload_part::upload(c))),
    ("UploadMultipartCopy", |c| Box::pin(upload_part::copy(c))),
];

/// The handler of an operation; 501 without one.
pub(crate) fn require(operation: &str) -> Result<Handler, ApiError> {
    find(operation).ok_or_else(|| {
        ApiError::new(
            code::NOT_IMPLEMENTED,
            format!("This server does not implement {operation} yet"),
        )
    })
}

/// The handler of an operation, if there is one.
pub(crate) fn find(operation: &str) -> Option<Handler> {
    HANDLERS
        .iter()
        .find(|(name, _)| *name == operation)
        .map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::routes::ROUTES;

    #[test]
    fn the_table_of_the_reference_is_true() {
        for route in ROUTES {
            assert_eq!(
                find(route.operation).is_some(),
                route.emulated,
                "{}: its spec has to say under `emulator` what this server does of it, or nothing",
                route.operation
            );
        }
    }

    #[test]
    fn every_handler_serves_an_operation_of_the_table() {
        for (operation, _) in HANDLERS {
            assert!(
                ROUTES.iter().any(|route| route.operation == *operation),
                "no route leads to the handler of {operation}"
            );
        }
    }

    #[test]
    fn an_operation_without_handler_is_501_and_says_so() {
        let error = require("BuildPyramid").expect_err("no handler");
        assert_eq!(error.status(), 501);
        let document: Value = serde_json::from_str(&error.document("1a2b")).expect("JSON");
        assert_eq!(document["code"], "not_implemented");
        assert_eq!(document["request_id"], "1a2b");
        let message = document["message"].as_str().unwrap_or("");
        assert!(message.contains("BuildPyramid"), "{message}");
        assert!(document["url"].is_string());
    }
}
