//! The API as OpenAPI 3.1 describes it, made from the table that requests are read by.

use super::api::{Body, Holder, OPERATIONS, Operation};
use super::refusal::Code;
use serde_json::{Map, Value, json};

/// The description.
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = described(operation);
    }
    for (path, summary) in [
        ("/healthz", "Whether the server runs"),
        ("/readyz", "Whether its last change went well"),
        ("/openapi.json", "This description"),
    ] {
        paths.insert(
            path.into(),
            json!({ "get": { "summary": summary, "responses": { "200": { "description": "yes" } } } }),
        );
    }
    let scheme = |description: &str| json!({ "type": "http", "scheme": "bearer", "description": description });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "cloudlunacy serve-register", "version": "1" },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": scheme("a token that an administrator made for joining"),
                "key": scheme("the key that the agent joined with"),
            },
            "schemas": {
                "Join": schema(Body::Join),
                "Put": schema(Body::Put),
                "Route": schema(Body::Route),
                "Agent": agent(),
                "Refusal": {
                    "type": "object",
                    "properties": {
                        "code": { "enum": Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>() },
                        "message": { "type": "string" },
                        "hint": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let refused = json!({ "description": "refused", "content": content("Refusal") });
    let mut answers = Map::from_iter([("default".to_owned(), refused)]);
    for (status, description) in operation.answers {
        answers.insert(status.to_string(), json!({ "description": description, "content": content("Agent") }));
    }
    let credential = match operation.credential {
        Holder::Token => "token",
        Holder::Key => "key",
    };
    let mut value = json!({ "summary": operation.summary, "security": [{ credential: [] }], "responses": answers });
    if let Some(name) = name(operation.body) {
        value["requestBody"] = json!({ "required": true, "content": content(name) });
    }
    if operation.path.contains("{name}") {
        value["parameters"] = json!([{ "name": "name", "in": "path", "required": true, "schema": { "type": "string", "pattern": NAME } }]);
    }
    value
}

const NAME: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

fn name(body: Body) -> Option<&'static str> {
    match body {
        Body::None => None,
        Body::Join => Some("Join"),
        Body::Put => Some("Put"),
        Body::Route => Some("Route"),
    }
}

fn content(schema: &str) -> Value {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}

fn schema(body: Body) -> Value {
    let key = json!({ "type": "string", "pattern": "^cla_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}$" });
    let address = json!({ "type": ["string", "null"], "description": "an IP address" });
    let route = json!({ "$ref": "#/components/schemas/Route" });
    let routes = json!({
        "type": ["object", "null"],
        "propertyNames": { "pattern": NAME },
        "additionalProperties": route,
    });
    let (properties, required) = match body {
        Body::None => (json!({}), vec![]),
        Body::Join => (
            json!({ "key": key, "id": { "type": ["string", "null"], "pattern": NAME }, "address": address, "routes": routes }),
            vec!["key"],
        ),
        Body::Put => (json!({ "key": key, "address": address, "routes": routes }), vec![]),
        Body::Route => (
            json!({
                "host": { "type": ["string", "null"], "description": "the host; of MongoDB by default ID.DOMAIN" },
                "subdomain": { "type": ["string", "null"], "description": "a label below the domain of applications" },
                "target": { "type": "string", "description": "SCHEME://ADDRESS:PORT with http, https, mongodb, postgres, redis or tls" },
                "tls": { "enum": ["off", "on", "passthrough", null] },
            }),
            vec!["target"],
        ),
    };
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn agent() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "state": { "enum": ["active", "pending", "disabled", "expired"] },
            "outcome": { "enum": ["added", "changed", "unchanged", "removed"] },
            "change": { "type": ["integer", "null"], "description": "the number of the change to the directory" },
            "lease": { "type": ["integer", "null"], "description": "seconds" },
            "grant": { "type": ["object", "null"] },
            "routes": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Route" } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::api::{fields, read};
    use crate::register::exchange::Request;

    #[test]
    fn the_description_names_the_fields_that_are_read() {
        for body in [Body::Join, Body::Put, Body::Route] {
            let schema = schema(body);
            let described: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            assert_eq!(described, fields(body).iter().collect::<Vec<_>>(), "{body:?}");
        }
    }

    #[test]
    fn each_operation_is_described_and_each_description_is_read() {
        let document = document();
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys().filter(|_| path.starts_with("/v1/")) {
                let (method, path) = (method.to_ascii_uppercase(), path.replace("{name}", "shop"));
                let peer = "10.0.0.1".parse().unwrap();
                let request = Request { method, path, bearer: None, peer, body: b"[]".to_vec() };
                let status = read(&request).err().unwrap().status;
                assert_eq!(status, 422, "{} {}", request.method, request.path);
                count += 1;
            }
        }
        assert_eq!(count, OPERATIONS.len());
    }
}
