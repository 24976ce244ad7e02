//! Models, items and the sample data.

use super::on_each;
use crate::app::{Error, Resource};
use crate::domain::{
    BookFilter, BookOrder, Item, Model, ModelFilter, PageNumber,
};
use crate::store::models::versions;

fn model(model_id: &str, version: &str, parameters_millions: f64) -> Model {
    Model {
        model_id: model_id.to_owned(),
        framework: "pytorch".to_owned(),
        version: version.to_owned(),
        parameters_millions,
    }
}

#[tokio::test]
async fn a_model_keeps_its_versions() {
    on_each(async |app| {
        let first = model("tiny", "1.0.0", 1.5);
        assert_eq!(app.model_create(first.clone()).await.unwrap(), first);
        let error = app.model_create(first.clone()).await.unwrap_err();
        assert!(
            matches!(error, Error::Duplicate { holder, .. } if holder == "tiny")
        );

        let second = model("tiny", "2.0.0", 3.0);
        app.model_replace(second.clone()).await.unwrap();
        assert_eq!(app.model_view("tiny").await.unwrap(), second);
        let again = model("tiny", "1.0.0", 1.75);
        app.model_replace(again.clone()).await.unwrap();
        assert_eq!(app.model_view("tiny").await.unwrap(), again);
        let versions = app
            .store()
            .read(|tx| Box::pin(versions(tx, "tiny")))
            .await
            .unwrap();
        assert_eq!(versions, ["1.0.0", "2.0.0"]);

        app.model_delete("tiny").await.unwrap();
        let missing = [
            app.model_view("tiny").await.unwrap_err(),
            app.model_replace(second).await.unwrap_err(),
            app.model_delete("tiny").await.unwrap_err(),
        ];
        for error in missing {
            assert!(matches!(
                error,
                Error::NotFound { resource: Resource::Model, .. }
            ));
        }
        app.model_create(first).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn models_are_found_by_framework_and_size() {
    on_each(async |app| {
        for (id, framework, parameters) in
            [("one", "jax", 1.0), ("two", "jax", 2.5), ("three", "onnx", 9.0)]
        {
            let mut model = model(id, "1.0.0", parameters);
            model.framework = framework.to_owned();
            app.model_create(model).await.unwrap();
        }
        for (framework, min_params, ids) in [
            (None, None, &["one", "two", "three"][..]),
            (Some("jax"), None, &["one", "two"]),
            (Some("JAX"), None, &[]),
            (None, Some(2.5), &["two", "three"]),
            (Some("jax"), Some(2.5), &["two"]),
        ] {
            let framework = framework.map(str::to_owned);
            let filter = ModelFilter { framework, min_params };
            let models = app.model_list(filter).await.unwrap();
            let found: Vec<_> =
                models.iter().map(|it| it.model_id.as_str()).collect();
            assert_eq!(found, ids);
        }
    })
    .await;
}

#[tokio::test]
async fn items_come_and_go() {
    on_each(async |app| {
        let item = |id, name: &str| Item {
            id,
            name: name.to_owned(),
            description: None,
        };
        for id in [7, 0, i64::MAX] {
            app.item_create(item(id, "lamp")).await.unwrap();
        }
        let error = app.item_create(item(7, "chair")).await.unwrap_err();
        assert!(
            matches!(error, Error::Duplicate { value, .. } if value == "7")
        );
        app.item_replace(item(7, "table")).await.unwrap();
        assert_eq!(app.item_view(7).await.unwrap(), item(7, "table"));
        let all = app.item_list().await.unwrap();
        assert_eq!(
            all,
            [item(0, "lamp"), item(7, "table"), item(i64::MAX, "lamp")]
        );

        app.item_delete(7).await.unwrap();
        let missing = [
            app.item_view(7).await.unwrap_err(),
            app.item_replace(item(7, "bed")).await.unwrap_err(),
            app.item_delete(7).await.unwrap_err(),
        ];
        for error in missing {
            assert!(matches!(
                error,
                Error::NotFound { resource: Resource::Item, .. }
            ));
        }
    })
    .await;
}

#[tokio::test]
async fn sample_data_fills_an_empty_catalogue_once() {
    on_each(async |app| {
        assert!(app.fill_sample_data().await.unwrap());
        assert!(!app.fill_sample_data().await.unwrap());

        let page = PageNumber { page: 1, per_page: 100 };
        let books = app
            .book_page(BookFilter::default(), BookOrder::default(), page)
            .await
            .unwrap();
        assert_eq!(books.total, 5);
        for book in &books.items {
            assert!(book.isbn.is_valid(), "{}", book.isbn.given());
            assert!(!book.tags.is_empty());
            assert!(book.description.is_some());
        }
        let models = app.model_list(ModelFilter::default()).await.unwrap();
        assert_eq!(models.len(), 2);
        let ids: Vec<_> =
            app.item_list().await.unwrap().iter().map(|it| it.id).collect();
        assert_eq!(ids, [1, 2, 3]);
    })
    .await;
}

#[tokio::test]
async fn sample_data_leaves_other_catalogues_alone() {
    on_each(async |app| {
        let item = Item { id: 9, name: "mine".to_owned(), description: None };
        app.item_create(item).await.unwrap();
        assert!(!app.fill_sample_data().await.unwrap());
        assert_eq!(app.item_list().await.unwrap().len(), 1);
    })
    .await;
}
