//! A browser without scripts.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use crate::api::Api;
use crate::student::Student;

/// The templates as they are in the repository: they need no build to be rendered.
pub const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/pages");

const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A browser on the pages of an API.
#[derive(Debug)]
pub struct Browser {
    url: String,
    client: Client,
}

/// A page that was answered.
#[derive(Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: StatusCode,
    /// The page itself.
    pub html: String,
}

impl Browser {
    /// A browser for this API, which needs [`PAGES`].
    pub fn at(api: &Api) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { url: api.url.clone(), client }
    }

    /// Sends the form; `path` as in its `action`.
    pub async fn send(&self, path: &str, student: &Student, key: &str) -> Response {
        let fields = [
            ("idempotency_key", key),
            ("first_name", &student.first_name),
            ("last_name", &student.last_name),
            ("email", &student.email),
        ];
        let request = self.client.post(format!("{}{path}", self.url)).form(&fields);
        request.header("accept", ACCEPT).send().await.unwrap()
    }

    /// Sends the form and returns the address that an accepted one leads to.
    pub async fn accepted(&self, path: &str, student: &Student, key: &str) -> String {
        let response = self.send(path, student, key).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The page at an address.
    pub async fn get(&self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.url));
        Page::from_response(request.header("accept", ACCEPT).send().await.unwrap()).await
    }
}

impl Page {
    /// The page in an answer, which has one.
    pub async fn from_response(response: Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        Self { status: response.status(), html: response.text().await.unwrap() }
    }

    /// Whether the page says so.
    pub fn says(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The value of the first attribute of this name; empty without one.
    pub fn attribute(&self, name: &str) -> &str {
        let (_, rest) = self.html.split_once(&format!(" {name}=\"")).unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }
}
