//! The engine, judged by tables of cases and by laws.

mod documents;
mod schemas;
mod support;
