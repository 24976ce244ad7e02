//! v1: predictions.

use colophon_client::v1::types::PredictionInput;
use serde_json::json;

use crate::TestServer;

const PATH: &str = "/api/v1/predict";

#[tokio::test]
async fn the_client_gets_a_prediction() {
    let server = TestServer::start("the_client_gets_a_prediction").await;
    let input =
        PredictionInput::builder().feature1(1.0).feature2(2.0).feature3(3.0);

    let made = server.v1.prediction_create().body(input).send().await;

    assert_eq!(made.expect("a prediction").prediction, 6.5);
    let text = server.get("/metrics").reply(200).await.text();
    let count = r#"prediction_duration_seconds_count{outcome="ok"} 1"#;
    assert!(text.lines().any(|it| it == count), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn a_prediction_is_written_as_short_as_a_32_bit_float_can_be() {
    let server = TestServer::start("a_prediction_is_short").await;
    let input = json!({ "feature1": 0.05, "feature2": 0, "feature3": 0 });
    let made = server.post(PATH, &input).expect(200).await;
    assert_eq!(made, json!({ "prediction": 0.1 }));
    server.stop().await;
}

#[tokio::test]
async fn every_wrong_feature_is_named() {
    let server = TestServer::start("every_wrong_feature_is_named").await;
    let input = json!({ "feature1": "1", "feature2": 2e30 });
    let error = server.post(PATH, &input).expect(422).await;
    let faults = error["errors"].as_array().expect("faults");
    let told: Vec<_> =
        faults.iter().map(|it| (&it["loc"][1], &it["type"])).collect();
    assert_eq!(
        json!(told),
        json!([
            ["feature1", "float_type"],
            ["feature2", "less_than_equal"],
            ["feature3", "missing"],
        ])
    );
    server.stop().await;
}

#[tokio::test]
async fn without_a_model_there_is_a_503() {
    let server =
        TestServer::start_with("without_a_model_there_is_a_503", |config| {
            config.prediction.enabled = false;
        })
        .await;
    let input = json!({ "feature1": 1, "feature2": 2, "feature3": 3 });
    let error = server.post(PATH, &input).expect(503).await;
    assert_eq!(error["error_code"], "Unavailable");
    assert_eq!(error["message"], "No model for predictions is loaded");
    server.stop().await;
}
