//! How long to wait before a job is tried again.

use std::time::Duration;

use uuid::Uuid;

/// The longest wait.
const MAX: Duration = Duration::from_secs(60 * 60);

/// The wait after so many attempts: twice as long each time, up to an hour,
/// and a random part of its second half less, so that what failed together
/// does not come back together.
pub(super) fn after(attempts: i64, first: Duration) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(u32::MAX).min(31);
    let longest = first.saturating_mul(1 << doublings).min(MAX);
    longest.mul_f64(0.5 + random() / 2.0)
}

/// From 0 to 1.
fn random() -> f64 {
    let random = Uuid::new_v4().as_fields().0;
    f64::from(random) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let first = Duration::from_secs(1);
        for (attempts, longest_s) in
            [(1, 1), (2, 2), (3, 4), (12, 2048), (13, 3600), (i64::MAX, 3600)]
        {
            let longest = Duration::from_secs(longest_s);
            for _ in 0..100 {
                let wait = after(attempts, first);
                assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
            }
        }
    }

    #[test]
    fn two_waits_differ() {
        let wait = || after(1, Duration::from_secs(1));
        assert_ne!(wait(), wait());
    }
}
