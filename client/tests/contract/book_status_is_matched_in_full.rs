use colophon_client::v2::types::BookStatus;

fn can_be_lent(status: BookStatus) -> bool {
    match status {
        BookStatus::Available => true,
        BookStatus::CheckedOut | BookStatus::Reserved => false,
    }
}

fn main() {}
