//! A map that is replaced as a whole: a later one shares with the one before what did not change.

use std::{collections::BTreeMap, sync::Arc};

/// The most entries of layers that are joined: what one change may have to copy, some ten megabytes.
const MOST: usize = 1 << 18;

/// Values by name, in layers of which the later hide what the earlier say of the same name. Each layer is at least twice as
/// large as the one behind it, up to a full one, so that there are few to look through and an entry is seldom copied.
#[derive(Debug, Clone)]
pub(super) struct Layers<V> {
    layers: Vec<Layer<V>>,
}

/// In the order of the names.
type Layer<V> = Arc<[(Arc<str>, V)]>;

impl<V> Default for Layers<V> {
    fn default() -> Self {
        Self { layers: Vec::new() }
    }
}

impl<V: Clone> Layers<V> {
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.layers.iter().rev().find_map(|layer| {
            let at = layer.binary_search_by(|(other, _)| (**other).cmp(name)).ok()?;
            layer.get(at).map(|(_, value)| value)
        })
    }

    /// The same with other values for some names.
    pub(super) fn with(&self, changed: BTreeMap<Arc<str>, V>) -> Self {
        let mut layers = self.layers.clone();
        if !changed.is_empty() {
            layers.push(changed.into_iter().collect());
        }
        while let [.., large, small] = layers.as_slice() {
            if large.len() >= 2 * small.len() || large.len() + small.len() > MOST {
                break;
            }
            let both: BTreeMap<Arc<str>, V> = large.iter().chain(small.iter()).cloned().collect();
            layers.truncate(layers.len() - 2);
            layers.push(both.into_iter().collect());
        }
        Self { layers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: std::ops::Range<u32>, value: u32) -> BTreeMap<Arc<str>, u32> {
        names.map(|name| (name.to_string().into(), value)).collect()
    }

    #[test]
    fn the_latest_value_counts_and_a_map_of_before_stays_as_it_was() {
        let before = Layers::default().with(named(0..10, 1));
        let after = before.with(named(5..12, 2));
        let all = |map: &Layers<u32>| -> Vec<Option<u32>> {
            ["0", "5", "11", "x"].iter().map(|name| map.get(name).copied()).collect()
        };
        assert_eq!(all(&before), [Some(1), Some(1), None, None]);
        assert_eq!(all(&after), [Some(1), Some(2), Some(2), None]);
    }

    #[test]
    fn many_small_changes_make_few_layers() {
        let map = (0..1000).fold(Layers::default(), |map, name| map.with(named(name..name + 1, name)));
        assert!((0..1000).all(|name| map.get(&name.to_string()) == Some(&name)));
        assert!(map.layers.len() <= 10, "{} layers", map.layers.len());
    }
}
