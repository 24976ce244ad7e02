//! Filters with more values than anybody means.

use crate::raw::Answer;
use crate::rig::Rig;

/// The most that the contract lets through.
const MANY: usize = 100;

async fn total(rig: &Rig, query: &str) -> u64 {
    let answer: Answer = rig.get(&format!("/api/v1/books?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["total"].as_u64().expect("a total")
}

#[tokio::test]
async fn a_filter_may_have_very_many_values() {
    let rig = Rig::start().await;
    for (name, common, expected) in [
        // Every one of these tags, and no book has them all.
        ("tags", "classic", 0),
        ("any_tags", "classic", 2),
        ("genres", "dystopian", 1),
        // Short parts are not found by the text index.
        ("authors", "or", 1),
        ("authors", "orwell", 1),
    ] {
        let values = (1..MANY).map(|it| format!("{name}=~{it}"));
        let query: Vec<_> =
            values.chain([format!("{name}={common}")]).collect();
        assert_eq!(total(&rig, &query.join("&")).await, expected, "{name}");
        let same = vec![format!("{name}={common}"); MANY].join("&");
        let one = total(&rig, &format!("{name}={common}")).await;
        assert_eq!(total(&rig, &same).await, one, "{name}");
        let more = format!("/api/v1/books?{same}&{name}={common}");
        let refused = rig.get(&more).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert_eq!(refused.json()["errors"][0]["type"], "too_long");
    }
    rig.close().await;
}

#[tokio::test]
async fn every_tag_is_asked_for() {
    let rig = Rig::start().await;
    for (query, expected) in [
        ("tags=classic", 2),
        ("tags=classic&tags=politics", 2),
        ("tags=classic&tags=politics&tags=desert", 1),
        ("tags=CLASSIC&tags=%20classic", 2),
        ("tags=classic&tags=none", 0),
        ("tags=classic&any_tags=desert&any_tags=none", 1),
    ] {
        assert_eq!(total(&rig, query).await, expected, "{query}");
    }
    rig.close().await;
}
