//! What requests share; each handler takes what it needs of it.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::admission::Admission;
use crate::readiness::Readiness;
use crate::status::Statuses;
use crate::submission::Acceptor;

/// The state of the router: nothing in it is about one registration, so instances are equal.
pub struct Api {
    pub acceptor: Acceptor,
    pub admission: Admission,
    pub readiness: Readiness,
    pub statuses: Statuses,
}

impl FromRef<Arc<Api>> for Acceptor {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.acceptor.clone()
    }
}

impl FromRef<Arc<Api>> for Admission {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.admission.clone()
    }
}

impl FromRef<Arc<Api>> for Readiness {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.readiness.clone()
    }
}

impl FromRef<Arc<Api>> for Statuses {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.statuses.clone()
    }
}
