//! Which districts the roads and villages of one name lie in, looked up once and not searched for at every mention.

use std::collections::{BTreeSet, HashMap};

use super::name::road_stem;
use crate::domain::City;

/// The districts of shared names.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    roads: HashMap<String, BTreeSet<String>>,
    villages: HashMap<String, BTreeSet<String>>,
    /// By road, lanes with their districts.
    usual: HashMap<String, HashMap<String, String>>,
    nowhere: BTreeSet<String>,
}

impl Gazetteer {
    pub(super) fn new(city: &City) -> Self {
        let mut gazetteer = Self::default();
        for road in &city.roads {
            for name in [Some(road.name.clone()), road_stem(&road.name)].into_iter().flatten() {
                gazetteer.roads.entry(name).or_default().insert(road.district.clone());
            }
        }
        for village in &city.villages {
            gazetteer.villages.entry(village.name.clone()).or_default().insert(village.district.clone());
        }
        for usual in &city.usual {
            let lanes = gazetteer.usual.entry(usual.road.clone()).or_default();
            lanes.entry(usual.lane.clone()).or_insert_with(|| usual.district.clone());
        }
        gazetteer
    }

    /// The districts of a road, and of what people call its parts: 明誠路 for 明誠一路 to 明誠四路.
    pub(super) fn districts_of_road(&self, name: &str) -> &BTreeSet<String> {
        self.roads.get(name).unwrap_or(&self.nowhere)
    }

    /// The districts that have a village of this name.
    pub(super) fn districts_of_village(&self, name: &str) -> &BTreeSet<String> {
        self.villages.get(name).unwrap_or(&self.nowhere)
    }

    /// Where cases of a lane have nearly always been, or with an empty lane of a road.
    pub(super) fn usual(&self, road: &str, lane: &str) -> Option<&str> {
        self.usual.get(road)?.get(lane).map(String::as_str)
    }
}
