use std::sync::Arc;

use registrar_domain::{DerivationKey, Reference, ReferenceSealer, Registration, RegistrationId};
use registrar_messaging::Publisher;

use super::publish::publish;
use super::request::RegistrationRequest;
use crate::http::LoggedRegistrationId;
use crate::problem::{Problem, RetrySafety};

/// What idempotency keys of this route are for, so that a key of another means something else.
const IDEMPOTENCY_SCOPE: &str = "register";

/// Accepts registrations: the same for programs and for browsers.
pub struct Acceptor {
    publisher: Publisher,
    derivation_key: DerivationKey,
    sealer: Arc<ReferenceSealer>,
}

/// A registration that RabbitMQ has on disk.
pub struct Accepted {
    pub id: RegistrationId,
    pub reference: Reference,
}

impl Acceptor {
    pub fn new(
        publisher: Publisher,
        derivation_key: DerivationKey,
        sealer: Arc<ReferenceSealer>,
    ) -> Self {
        Self { publisher, derivation_key, sealer }
    }

    /// Succeeds once the registration is stored safely in the queue.
    pub async fn accept(
        &self,
        request: RegistrationRequest,
        logged_id: &LoggedRegistrationId,
    ) -> Result<Accepted, Problem> {
        let RegistrationRequest { key, student } = request;
        let id = match &key {
            Some(key) => key.registration_id(&self.derivation_key, IDEMPOTENCY_SCOPE, &student),
            None => RegistrationId::generate(),
        };
        // Before the answer: what is not confirmed may yet turn out to be registered.
        logged_id.note(id);
        publish(&self.publisher, Registration::now(id, student)).await.map_err(|error| {
            Problem::not_accepted(error, RetrySafety::for_registration(key.as_ref()))
        })?;
        Ok(Accepted { id, reference: self.sealer.seal(id) })
    }
}
