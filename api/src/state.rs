//! What requests share; each handler takes what it needs of it.

use std::sync::Arc;

use axum::extract::FromRef;
use registrar_domain::{DerivationKey, ReferenceSealer};
use registrar_messaging::Publisher;
use registrar_storage::{ImportKeys, ImportReader, PauseWatch};
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::http::RateLimit;
use crate::imports::history::ImportHistory;
use crate::imports::upload::rest::RestOfUploads;
use crate::imports::{Imports, KeyRing};
use crate::metrics::imports::ImportMetrics;
use crate::readiness::Readiness;
use crate::settings::Settings;
use crate::status::{Lookups, Statuses};
use crate::submission::Acceptor;

/// The state of the router: nothing in it is about one registration, so instances are equal.
pub struct Api {
    pub acceptor: Acceptor,
    pub admission: Admission,
    pub readiness: Readiness,
    pub statuses: Statuses,
    pub imports: Imports,
    pub import_history: ImportHistory,
    pub keys: KeyRing,
}

/// The ways to RabbitMQ and MySQL.
pub struct Servers {
    pub publisher: Publisher,
    pub import_publisher: Publisher,
    pub lookups: Lookups,
    pub pauses: PauseWatch,
    pub import_keys: ImportKeys,
    pub import_reader: ImportReader,
    pub import_metrics: ImportMetrics,
}

impl Api {
    /// It is not ready once the shutdown is requested; what waits ends with `closing`.
    pub fn new(
        settings: &Settings,
        rate_limit: Option<Arc<RateLimit>>,
        servers: Servers,
        shutdown: CancellationToken,
        closing: CancellationToken,
    ) -> Self {
        let Servers { publisher, import_publisher, lookups, pauses, .. } = servers;
        let Servers { import_keys, import_reader, import_metrics, .. } = servers;
        let limits = settings.limits.clone();
        let sealing = settings.sealing_secrets.as_slice();
        let sealer = Arc::new(ReferenceSealer::new(&sealing[0], &sealing[1..]));
        let derivation_key = DerivationKey::new(&settings.derivation_secret);
        let idle = limits.body_timeout.min(limits.imports.import_idle_timeout);
        let rest = RestOfUploads::new(idle, closing.clone());
        let imports = Imports::new(
            import_publisher,
            derivation_key.clone(),
            Arc::clone(&sealer),
            import_reader.clone(),
            limits.imports.clone(),
            import_metrics,
            closing.clone(),
        );
        let import_history = ImportHistory::new(import_reader, Arc::clone(&sealer));
        let statuses = Statuses::new(Arc::clone(&sealer), lookups, pauses, limits.streams, closing);
        let proxies = settings.trusted_proxies.clone();
        Self {
            readiness: Readiness::new(publisher.clone(), statuses.lookups.clone(), shutdown),
            acceptor: Acceptor::new(publisher, derivation_key, sealer),
            admission: Admission::new(limits, rate_limit, proxies, settings.pages.clone(), rest),
            statuses,
            imports,
            import_history,
            keys: KeyRing::new(import_keys),
        }
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

impl FromRef<Arc<Api>> for Imports {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.imports.clone()
    }
}

impl FromRef<Arc<Api>> for ImportHistory {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.import_history.clone()
    }
}

impl FromRef<Arc<Api>> for KeyRing {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.keys.clone()
    }
}
