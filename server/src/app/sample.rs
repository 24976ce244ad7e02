//! A small catalogue to look around in.

use futures::FutureExt;

use super::audit::Act;
use super::books::create;
use super::{Actor, App, Error};
use crate::domain::{
    AuthorRef, BookCreate, Currency, Isbn, Item, Model, Percent, Price,
};
use crate::store::{Tx, books, items, models};

struct Sample {
    title: &'static str,
    author: &'static str,
    isbn: &'static str,
    genre: &'static str,
    year: i32,
    price: Price,
    tags: &'static [&'static str],
    description: &'static str,
}

const BOOKS: [Sample; 5] = [
    Sample {
        title: "Clean Code",
        author: "Robert C. Martin",
        isbn: "9780132350884",
        genre: "programming",
        year: 2008,
        price: Price::from_minor(39_99),
        tags: &["software", "craft"],
        description: "How to write programs that others like to read.",
    },
    Sample {
        title: "Design Patterns",
        author: "Gang of Four",
        isbn: "9780201633610",
        genre: "programming",
        year: 1994,
        price: Price::from_minor(54_99),
        tags: &["software", "architecture"],
        description: "Twenty-three answers to questions of design that come \
                      up again and again.",
    },
    Sample {
        title: "The Pragmatic Programmer",
        author: "David Thomas",
        isbn: "9780135957059",
        genre: "programming",
        year: 2019,
        price: Price::from_minor(49_99),
        tags: &["software", "career"],
        description: "Habits of people who build software for a living.",
    },
    Sample {
        title: "Dune",
        author: "Frank Herbert",
        isbn: "9780441013593",
        genre: "science-fiction",
        year: 1965,
        price: Price::from_minor(17_99),
        tags: &["classic", "desert", "politics"],
        description: "A noble family is given a desert planet, and with it \
                      the spice that everybody wants.",
    },
    Sample {
        title: "1984",
        author: "George Orwell",
        isbn: "9780451524935",
        genre: "dystopian",
        year: 1949,
        price: Price::from_minor(12_99),
        tags: &["classic", "politics"],
        description: "A man keeps a diary in a state that reads everything.",
    },
];

/// Identifier, framework, version, millions of parameters.
const MODELS: [(&str, &str, &str, f64); 2] = [
    ("shelf-classifier", "pytorch", "1.2.0", 66.4),
    ("blurb-writer", "tensorflow", "0.9.1", 1300.0),
];

/// Name and description of items 1 to 3.
const ITEMS: [(&str, Option<&str>); 3] = [
    ("Bookmark", Some("Of heavy paper, with a tassel.")),
    ("Reading lamp", Some("Clips to the cover.")),
    ("Library card", None),
];

impl App {
    /// Fills a catalogue that has no books, models or items with a few of
    /// each, all or nothing, and says whether it did.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn fill_sample_data(&self) -> Result<bool, Error> {
        self.acting_for(Actor::system("sample_data"))
            .write(|tx, act| {
                async move {
                    let filled = books::any(tx).await?
                        || models::any(tx).await?
                        || items::any(tx).await?;
                    if !filled {
                        fill(tx, &act).await?;
                    }
                    Ok(!filled)
                }
                .boxed()
            })
            .await
    }
}

async fn fill(tx: &mut Tx, act: &Act) -> Result<(), Error> {
    for new in BOOKS.iter().filter_map(book) {
        create(tx, new, act).await?;
    }
    for (model_id, framework, version, parameters_millions) in MODELS {
        let model = Model {
            model_id: model_id.to_owned(),
            framework: framework.to_owned(),
            version: version.to_owned(),
            parameters_millions,
        };
        models::insert(tx, &model, act.at).await?;
        act.record(tx, None, Some(&model)).await?;
    }
    for (id, (name, description)) in (1..).zip(ITEMS) {
        let name = name.to_owned();
        let description = description.map(str::to_owned);
        let item = Item { id, name, description };
        items::insert(tx, &item).await?;
        act.record(tx, None, Some(&item)).await?;
    }
    Ok(())
}

fn book(sample: &Sample) -> Option<BookCreate> {
    Some(BookCreate {
        title: sample.title.to_owned(),
        author: AuthorRef::Name(sample.author.to_owned()),
        isbn: Isbn::parse(sample.isbn)?,
        genre: Some(sample.genre.to_owned()),
        published_year: Some(sample.year),
        language: Some("en".to_owned()),
        page_count: None,
        price: sample.price,
        currency: Currency::default(),
        description: Some(sample.description.to_owned()),
        tags: sample.tags.iter().map(|&it| it.to_owned()).collect(),
        discount: Percent::default(),
        status: None,
        internal_notes: None,
        cost_price: None,
        supplier: None,
    })
}
