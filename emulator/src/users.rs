//! The accounts of an emulator.

use std::fmt;
use std::sync::Arc;

/// An account with one key pair.
#[derive(Clone)]
pub(crate) struct User {
    /// As policies and ACLs name it.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// All accounts; the first is the default one, which is always there.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    pub(crate) default: Arc<User>,
    pub(crate) others: Vec<Arc<User>>,
}

impl Users {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<User>> {
        std::iter::once(&self.default).chain(&self.others)
    }

    pub(crate) fn with_key(&self, access_key_id: &str) -> Option<&Arc<User>> {
        self.all().find(|user| user.access_key_id == access_key_id)
    }

    /// The name of an account; its id, if the account is gone.
    pub(crate) fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        let user = self.all().find(|user| user.id == id);
        user.map_or(id, |user| &user.name)
    }
}
