//! Loading models, and running them.

use super::*;

/// A model that `tests/make.py` has made.
macro_rules! made {
    ($name:literal) => {
        include_bytes!(concat!("tests/", $name, ".onnx")).as_slice()
    };
}

fn predictor(model: &[u8]) -> Result<Predictor, LoadError> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), model).expect("written");
    Predictor::load(Some(file.path()), Arc::default())
}

fn refusal(model: &[u8]) -> String {
    predictor(model).expect_err("a refusal").to_string()
}

#[tokio::test]
async fn the_shipped_model_has_learned_its_weights() {
    let shipped = Predictor::load(None, Arc::default()).expect("a model");
    for (features, prediction) in [
        ([1.0, 2.0, 3.0], 6.5),
        ([0.0, 0.0, 0.0], 0.0),
        ([-1.0, 0.25, 1e3], 498.375),
    ] {
        let made = shipped.predict(features).await.expect("a prediction");
        assert_eq!(made, prediction, "{features:?}");
    }
}

#[tokio::test]
async fn another_model_takes_its_place() {
    let sum = predictor(made!("sum")).expect("a model");
    let made = sum.predict([1.0, 2.0, 3.5]).await.expect("a prediction");
    assert_eq!(made, 6.5);
}

#[test]
fn unsupported_operators_are_named_all_at_once() {
    assert_eq!(
        refusal(made!("unsupported")),
        "the model needs operators that are not supported: Frobnicate, \
         SVMRegressor"
    );
}

#[test]
fn a_model_of_another_shape_is_refused() {
    for model in [made!("four-features"), made!("three-answers")] {
        let refusal = refusal(model);
        let begin = "the model must make one number of 3 32-bit floats: ";
        assert!(refusal.starts_with(begin), "{refusal}");
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let cut = &SHIPPED[..SHIPPED.len() / 2];
    for bytes in [cut, b"", b"{\"a\": 1}", &[0xff; 64]] {
        assert!(predictor(bytes).is_err(), "{bytes:?}");
    }
    let missing = Path::new("/nowhere/model.onnx");
    let error = Predictor::load(Some(missing), Arc::default());
    let error = error.expect_err("a refusal").to_string();
    assert_eq!(error, "cannot read the model /nowhere/model.onnx");
}

#[tokio::test]
async fn what_is_no_number_is_no_prediction() {
    let metrics = Arc::new(Metrics::new());
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), made!("logarithm")).expect("written");
    let logarithm = Predictor::load(Some(file.path()), Arc::clone(&metrics));
    let logarithm = logarithm.expect("a model");

    let good = logarithm.predict([1.0, 1.0, 1.0]).await;
    let bad = logarithm.predict([-1.0, 1.0, 1.0]).await;
    let infinite = logarithm.predict([0.0, 1.0, 1.0]).await;

    assert_eq!(good.expect("a prediction"), 0.0);
    assert!(matches!(bad, Err(Error::NotFinite(it)) if it.is_nan()));
    assert!(matches!(infinite, Err(Error::NotFinite(f32::NEG_INFINITY))));
    let text = metrics.render();
    for line in [
        r#"prediction_duration_seconds_count{outcome="ok"} 1"#,
        r#"prediction_duration_seconds_count{outcome="failed"} 2"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}
