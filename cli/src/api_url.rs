//! Where the API is, for the commands that speak HTTP with it.

use registrar_runtime::config::{SecretUrl, secret_url};

/// A URL without parameters: what is looked up follows it.
pub(crate) fn api_url() -> impl Fn(&str) -> Result<SecretUrl, String> + Clone + Send + Sync + 'static
{
    const EXAMPLE: &str = "http://127.0.0.1:5000";
    let parse = secret_url(&["http", "https"], EXAMPLE);
    move |value| {
        if value.contains('?') {
            return Err(format!("it must be a URL such as {EXAMPLE}, without anything after a ?"));
        }
        parse(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_with_space_and_slashes_around_it_and_refused_in_words() {
        for url in ["http://api:5000", " http://api:5000/\n", "https://api/registrar/"] {
            assert!(api_url()(url).is_ok(), "{url:?}");
        }
        for url in
            ["", "api:5000", "http:/api", "http://api:x", "ftp://api", "http://a b", "http://api?x"]
        {
            let rule = api_url()(url).unwrap_err();
            assert!(
                rule.starts_with("it must be a URL such as http://127.0.0.1:5000"),
                "{url:?}: {rule}"
            );
        }
    }
}
