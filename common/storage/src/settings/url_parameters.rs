//! What may follow the `?` of `DATABASE_URL`.

use std::fs::File;

use percent_encoding::percent_decode_str;
use sqlx::mysql::MySqlSslMode;

/// Refuses what sqlx would leave out without a word: a URL with `?ssl=true` asks for TLS.
///
/// # Errors
/// The rest of the sentence "`DATABASE_URL` is not usable: …", without any value.
pub(crate) fn check(url: &str) -> Result<(), String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    for (name, value) in pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
        let value = value.replace('+', " ");
        let value = percent_decode_str(&value).decode_utf8_lossy();
        match name {
            "ssl-mode" | "sslmode" => {
                if value.parse::<MySqlSslMode>().is_err() {
                    return Err(
                        "its ssl-mode must be DISABLED, PREFERRED, REQUIRED, VERIFY_CA or \
                                VERIFY_IDENTITY"
                            .to_owned(),
                    );
                }
            }
            "ssl-ca" | "sslca" | "ssl-cert" | "sslcert" | "ssl-key" | "sslkey" => {
                // Each may be the PEM text itself.
                if !value.starts_with("-----BEGIN") {
                    File::open(&*value)
                        .map_err(|error| format!("its {name} cannot be read: {error}"))?;
                }
            }
            "socket"
            | "charset"
            | "collation"
            | "timezone"
            | "time-zone"
            | "statement-cache-capacity" => (),
            _ => {
                return Err(
                    "it has a parameter that is not known here; there are ssl-mode, ssl-ca, \
                            ssl-cert, ssl-key, socket, charset, collation and time-zone"
                        .to_owned(),
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    fn check(query: &str) -> Result<(), String> {
        super::check(&format!("mysql://me:hunter2@db/registrar{query}"))
    }

    #[test]
    fn what_sqlx_heeds_is_taken() {
        for query in [
            "",
            "?",
            "?ssl-mode=VERIFY_IDENTITY&ssl-ca=/dev/null",
            "?sslmode=required",
            "?ssl-ca=%2Fdev%2Fnull",
            "?ssl-ca=-----BEGIN+CERTIFICATE-----",
            "?socket=/run/mysqld/mysqld.sock&charset=utf8mb4",
        ] {
            assert_eq!(check(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn what_would_be_left_out_is_refused_without_its_value() {
        for (query, sentence) in [
            ("?ssl=hunter2", "it has a parameter that is not known here"),
            ("?tls=true", "it has a parameter that is not known here"),
            ("?useSSL=true", "it has a parameter that is not known here"),
            ("?SSL-MODE=REQUIRED", "it has a parameter that is not known here"),
            ("?charset=utf8mb4&hunter2", "it has a parameter that is not known here"),
            ("?ssl-mode=hunter2", "its ssl-mode must be DISABLED"),
            ("?ssl-mode", "its ssl-mode must be DISABLED"),
            ("?ssl-ca=/nowhere/hunter2", "its ssl-ca cannot be read: No such file"),
            ("?ssl-key=", "its ssl-key cannot be read"),
        ] {
            let refusal = check(query).unwrap_err();
            assert!(refusal.starts_with(sentence), "{query}: {refusal}");
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }
}
