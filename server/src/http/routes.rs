//! Which methods a path answers, and where its successor in v2 is.

use std::collections::{BTreeSet, HashMap};

use http::Method;

/// Every path that is served, with its methods.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    all: Vec<Route>,
    /// How many segments of its path an operation of v1 shares with the
    /// nearest path of v2, by its mounted id.
    shared: HashMap<String, usize>,
}

#[derive(Debug)]
struct Route {
    template: Vec<String>,
    /// By name, in the order of the alphabet.
    methods: BTreeSet<String>,
}

/// Where v2 is when nothing in it is like the path.
const V2: &str = "/api/v2";

impl Routes {
    /// Adds a method to a path; `{name}` stands for one segment.
    pub(super) fn add(&mut self, path: &str, method: &Method) {
        let template: Vec<String> = segments(path).map(str::to_owned).collect();
        let known = self.all.iter_mut().find(|it| it.template == template);
        match known {
            Some(route) => {
                route.methods.insert(method.to_string());
            }
            None => self.all.push(Route {
                template,
                methods: BTreeSet::from([method.to_string()]),
            }),
        }
    }

    /// Finds the path of v2 that succeeds that of an operation of v1: the
    /// same one, else the nearest above it. All of v2 must be known by then.
    pub(super) fn link_successor(&mut self, mounted_id: String, path: &str) {
        let all: Vec<&str> = segments(path).collect();
        let is_served = |kept: &usize| {
            let above = all.iter().take(*kept).copied();
            let above: Vec<&str> = segments(V2).chain(above).collect();
            self.all.iter().any(|route| route.template == above)
        };
        let kept = (1..=all.len()).rev().find(is_served).unwrap_or_default();
        self.shared.insert(mounted_id, kept);
    }

    /// The path of v2 that succeeds the one that an operation was asked at.
    pub(super) fn successor(&self, mounted_id: &str, path: &str) -> String {
        let kept = self.shared.get(mounted_id).copied().unwrap_or_default();
        let mut rest = segments(path).peekable();
        if rest.next_if_eq(&"api").is_some() {
            rest.next_if_eq(&"v1");
        }
        let shared: Vec<&str> = rest.take(kept).collect();
        if shared.iter().all(|segment| is_plain(segment)) && kept > 0 {
            format!("{V2}/{}", shared.join("/"))
        } else {
            V2.to_owned()
        }
    }

    /// The methods that a path answers, as `Allow` shall name them.
    pub(super) fn allowed_methods(&self, path: &str) -> Option<Vec<Method>> {
        let methods = &self.find(path)?.methods;
        Some(methods.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// The route of a path; of two, the one with the longer literal start.
    fn find(&self, path: &str) -> Option<&Route> {
        let path: Vec<&str> = segments(path).collect();
        let fitting = self.all.iter().filter(|route| route.fits(&path));
        fitting.min_by_key(|route| route.variables())
    }
}

impl Route {
    fn fits(&self, path: &[&str]) -> bool {
        self.template.len() == path.len()
            && self
                .template
                .iter()
                .zip(path)
                .all(|(step, segment)| is_variable(step) || step == segment)
    }

    fn variables(&self) -> usize {
        self.template.iter().filter(|step| is_variable(step)).count()
    }
}

pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

pub(super) fn is_variable(segment: &str) -> bool {
    segment.starts_with('{')
}

/// Whether a segment can stand between `<` and `>` in a `Link`.
fn is_plain(segment: &str) -> bool {
    segment.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+:@=".contains(&byte)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let mut routes = Routes::default();
        for (method, path) in [
            (Method::GET, "/api/v1/books/{book_id}"),
            (Method::DELETE, "/api/v1/books/{book_id}"),
            (Method::POST, "/api/v1/books/bulk"),
            (Method::GET, "/api/v2/books"),
            (Method::GET, "/api/v2/books/{book_id}"),
        ] {
            routes.add(path, &method);
        }
        routes
    }

    #[test]
    fn a_literal_path_hides_the_variable_one() {
        let routes = routes();
        let allowed = |path| routes.allowed_methods(path);
        assert_eq!(allowed("/api/v1/books/bulk"), Some(vec![Method::POST]));
        assert_eq!(
            allowed("//api/v1/books/7/"),
            Some(vec![Method::DELETE, Method::GET])
        );
        assert_eq!(allowed("/api/v1/nothing"), None);
    }

    #[test]
    fn the_successor_is_the_nearest_path_of_v2() {
        let mut routes = routes();
        for path in ["/books", "/books/{book_id}", "/books/search", "/items"] {
            routes.link_successor(format!("v1{path}"), path);
        }
        for (operation, path, successor) in [
            ("v1/books/{book_id}", "/api/v1/books/7", "/api/v2/books/7"),
            ("v1/books/{book_id}", "/books/7/", "/api/v2/books/7"),
            ("v1/books/{book_id}", "/books/<x>", "/api/v2"),
            ("v1/books", "//api/books", "/api/v2/books"),
            ("v1/books/search", "/api/v1/books/search", "/api/v2/books"),
            ("v1/items", "/items", "/api/v2"),
        ] {
            assert_eq!(routes.successor(operation, path), successor, "{path}");
        }
    }
}
