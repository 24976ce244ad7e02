//! What the compiler lets a caller of the client write, and what it does not:
//! a promise each, and named for it.

#[test]
fn the_compiler_holds_callers_to_the_contract() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/contract/allowed/*.rs");
    cases.compile_fail("tests/contract/*.rs");
}
