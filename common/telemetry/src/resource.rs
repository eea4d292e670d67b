//! Who it is that traces and logs come from.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{ResourceDetector as _, TelemetryResourceDetector};
use opentelemetry_semantic_conventions::resource::{
    SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION,
};
use uuid::Uuid;

use super::OpenTelemetrySettings;

/// What describes this process. `OTEL_SERVICE_NAME` wins over `OTEL_RESOURCE_ATTRIBUTES`, and these over
/// what the process knows of itself; a blank name of the service is none. The library's own reading of the variables plays no part.
pub(super) fn resource(
    service: &str,
    version: &'static str,
    settings: &OpenTelemetrySettings,
) -> Resource {
    let given = settings.resource_attributes.iter().flat_map(|attributes| &attributes.0);
    let given = given.filter(|(key, value)| key != SERVICE_NAME || !value.trim().is_empty());
    let given = given.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let known = [
        KeyValue::new(SERVICE_NAME, service.to_owned()),
        KeyValue::new(SERVICE_VERSION, version),
        KeyValue::new(SERVICE_INSTANCE_ID, Uuid::now_v7().to_string()),
    ];
    let name = settings.service_name.clone().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| KeyValue::new(SERVICE_NAME, name));
    Resource::builder_empty()
        .with_attributes(TelemetryResourceDetector.detect().iter().map(pair))
        .with_attributes(known)
        .with_attributes(given)
        .with_attributes(name)
        .build()
}

fn pair((key, value): (&opentelemetry::Key, &opentelemetry::Value)) -> KeyValue {
    KeyValue::new(key.clone(), value.clone())
}

pub(super) fn service_name(resource: &Resource) -> String {
    resource.get(&SERVICE_NAME.into()).map(|name| name.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::settings;
    use super::*;

    fn attribute(flags: &[&str], key: &'static str) -> String {
        let resource = resource("registrar-test", "1.2.3", &settings(flags).opentelemetry);
        resource.get(&key.into()).unwrap().to_string()
    }

    #[test]
    fn a_process_describes_itself_unless_variables_do() {
        assert_eq!(attribute(&[], SERVICE_NAME), "registrar-test");
        let blank = ["--service-name= ", "--resource-attributes=service.name=%20"];
        assert_eq!(attribute(&blank, SERVICE_NAME), "registrar-test");
        assert_eq!(attribute(&[], SERVICE_VERSION), "1.2.3");
        assert_eq!(attribute(&[], SERVICE_INSTANCE_ID).len(), 36);
        assert_eq!(attribute(&[], "telemetry.sdk.language"), "rust");
    }

    #[test]
    fn attributes_are_decoded_and_the_variable_of_the_name_wins() {
        let attributes = "--resource-attributes=service.name=one,service.instance.id=api-1,\
                          team=Student%20Affairs%2C%20North";
        assert_eq!(attribute(&[attributes], SERVICE_NAME), "one");
        assert_eq!(attribute(&[attributes], SERVICE_INSTANCE_ID), "api-1");
        assert_eq!(attribute(&[attributes], "team"), "Student Affairs, North");
        assert_eq!(attribute(&[attributes, "--service-name=two"], SERVICE_NAME), "two");
    }
}
