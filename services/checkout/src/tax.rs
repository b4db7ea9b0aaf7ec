//! Value-added tax, in the country where the shop is.

use crate::catalogue::Group;

/// The tax on a net amount, in cents, halves rounded up.
pub(crate) fn on(group: Group, cents: i64) -> i64 {
    let percent = match group {
        Group::Books | Group::Food => 7,
        Group::Goods => 19,
    };
    (cents * percent + 50) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduced_and_full_rates() {
        assert_eq!((on(Group::Books, 1_000), on(Group::Goods, 1_000), on(Group::Goods, 50)), (70, 190, 10));
    }
}
