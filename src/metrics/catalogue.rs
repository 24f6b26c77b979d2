//! Metrics as they are registered: each once, with its name, its help text and its labels.

use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, core::Collector,
};

/// What one metric is called, and what it tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Its name without the `clarion_` in front.
    pub name: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// Whether it is scraped as `_bucket`, `_sum` and `_count`.
    pub histogram: bool,
}

/// The registry being filled, and what went into it.
pub(super) struct Catalogue {
    pub(super) registry: Registry,
    pub(super) families: Vec<Family>,
}

type Labels = &'static [&'static str];

impl Catalogue {
    /// An empty one, whose names all begin with `clarion_`.
    pub(super) fn new() -> prometheus::Result<Self> {
        Ok(Self { registry: Registry::new_custom(Some("clarion".into()), None)?, families: Vec::new() })
    }

    pub(super) fn int_gauge(&mut self, name: &'static str, help: &str) -> prometheus::Result<IntGauge> {
        self.add(name, &[], false, IntGauge::new(name, help)?)
    }

    pub(super) fn int_gauges(
        &mut self,
        name: &'static str,
        help: &str,
        labels: Labels,
    ) -> prometheus::Result<IntGaugeVec> {
        self.add(name, labels, false, IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn gauge(&mut self, name: &'static str, help: &str) -> prometheus::Result<Gauge> {
        self.add(name, &[], false, Gauge::new(name, help)?)
    }

    pub(super) fn gauges(&mut self, name: &'static str, help: &str, labels: Labels) -> prometheus::Result<GaugeVec> {
        self.add(name, labels, false, GaugeVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn counter(&mut self, name: &'static str, help: &str) -> prometheus::Result<IntCounter> {
        self.add(name, &[], false, IntCounter::new(name, help)?)
    }

    pub(super) fn counters(
        &mut self,
        name: &'static str,
        help: &str,
        labels: Labels,
    ) -> prometheus::Result<IntCounterVec> {
        self.add(name, labels, false, IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn histogram(
        &mut self,
        name: &'static str,
        help: &str,
        buckets: &[f64],
    ) -> prometheus::Result<Histogram> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(name, &[], true, Histogram::with_opts(options)?)
    }

    pub(super) fn histograms(
        &mut self,
        name: &'static str,
        help: &str,
        labels: Labels,
        buckets: &[f64],
    ) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(name, labels, true, HistogramVec::new(options, labels)?)
    }

    fn add<M: Collector + Clone + 'static>(
        &mut self,
        name: &'static str,
        labels: Labels,
        histogram: bool,
        metric: M,
    ) -> prometheus::Result<M> {
        self.registry.register(Box::new(metric.clone()))?;
        self.families.push(Family { name, labels, histogram });
        Ok(metric)
    }
}
