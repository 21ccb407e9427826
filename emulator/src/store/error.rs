//! Why the store did not do what it was asked.

use std::fmt;

use crate::error::{ApiError, code};

/// Why something was not stored or not read.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// The request is at fault; nothing was changed.
    Refused(ApiError),
    /// The disk or the database is: what happened is for the log and the answer.
    Broken(String),
}

impl StoreError {
    pub(crate) fn broken(what: &str, why: impl fmt::Display) -> StoreError {
        StoreError::Broken(format!("{what}: {why}"))
    }
}

impl From<ApiError> for StoreError {
    fn from(error: ApiError) -> StoreError {
        StoreError::Refused(error)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Refused(error) => error,
            StoreError::Broken(why) => ApiError::new(
                code::INTERNAL_ERROR,
                format!("The data folder failed: {why}"),
            ),
        }
    }
}

macro_rules! broken_from {
    ($($error:ty),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> StoreError {
                StoreError::broken("database", error)
            }
        }
    )*};
}

broken_from!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    serde_json::Error
);

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> StoreError {
        StoreError::broken("file", error)
    }
}
