//! v1: items.

use colophon_client::v1::types::Item;
use serde_json::json;

use crate::TestServer;

#[tokio::test]
async fn the_client_adds_replaces_and_deletes_an_item() {
    let server = TestServer::start("the_client_and_an_item").await;
    let lamp = |id| Item::builder().id(id).name("Lamp");

    let new = server.v1.item_create().body(lamp(7)).send().await;
    let new = new.expect("added");
    assert_eq!((new.status().as_u16(), new.id), (201, 7));
    assert!(new.description.is_none());
    let bright = "Bright.".parse().expect("a description");
    let request = server.v1.item_replace().item_id(7);
    let changed = request.body(lamp(7).description(Some(bright))).send().await;
    assert_eq!(
        changed.expect("replaced").description.as_deref().map(String::as_str),
        Some("Bright.")
    );
    server.v1.item_create().body(lamp(0)).send().await.expect("0 is an id");
    let list = server.v1.item_list().send().await.expect("a list");
    let ids: Vec<_> = list.iter().map(|item| item.id).collect();
    assert_eq!(ids, [0, 7], "in the order of ids");
    let seen = server.v1.item_view().item_id(7).send().await;
    assert_eq!(*seen.expect("an item").name, "Lamp");
    let gone = server.v1.item_delete().item_id(7).send().await;
    let gone = gone.expect("deleted");
    assert_eq!(
        (gone.status().as_u16(), gone.detail.as_str()),
        (200, "Item deleted")
    );
    server.stop().await;
}

#[tokio::test]
async fn item_errors_have_the_words_of_v1() {
    let server = TestServer::start("item_errors").await;
    let lamp = |id: i64| json!({ "id": id, "name": "Lamp" });
    server.post("/api/v1/items", &lamp(1)).expect(201).await;
    let differ = "path and body identifiers differ";
    for (ask, status, code, message) in [
        (server.get("/api/v1/items/2"), 404, "NotFound", "Item not found"),
        (server.delete("/api/v1/items/2"), 404, "NotFound", "Item not found"),
        (
            server.put("/api/v1/items/2", &lamp(2)),
            404,
            "NotFound",
            "Item not found",
        ),
        (server.put("/api/v1/items/1", &lamp(2)), 400, "BadRequest", differ),
    ] {
        let error = ask.expect(status).await;
        assert_eq!(error["message"], message);
        assert_eq!(error["error_code"], code);
    }
    let taken = server.post("/api/v1/items", &lamp(1)).expect(409).await;
    assert_eq!(taken["error_code"], "Duplicate");
    server.stop().await;
}

#[tokio::test]
async fn replacing_an_item_resets_its_description() {
    let server = TestServer::start("replacing_an_item").await;
    let full = json!({ "id": 1, "name": "Lamp", "description": "Bright." });
    server.post("/api/v1/items", &full).expect(201).await;

    let bare = json!({ "id": 1, "name": "Old lamp" });
    let now = server.put("/api/v1/items/1", &bare).expect(200).await;

    let expected = json!({ "id": 1, "name": "Old lamp", "description": null });
    assert_eq!(now, expected);
    let seen = server.get("/api/v1/items/1").expect(200).await;
    assert_eq!(seen, expected);
    server.stop().await;
}
