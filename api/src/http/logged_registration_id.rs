use std::sync::{Arc, OnceLock};

use registrar_domain::RegistrationId;

/// A request's extension, in which its handler notes which registration it is about. The log line
/// says so also when the client hangs up before the answer.
#[derive(Clone, Debug, Default)]
pub struct LoggedRegistrationId(Arc<OnceLock<RegistrationId>>);

impl LoggedRegistrationId {
    /// Notes it; a request is about one registration only.
    pub fn note(&self, id: RegistrationId) {
        _ = self.0.set(id);
    }

    pub fn get(&self) -> Option<RegistrationId> {
        self.0.get().copied()
    }
}
