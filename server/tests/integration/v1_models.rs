//! v1: models.

use colophon_client::v1::types::{ModelInput, ModelStatus};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::with;

fn model(model_id: &str, framework: &str, millions: f64) -> Value {
    json!({
        "model_id": model_id, "framework": framework, "version": "1.0.0",
        "parameters_millions": millions,
    })
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("models");
    list.iter().map(|it| it["model_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn the_client_registers_replaces_and_removes_a_model() {
    let server = TestServer::start("the_client_and_a_model").await;
    let bert = |version: &str, millions: f64| {
        ModelInput::builder()
            .model_id("bert-base")
            .framework("pytorch")
            .version(version)
            .parameters_millions(millions)
    };

    let new = server.v1.model_create().body(bert("1.0.0", 110.0)).send().await;
    let new = new.expect("registered");
    assert_eq!(
        (new.status(), new.status),
        (http::StatusCode::CREATED, ModelStatus::Registered)
    );
    let request = server.v1.model_replace().model_id("bert-base");
    let newer = request.body(bert("1.1.0", 112.5)).send().await;
    assert_eq!(*newer.expect("replaced").version, "1.1.0");
    let seen = server.v1.model_view().model_id("bert-base").send().await;
    let seen = seen.expect("a model");
    assert_eq!(
        (seen.version.as_str(), seen.parameters_millions),
        ("1.1.0", 112.5)
    );
    let gone = server.v1.model_delete().model_id("bert-base").send().await;
    assert_eq!(gone.expect("removed").status(), 204);
    let list = server.v1.model_list().send().await.expect("a list");
    assert!(list.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn models_are_filtered_by_framework_and_size() {
    let server = TestServer::start("models_are_filtered").await;
    for (id, framework, millions) in [
        ("small", "pytorch", 10.0),
        ("large", "pytorch", 500.0),
        ("other", "PyTorch", 100.0),
        ("third", "onnx", 0.25),
    ] {
        let body = model(id, framework, millions);
        server.post("/api/v1/models", &body).expect(201).await;
    }
    for (query, found) in [
        ("", &["small", "large", "other", "third"][..]),
        ("?framework=pytorch", &["small", "large"]),
        ("?framework=PyTorch", &["other"]),
        ("?framework=torch", &[]),
        ("?min_params=100", &["large", "other"]),
        ("?min_params=0.25", &["small", "large", "other", "third"]),
        ("?min_params=1e2", &["large", "other"]),
        ("?framework=pytorch&min_params=10.5", &["large"]),
    ] {
        let path = format!("/api/v1/models{query}");
        let list = server.get(&path).expect(200).await;
        assert_eq!(ids(&list), found, "{query}");
    }
    let typed = server.v1.model_list().framework("onnx").min_params(0.1);
    assert_eq!(typed.send().await.expect("a list").len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn model_errors_have_the_words_of_v1() {
    let server = TestServer::start("model_errors").await;
    let bert = model("bert-base", "pytorch", 110.0);
    let other = model("other", "pytorch", 1.0);
    server.post("/api/v1/models", &bert).expect(201).await;
    let missing = "Model not found in registry";
    for (ask, status, code, message) in [
        (
            server.post("/api/v1/models", &bert),
            409,
            "Duplicate",
            "Model ID already exists",
        ),
        (server.get("/api/v1/models/other"), 404, "NotFound", missing),
        (server.delete("/api/v1/models/other"), 404, "NotFound", missing),
        (
            server.put("/api/v1/models/other", &other),
            404,
            "NotFound",
            "Cannot update non-existent model",
        ),
        (
            server.put("/api/v1/models/other", &bert),
            400,
            "BadRequest",
            "path and body identifiers differ",
        ),
        (
            server.put("/api/v1/models/bert-base", &other),
            400,
            "BadRequest",
            "path and body identifiers differ",
        ),
    ] {
        let error = ask.expect(status).await;
        assert_eq!(error["message"], message);
        assert_eq!(error["error_code"], code);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_replaced_model_shows_the_version_given_last() {
    let server = TestServer::start("a_replaced_model").await;
    let path = "/api/v1/models/bert-base";
    let bert = model("bert-base", "pytorch", 110.0);
    server.post("/api/v1/models", &bert).expect(201).await;
    for (version, millions) in
        [("2.0.0", 120.0), ("1.0.0", 99.0), ("2.0.0", 1.0)]
    {
        let change = json!({ "version": version, "parameters_millions": millions, "framework": "jax" });
        let body = with(bert.clone(), change);
        server.put(path, &body).expect(200).await;
        let seen = server.get(path).expect(200).await;
        assert_eq!(seen["version"], version);
        assert_eq!(seen["parameters_millions"].as_f64(), Some(millions));
        assert_eq!(seen["framework"], "jax");
        assert_eq!(seen["status"], "registered");
    }
    server.delete(path).reply(204).await;
    server.post("/api/v1/models", &bert).expect(201).await;
    let seen = server.get(path).expect(200).await;
    assert_eq!(seen["version"], "1.0.0", "its id is free again");
    server.stop().await;
}
