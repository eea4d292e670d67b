use std::time::Duration;

use registrar_domain::RegistrationId;

use crate::state::Api;
use crate::status::Known;

/// Waits up to `wait` for the outcome; `None` when no permit is free, so that the wish
/// of the client cannot be heeded. The end of a drain ends the wait early.
pub(super) async fn wait_for_outcome(
    api: &Api,
    id: RegistrationId,
    wait: Duration,
) -> Option<Known> {
    let _permit = api.waiter_permits.try_acquire().ok()?;
    tokio::select! {
        decision = api.lookups.decided(id) => Some(Known::Decided(decision)),
        () = tokio::time::sleep(wait) => Some(Known::Waiting),
        () = api.closing.cancelled() => Some(Known::Waiting),
    }
}
