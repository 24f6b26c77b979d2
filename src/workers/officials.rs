//! The register of official statements that all loops share: read by many, replaced as a whole.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

use crate::pipeline::Officials;

/// The register as it is now.
#[derive(Clone)]
pub(super) struct Register {
    held: Arc<RwLock<Arc<Officials>>>,
    changed: Arc<Notify>,
}

impl Register {
    pub(super) fn new(officials: Officials) -> Self {
        Self { held: Arc::new(RwLock::new(Arc::new(officials))), changed: Arc::default() }
    }

    /// The register at this moment; it does not change under those who use it.
    pub(super) fn now(&self) -> Arc<Officials> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, officials: Officials) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(officials);
    }

    /// Tells whoever keeps it up to date that the database holds more.
    pub(super) fn is_behind(&self) {
        self.changed.notify_one();
    }

    /// Waits to be told so.
    pub(super) async fn told(&self) {
        self.changed.notified().await;
    }
}
