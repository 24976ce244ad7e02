//! Numbered pages, which the lists of v1 are read in.

use http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Count, LongOr};
use crate::domain;
use crate::http::{PageHeaders, with_default};

pub(crate) type PageNumber = LongOr<1, 1_000_000_000, 1>;
pub(crate) type PageSize = LongOr<1, 100, 20>;

/// Which page of a list that has no filters.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PageQuery {
    #[serde(default)]
    #[schemars(schema_with = "with_default::<PageNumber>")]
    page: PageNumber,
    #[serde(default)]
    #[schemars(schema_with = "with_default::<PageSize>")]
    per_page: PageSize,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(crate) struct Page<T> {
    #[schemars(length(max = 100))]
    pub(super) items: Vec<T>,
    pub(super) total: Count,
    pub(super) page: PageNumber,
    pub(super) per_page: PageSize,
    pub(super) total_pages: Count,
    pub(super) has_next: bool,
    pub(super) has_prev: bool,
}

impl PageQuery {
    /// Which page.
    pub(super) fn at(&self) -> domain::PageNumber {
        let (page, per_page) = (self.page.0, self.per_page.0);
        domain::PageNumber { page, per_page }
    }
}

impl<T> Page<T> {
    /// What was read of a page, with its numbers.
    pub(super) fn of<R: Into<T>>(
        page: domain::Page<R>,
        at: domain::PageNumber,
    ) -> Self {
        let last = page.total.div_euclid(at.per_page)
            + i64::from(page.total % at.per_page > 0);
        Self {
            items: page.items.into_iter().map(R::into).collect(),
            total: Count::from(page.total),
            page: LongOr(at.page),
            per_page: LongOr(at.per_page),
            total_pages: Count::from(last),
            has_next: at.page < last,
            has_prev: at.page > 1,
        }
    }

    /// What the headers of the answer say, which was asked for at `uri`.
    pub(super) fn headers(&self, uri: &Uri) -> PageHeaders {
        let (page, last) = (self.page.0, self.total_pages.0);
        PageHeaders {
            link: links(uri, page, last),
            total_count: self.total.0,
            total_pages: last,
        }
    }
}

/// The pages around this one, as RFC 8288 writes them. Past the end, the
/// previous page is the last one that there is.
fn links(uri: &Uri, page: i64, last: i64) -> String {
    let last = last.max(1);
    let next = (page < last).then_some(("next", page + 1));
    let prev = (page > 1).then(|| ("prev", (page - 1).min(last)));
    let around = [next, prev, Some(("first", 1)), Some(("last", last))];
    let link = |(rel, page)| format!("<{}>; rel=\"{rel}\"", at_page(uri, page));
    let links: Vec<_> = around.into_iter().flatten().map(link).collect();
    links.join(", ")
}

/// The same target at another page.
fn at_page(uri: &Uri, page: i64) -> String {
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        !name.is_empty() && name != "page"
    });
    let page = format!("page={page}");
    let query: Vec<&str> = others.chain([page.as_str()]).collect();
    // What would end the target in a `Link` is escaped there.
    let query = query.join("&").replace('<', "%3C").replace('>', "%3E");
    format!("{}?{query}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_pages_around() {
        let uri = "/books?genre=a%26b&page=2&per_page=5".parse().expect("URI");
        let to = |page| format!("</books?genre=a%26b&per_page=5&page={page}>");
        assert_eq!(
            links(&uri, 2, 3),
            format!(
                "{}; rel=\"next\", {}; rel=\"prev\", {}; rel=\"first\", \
                 {}; rel=\"last\"",
                to(3),
                to(1),
                to(1),
                to(3)
            )
        );
    }

    #[test]
    fn an_empty_list_is_one_page() {
        let uri = "/api/v1/books".parse().expect("a URI");
        assert_eq!(
            links(&uri, 1, 0),
            "</api/v1/books?page=1>; rel=\"first\", \
             </api/v1/books?page=1>; rel=\"last\""
        );
        assert!(links(&uri, 9, 3).contains("page=3>; rel=\"prev\""));
    }
}
