//! v1: the sale view of a book.

use colophon_client::v1::types::PriceTier;
use serde_json::json;

use crate::TestServer;
use crate::data::{plain, plain2, with};

#[tokio::test]
async fn a_product_is_a_book_less_its_discount() {
    let server = TestServer::start("a_product_is_a_book").await;
    // Price, discount, what is left, tier.
    for (n, price, discount, left, tier) in [
        (1, 9.99, 0.0, 9.99, "budget"),
        (2, 10.0, 50.0, 5.0, "mid-range"),
        (3, 19.99, 15.0, 16.99, "mid-range"),
        (4, 50.0, 33.33, 33.34, "premium"),
        (5, 0.01, 50.0, 0.01, "budget"),
        (6, 99.5, 100.0, 0.0, "premium"),
    ] {
        let more = json!({ "price": price, "discount_percent": discount });
        let book = with(plain("Dune", n), more);
        let book = server.post("/api/v1/books", &book).expect(201).await;
        let path = format!("/api/v1/products/{n}");
        let product = server.get(&path).expect(200).await;
        assert_eq!(product["discounted_price"].as_f64(), Some(left), "{n}");
        assert_eq!(product["price"].as_f64(), Some(price), "{n}");
        assert_eq!(product["discount_percent"].as_f64(), Some(discount), "{n}");
        assert_eq!(product["price_tier"], tier, "{n}");
        assert_eq!(product["name"], "Dune");
        assert_eq!(product["is_new"], true);
        assert_eq!(product["created_at"], book["created_at"]);
    }
    let typed = server.v1.product_view().product_id(4).send().await;
    assert_eq!(typed.expect("a product").price_tier, PriceTier::Premium);
    server.stop().await;
}

#[tokio::test]
async fn a_product_is_there_as_long_as_its_book() {
    let server = TestServer::start("a_product_is_there").await;
    server.post("/api/v2/books", &plain2("Dune", 1)).expect(201).await;
    server.get("/api/v1/products/1").expect(200).await;
    server.delete("/api/v1/books/1").reply(204).await;
    let gone = server.get("/api/v1/products/1").expect(404).await;
    assert_eq!(gone["message"], "Product with ID 1 not found");
    assert_eq!(
        (&gone["resource"], &gone["resource_id"]),
        (&json!("product"), &json!("1"))
    );
    server.stop().await;
}
