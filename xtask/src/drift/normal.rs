//! Undoes what the server has to write differently because of dropshot.

use serde_json::{Map, Value, json};

/// Marks a scalar query parameter that may be repeated.
const REPEATED: &str = "x-colophon-repeated";

/// Holds the default of a parameter, which dropshot drops.
const DEFAULT: &str = "x-colophon-default";

/// Writes marked schemas as the contract writes them: a repeated value is an
/// array, a default is a default.
pub(super) fn restore(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for value in map.values_mut() {
                restore(value);
            }
            restore_map(map);
        }
        Value::Array(items) => items.iter_mut().for_each(restore),
        _ => {}
    }
}

fn restore_map(map: &mut Map<String, Value>) {
    if let Some(default) = map.remove(DEFAULT) {
        map.insert("default".into(), default);
    }
    if map.remove(REPEATED).is_some_and(|mark| mark == json!(true)) {
        let default = map.remove("default");
        let items = Value::Object(std::mem::take(map));
        map.insert("type".into(), json!("array"));
        map.insert("items".into(), items);
        map.extend(default.map(|value| ("default".to_owned(), value)));
    }
}
