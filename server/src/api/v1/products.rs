//! Products: books as a shop shows them.

use chrono::{DateTime, Utc};
use dropshot::{HttpResponseOk, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Amount, Cost, Id, Percentage, Text};
use crate::domain;
use crate::http::{Answer, Path, Rq, serve};

/// A book as a shop shows it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Product {
    id: Id,
    name: Text<1, 300>,
    price: Amount,
    discount_percent: Percentage,
    discounted_price: Cost,
    price_tier: PriceTier,
    is_new: bool,
    created_at: DateTime<Utc>,
}

/// How dear something is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PriceTier {
    Budget,
    MidRange,
    Premium,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ProductPath {
    product_id: Id,
}

impl From<domain::PriceTier> for PriceTier {
    fn from(tier: domain::PriceTier) -> Self {
        match tier {
            domain::PriceTier::Budget => Self::Budget,
            domain::PriceTier::MidRange => Self::MidRange,
            domain::PriceTier::Premium => Self::Premium,
        }
    }
}

impl From<domain::Product> for Product {
    fn from(product: domain::Product) -> Self {
        Self {
            id: Id::from(product.id),
            price: Amount(product.price.to_decimal()),
            discount_percent: Percentage(product.discount.to_decimal()),
            discounted_price: Cost(product.discounted_price().to_decimal()),
            price_tier: product.tier().into(),
            is_new: product.is_new,
            created_at: product.created_at,
            name: Text(product.name),
        }
    }
}

/// Fetch a book's sale view
#[endpoint {
    method = GET, path = "/products/{product_id}", tags = ["products"]
}]
pub(crate) async fn product_view(
    rq: Rq,
    path: Path<ProductPath>,
) -> Answer<HttpResponseOk<Product>> {
    serve(rq, path, async |call, path| {
        let product = call.app().product_view(path.product_id.0).await?;
        Ok(HttpResponseOk(product.into()))
    })
    .await
}
