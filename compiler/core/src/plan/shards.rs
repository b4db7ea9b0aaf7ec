//! Which ruler evaluates which objective, if several share the work.
//!
//! Rules of one objective read one another's series, so all its groups go to one shard. Each objective has its own order of
//! shards, by a hash of its name and theirs, and takes the first that is not full yet: a shard is full at a tenth more than its
//! share of the cost. So one more objective moves few others, and so does one more shard.

use super::names::fnv1a;

/// How much more than an even share a shard may cost.
const FULL: f64 = 1.1;

/// The shard of each objective, below `shards`, for names that differ and their costs.
pub(super) fn assign<'n>(objectives: impl Iterator<Item = (&'n str, &'n str, f64)>, shards: u32) -> Vec<u32> {
    if shards < 2 {
        return objectives.map(|_| 0).collect();
    }
    let mut order: Vec<(u32, usize, String, f64)> = objectives
        .enumerate()
        .map(|(at, (service, slo, cost))| {
            let name = format!("{service}/{slo}");
            (mixed(fnv1a(&name)), at, name, cost.max(1e-9))
        })
        .collect();
    let mut assigned = vec![0; order.len()];
    order.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
    let total: f64 = order.iter().map(|(.., cost)| cost).sum();
    let full = total / f64::from(shards) * FULL;
    let mut loads: Vec<f64> = vec![0.0; usize::try_from(shards).unwrap_or(1)];
    for (_, at, name, cost) in &order {
        let mut ranked: Vec<(u32, usize)> =
            (0..loads.len()).map(|shard| (mixed(fnv1a(&format!("{shard} {name}"))), shard)).collect();
        ranked.sort_unstable();
        let free = ranked.iter().map(|(_, shard)| *shard).find(|shard| loads[*shard] + cost <= full);
        // A single objective may cost more than a share: the emptiest shard takes it.
        let emptiest = || (0..loads.len()).min_by(|a, b| loads[*a].total_cmp(&loads[*b])).unwrap_or(0);
        let shard = free.unwrap_or_else(emptiest);
        loads[shard] += cost;
        assigned[*at] = u32::try_from(shard).unwrap_or(0);
    }
    assigned
}

/// FNV keeps names that differ at their ends close together; this spreads them over all 32 bits.
fn mixed(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::assign;

    /// Objectives of a hundred services, some of which cost ten times as much.
    fn objectives(count: usize) -> Vec<(String, String, f64)> {
        let cost = |n: usize| if n.is_multiple_of(17) { 10.0 } else { 1.0 };
        (0..count).map(|n| (format!("svc-{:03}", n % 100), format!("slo-{n}"), cost(n))).collect()
    }

    fn shards(of: &[(String, String, f64)], shards: u32) -> Vec<u32> {
        assign(of.iter().map(|(service, slo, cost)| (service.as_str(), slo.as_str(), *cost)), shards)
    }

    #[test]
    fn shards_cost_about_the_same() {
        let all = objectives(10_000);
        for count in [2_u32, 3, 7] {
            let assigned = shards(&all, count);
            let mut loads = vec![0.0; count as usize];
            all.iter().zip(&assigned).for_each(|((.., cost), shard)| loads[*shard as usize] += cost);
            let even = loads.iter().sum::<f64>() / f64::from(count);
            assert!(loads.iter().all(|load| *load <= even * 1.1 && *load >= even * 0.8), "{count}: {loads:?}");
        }
    }

    #[test]
    fn one_more_objective_moves_few_others() {
        let all = objectives(10_001);
        for count in [2, 5] {
            let (before, after) = (shards(&all[..10_000], count), shards(&all, count));
            let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            assert!(moved <= 10, "{count}: {moved} of 10,000 moved");
        }
        let (before, after) = (shards(&all, 4), shards(&all, 5));
        let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert!(moved < 10_001 * 2 / 5, "one more shard moves {moved} of 10,001");
    }

    #[test]
    fn the_order_of_files_decides_nothing() {
        let mut all = objectives(500);
        let before = shards(&all, 3);
        all.reverse();
        let mut after = shards(&all, 3);
        after.reverse();
        assert_eq!(before, after);
    }
}
