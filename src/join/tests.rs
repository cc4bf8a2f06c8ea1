//! What an answer of the server means.

use super::*;

fn server() -> Server {
    Server::new("https://front.example.com:7843".parse().unwrap(), &Trust::System, false).unwrap()
}

fn judged(status: u16, body: &str) -> Result<Value, (Kind, String, Option<String>)> {
    let answer = server().judged(status, Duration::from_secs(7), body.as_bytes());
    answer.map_err(|failure| (failure.kind, format!("{:?}: {}", failure.error.code, failure.error), failure.error.hint))
}

#[test]
fn a_refusal_is_told_from_what_may_be_better_later() {
    assert!(judged(200, r#"{"id":"web-7"}"#).is_ok() && judged(202, "{}").is_ok());
    let away = Kind::Away(Duration::from_secs(7));
    for (status, body, kind, says) in [
        (
            401,
            r#"{"code":"unauthorized","message":"m","hint":"h"}"#,
            Kind::Refused(401),
            "Refused: https://front.example.com:7843 refuses: m (unauthorized)",
        ),
        (
            409,
            r#"{"code":"host-taken","message":"m"}"#,
            Kind::Refused(409),
            "HostTaken: https://front.example.com:7843 refuses: m (host-taken)",
        ),
        (403, r#"{"code":"not-granted","message":"m"}"#, Kind::Refused(403), "NotGranted: "),
        (
            500,
            r#"{"code":"internal","message":"m"}"#,
            away,
            "ServerUnreachable: can't ask https://front.example.com:7843: m (internal)",
        ),
        (503, r#"{"code":"lock","message":"m"}"#, away, "m (lock)"),
        (429, "slow down", away, "it answers 429"),
        (502, "<html>", away, "it answers 502"),
        (404, "<html>", away, "it answers 404, but not as"),
        (401, r#"{"message":"proxy"}"#, away, "it answers 401, but not as"),
        (302, "", away, "a redirection"),
        (200, "", away, "not as `cloudlunacy serve-register` does"),
        (200, "[]", away, "not as `cloudlunacy serve-register` does"),
    ] {
        let (found, said, hint) = judged(status, body).unwrap_err();
        assert!(found == kind && said.contains(says), "{status} {body}: {found:?} {said}");
        assert_eq!(hint.as_deref(), body.contains("hint").then_some("h"));
    }
    let long = format!(r#"{{"code":"x","message":"{}"}}"#, "m".repeat(100_000));
    assert!(judged(400, &long).unwrap_err().1.len() < 1000);
}

#[test]
fn no_server_keeps_an_agent_waiting() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server {
        patience: Duration::from_millis(300),
        ..Server::new(url.parse().unwrap(), &Trust::System, false).unwrap()
    };
    let key = Token::random(crate::token::Use::Agent).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begin = std::time::Instant::now();
    let answer = runtime.block_on(server.ask((Method::GET, "/v1/agents/me"), &key, |_| None));
    let failure = answer.unwrap_err();
    assert!(failure.error.message.contains("no whole answer within 300ms"), "{}", failure.error);
    assert!(begin.elapsed() < Duration::from_secs(5) && matches!(failure.kind, Kind::Away(_)));
}
