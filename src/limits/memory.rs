//! Rate limit counters in the memory of one process, in bounded number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    protocol::{secret::SecretHash, time::UnixTime},
    store::rates::{CounterIncrement, CounterState},
};

/// Largest number of counters: a stranger with many addresses cannot fill the memory.
const MAX_KEYS: usize = 100_000;

/// Counters by key.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<[u8; 32], CounterState>>);

impl Memory {
    /// Counts as `store::rates::count` does in the database. The lock is held for a few look-ups, never
    /// while waiting.
    pub fn count(&self, counts: &[CounterIncrement], now: UnixTime) -> Vec<Option<CounterState>> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut used_up = false;
        let mut counted = Vec::with_capacity(counts.len());
        for count in counts {
            if used_up {
                counted.push(None);
                continue;
            }
            make_room(&mut counters, &count.key, now);
            let current = counters.entry(count.key.0).or_insert(CounterState {
                count: 0,
                ends_at: count.ends_at,
            });
            if current.ends_at <= now {
                *current = CounterState {
                    count: 0,
                    ends_at: count.ends_at,
                };
            }
            used_up = current.count >= count.limit;
            current.count = current.count.saturating_add(count.add);
            counted.push(Some(current.clone()));
        }
        counted
    }
}

/// What this process knows of counters in the database: a key that is used up stays so until its
/// window ends. A flood of refused requests then costs no statement.
impl Memory {
    /// Returns what the database would answer, if one of the keys is known to be used up.
    pub fn used_up(
        &self,
        counts: &[CounterIncrement],
        now: UnixTime,
    ) -> Option<Vec<Option<CounterState>>> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = false;
        let answer = counts.iter().map(|count| {
            let known = counters.get(&count.key.0).filter(|_| !found)?;
            found = known.ends_at > now && known.count >= count.limit;
            found.then(|| CounterState {
                count: known.count.saturating_add(count.add),
                ends_at: known.ends_at,
            })
        });
        let answer: Vec<Option<CounterState>> = answer.collect();
        found.then_some(answer)
    }

    /// Remembers the keys that the database found used up.
    pub fn remember(
        &self,
        counts: &[CounterIncrement],
        counted: &[Option<CounterState>],
        now: UnixTime,
    ) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (count, counted) in counts.iter().zip(counted) {
            let Some(counted) = counted else { continue };
            if counted.count.saturating_sub(count.add) >= count.limit {
                make_room(&mut counters, &count.key, now);
                counters.insert(count.key.0, counted.clone());
            }
        }
    }
}

/// Makes room for one more counter: removes those whose window is over, or else the tenth of them
/// whose windows end soonest.
fn make_room(counters: &mut HashMap<[u8; 32], CounterState>, key: &SecretHash, now: UnixTime) {
    if counters.len() < MAX_KEYS || counters.contains_key(&key.0) {
        return;
    }
    counters.retain(|_, counter| counter.ends_at > now);
    if counters.len() < MAX_KEYS {
        return;
    }
    let mut ends: Vec<UnixTime> = counters.values().map(|counter| counter.ends_at).collect();
    let (_, soon, _) = ends.select_nth_unstable(MAX_KEYS / 10);
    let (soon, mut left) = (*soon, MAX_KEYS / 10);
    counters.retain(|_, counter| {
        let goes = counter.ends_at <= soon && left > 0;
        left -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(key: u64, limit: i64) -> CounterIncrement {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&key.to_le_bytes());
        CounterIncrement {
            key: SecretHash(bytes),
            add: 1,
            limit,
            ends_at: UnixTime::from_seconds(60),
        }
    }

    fn counter(memory: &Memory, counts: &[CounterIncrement], now: i64) -> Vec<Option<i64>> {
        let counted = memory.count(counts, UnixTime::from_seconds(now));
        counted
            .into_iter()
            .map(|counted| counted.map(|counted| counted.count))
            .collect()
    }

    #[test]
    fn a_window_that_is_over_begins_again() {
        let memory = Memory::default();
        assert_eq!(counter(&memory, &[count(1, 9)], 0), [Some(1)]);
        assert_eq!(counter(&memory, &[count(1, 9)], 59), [Some(2)]);
        assert_eq!(counter(&memory, &[count(1, 9)], 60), [Some(1)]);
    }

    #[test]
    fn a_later_key_is_left_alone_once_an_earlier_one_is_used_up() {
        let memory = Memory::default();
        let both = [count(1, 1), count(2, 9)];
        assert_eq!(counter(&memory, &both, 0), [Some(1), Some(1)]);
        assert_eq!(counter(&memory, &both, 0), [Some(2), None]);
        assert_eq!(counter(&memory, &both[1..], 0), [Some(2)]);
    }

    #[test]
    fn looking_does_not_count() {
        let memory = Memory::default();
        let look = CounterIncrement {
            add: 0,
            ..count(1, 9)
        };
        assert_eq!(counter(&memory, std::slice::from_ref(&look), 0), [Some(0)]);
        assert_eq!(counter(&memory, &[look], 0), [Some(0)]);
    }

    #[test]
    fn the_memory_is_bounded() {
        let memory = Memory::default();
        for key in 0..(MAX_KEYS as u64 + 5000) {
            memory.count(&[count(key, 9)], UnixTime::EPOCH);
        }
        assert!(memory.0.lock().unwrap().len() <= MAX_KEYS);
    }
}
