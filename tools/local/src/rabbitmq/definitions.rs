//! The policies that operators tune, for any virtual host.

use serde_json::{Value, json};

use crate::StackError;

/// The definitions that the containers load as well.
const SHARED: &str = include_str!("../../../../infra/rabbitmq/definitions.json");

/// Definitions that make `vhost` with full permissions for `user` and the shared policies.
pub(super) fn for_vhost(vhost: &str, user: &str) -> Result<Value, StackError> {
    let mut definitions: Value =
        serde_json::from_str(SHARED).map_err(|error| StackError::Refused {
            what: "Reading infra/rabbitmq/definitions.json".to_owned(),
            detail: error.to_string(),
        })?;
    let policies = definitions.get_mut("policies").and_then(Value::as_array_mut);
    for policy in policies.into_iter().flatten() {
        policy["vhost"] = json!(vhost);
    }
    definitions["vhosts"] = json!([{ "name": vhost }]);
    definitions["permissions"] = json!([
        { "user": user, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*" }
    ]);
    Ok(definitions)
}
