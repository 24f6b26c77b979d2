//! PDF that were made lately, so that a release that many take along is converted once.

use std::{collections::VecDeque, sync::Arc};

use sha2::{Digest, Sha256};

/// Bytes that are kept altogether: some hundred releases of the usual size.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// By what a document is known.
pub(super) type Hash = [u8; 32];

/// The hash of a document.
pub(super) fn hash(document: &[u8]) -> Hash {
    Sha256::digest(document).into()
}

/// The latest ones.
#[derive(Debug, Default)]
pub(super) struct Kept {
    files: VecDeque<(Hash, Arc<[u8]>)>,
    bytes: usize,
}

impl Kept {
    /// The PDF of a document.
    pub fn get(&self, hash: &Hash) -> Option<Arc<[u8]>> {
        self.files.iter().find(|(of, _)| of == hash).map(|(_, pdf)| Arc::clone(pdf))
    }

    /// Keeps one and drops the oldest ones that have no place any more.
    pub fn keep(&mut self, hash: Hash, pdf: Arc<[u8]>) {
        if self.get(&hash).is_some() {
            return;
        }
        self.bytes += pdf.len();
        self.files.push_back((hash, pdf));
        while self.bytes > MOST_BYTES
            && let Some((_, oldest)) = self.files.pop_front()
        {
            self.bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_place_for_the_newest() {
        let mut kept = Kept::default();
        let pdf: Arc<[u8]> = vec![0; MOST_BYTES / 2].into();
        for name in [b"a", b"b", b"b", b"c"] {
            kept.keep(hash(name), Arc::clone(&pdf));
        }
        assert!(kept.get(&hash(b"a")).is_none(), "the third is too much");
        assert!(kept.get(&hash(b"b")).is_some() && kept.get(&hash(b"c")).is_some());
        kept.keep(hash(b"d"), vec![0; MOST_BYTES + 1].into());
        assert!(kept.get(&hash(b"d")).is_none() && kept.bytes == 0, "what is too large is not kept at all");
    }
}
