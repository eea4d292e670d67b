use std::net::Ipv4Addr;
use std::time::Duration;

use registrar_local::poll_until;

use super::api::ApiDouble;
use super::installed::{Installed, Settings};
use super::name_server::NameServer;

/// "Within seconds": names are looked up anew after 5 s.
const SOON: Duration = Duration::from_secs(15);

const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

#[test]
fn an_api_without_an_address_stops_no_start_and_a_new_address_is_found_within_seconds() {
    let names = NameServer::start();
    let api = ApiDouble::start();
    ApiDouble::start_at(OTHER, api.port);
    let nginx = Installed::start(&Settings {
        resolver: names.address.to_string(),
        ..Settings::with_api_at(format!("api.example:{}", api.port))
    });
    assert_eq!(nginx.get("/", "Accept: text/html\r\n").status, 200);
    let away = nginx.get("/limits", "");
    assert_eq!((away.status, away.problem()["status"].as_u64()), (503, Some(503)));

    for address in [Ipv4Addr::LOCALHOST, OTHER] {
        names.set(address);
        let found = poll_until(SOON, || {
            let answer = nginx.get("/limits", "");
            (answer.status == 200 && answer.body.starts_with(&address.to_string())).then_some(())
        });
        assert!(found.is_some(), "{address}: {}", nginx.errors());
    }
}

#[test]
fn names_are_not_asked_for_where_the_api_is_an_address() {
    let nginx = Installed::start(&Settings::with_api_at(ApiDouble::start().address()));
    assert_eq!(nginx.get("/limits", "").status, 200);
}
