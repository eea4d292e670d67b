//! APIs under test.

use registrar_domain::{ReferenceSealer, RegistrationId};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use crate::exposition::counted;
use crate::pipe_reading::PipeReading;
use crate::program::{DERIVATION_SECRET, Program, SEALING_SECRET};
use crate::servers::Servers;
use crate::student::Student;
use crate::wait;

/// A running API.
#[derive(Debug)]
pub struct Api {
    /// Its process.
    pub program: Program,
    /// Where it is, like `http://127.0.0.1:5000`.
    pub url: String,
    /// Where its metrics are, like `http://127.0.0.1:9100`.
    pub admin_url: String,
    /// A client of it.
    pub client: Client,
}

impl Api {
    /// Starts an API that is ready.
    pub async fn start(servers: &Servers) -> Self {
        Self::start_with(servers, &[]).await
    }

    /// Starts an API with more settings and waits until it is ready.
    pub async fn start_with(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        let api = Self::begin(servers, settings).await;
        api.ready().await;
        api
    }

    /// Starts an API that need not become ready.
    pub async fn begin(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        Self::begin_program("api-under-test", servers, settings).await
    }

    /// Starts a build of the API, which need not become ready.
    pub async fn begin_program(
        program: &'static str,
        servers: &Servers,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::from_program(Program::start(program, &Self::environment(servers, settings))).await
    }

    /// As [`Self::begin_program`], with a tool such as valgrind: its command line.
    pub async fn begin_below(
        tool: &[String],
        program: &'static str,
        servers: &Servers,
        settings: &[(&str, &str)],
    ) -> Self {
        let environment = Self::environment(servers, settings);
        Self::from_program(Program::start_below(tool, program, &environment)).await
    }

    /// Starts an API whose output goes through a pipe.
    pub async fn begin_piped(servers: &Servers, settings: &[(&str, &str)]) -> (Self, PipeReading) {
        let environment = Self::environment(servers, settings);
        let (program, reading) = Program::start_piped("api-under-test", &environment);
        (Self::from_program(program).await, reading)
    }

    fn environment<'a>(servers: &Servers, settings: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let mut environment = vec![
            ("DATABASE_URL", servers.database_url.clone()),
            ("AMQP_URL", servers.amqp_url.clone()),
            ("REGISTRAR_API_ADDRESS", "127.0.0.1:0".to_owned()),
            ("REGISTRAR_METRICS_ADDRESS", "127.0.0.1:0".to_owned()),
            ("REGISTRAR_DERIVATION_SECRET", DERIVATION_SECRET.to_owned()),
            ("REGISTRAR_SEALING_SECRETS", SEALING_SECRET.to_owned()),
            // Each test stops its API, and there is no load balancer.
            ("REGISTRAR_DRAIN_DELAY", "0s".to_owned()),
            // All clients of a test have one address.
            ("REGISTRAR_RATE_PER_SECOND", "0".to_owned()),
        ];
        environment.extend(settings.iter().map(|&(name, value)| (name, value.to_owned())));
        environment
    }

    async fn from_program(mut program: Program) -> Self {
        let listening = program.logged("listening").await;
        let at = |field: &str| format!("http://{}", listening[field].as_str().unwrap());
        Self {
            url: at("address"),
            admin_url: at("metrics_address"),
            client: Client::new(),
            program,
        }
    }

    /// Waits until it accepts registrations.
    pub async fn ready(&self) {
        wait::until("the API is ready", async || {
            let response = self.get("/readyz").send().await.ok()?;
            (response.status() == StatusCode::OK).then_some(())
        })
        .await;
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// A POST request with a student as JSON.
    pub fn register(&self, student: &Student) -> RequestBuilder {
        self.client.post(format!("{}/register", self.url)).json(student)
    }

    /// Registers a student that must be accepted, and returns the reference.
    pub async fn accepted(&self, student: &Student) -> String {
        let response = self.register(student).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let body: Value = response.json().await.unwrap();
        body["reference"].as_str().unwrap().to_owned()
    }

    /// What the status URL says of a reference.
    pub async fn status(&self, reference: &str) -> Value {
        let response = self.get(&format!("/registrations/{reference}")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    /// What `/readyz` says: the HTTP status, and the body's `status` or, of a problem, the code of
    /// what is missing.
    pub async fn readiness(&self) -> (StatusCode, String) {
        let response = self.get("/readyz").send().await.unwrap();
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        let word = if status.is_success() { &body["status"] } else { &body["errors"][0]["code"] };
        (status, word.as_str().unwrap().to_owned())
    }

    /// Waits until a registration is decided, and returns its status.
    pub async fn decided(&self, reference: &str) -> Value {
        wait::until("the registration is decided", async || {
            let status = self.status(reference).await;
            (status["status"] != "accepted").then_some(status)
        })
        .await
    }

    /// What `/metrics` says.
    pub async fn metrics(&self) -> String {
        reqwest::get(format!("{}/metrics", self.admin_url)).await.unwrap().text().await.unwrap()
    }

    /// The sum of the samples whose name and labels begin like this.
    pub async fn counted(&self, name: &str) -> usize {
        counted(&self.metrics().await, name)
    }
}

/// The id behind a reference that an API under test issued.
pub fn id_of(reference: &str) -> RegistrationId {
    ReferenceSealer::new(&SEALING_SECRET.into(), &[]).open(reference).unwrap()
}

/// The body of an answer, as JSON.
pub async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}
