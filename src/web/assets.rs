//! The console's own files, each under an address that changes with its content, so that browsers may keep them
//! for ever.

use std::sync::LazyLock;

use axum::{
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::web::{
    fault::{self, Shared},
    visitor::Visitor,
};

/// Bytes of the hash in an address: 32 bits tell the editions of one file apart.
const HASH_BYTES: usize = 4;

/// A year, the longest that RFC 9111 caches are asked to keep anything.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file built into the program.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static str,
}

static STYLE: Asset =
    Asset { name: "style.css", content_type: "text/css; charset=utf-8", content: include_str!("assets/style.css") };
static SCRIPT: Asset =
    Asset { name: "live.js", content_type: "text/javascript; charset=utf-8", content: include_str!("assets/live.js") };
static ICON: Asset =
    Asset { name: "icon.svg", content_type: "image/svg+xml", content: include_str!("assets/icon.svg") };

static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| STYLE.address());
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| SCRIPT.address());
static ICON_ADDRESS: LazyLock<String> = LazyLock::new(|| ICON.address());

impl Asset {
    fn address(&self) -> String {
        let hash = Sha256::digest(self.content.as_bytes());
        let hash = hash.iter().take(HASH_BYTES).fold(0_u32, |hash, byte| hash << 8 | u32::from(*byte));
        format!("/assets/{hash:08x}/{}", self.name)
    }
}

/// Where the style sheet is.
pub(super) fn style() -> &'static str {
    &STYLE_ADDRESS
}

/// Where the script is.
pub(super) fn script() -> &'static str {
    &SCRIPT_ADDRESS
}

/// Where the icon is.
pub(super) fn icon() -> &'static str {
    &ICON_ADDRESS
}

/// Serves a file. A page from before an upgrade asks under an old hash: it gets the new file, but not to keep.
pub(super) async fn asset(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path((hash, name)): Path<(String, String)>,
) -> Response {
    let known = [(&STYLE, style()), (&SCRIPT, script()), (&ICON, icon())];
    let Some((asset, address)) = known.into_iter().find(|(asset, _)| asset.name == name) else {
        return fault::missing(State(desk), visitor).await;
    };
    let keep = if address == format!("/assets/{hash}/{name}") { FOR_EVER } else { "no-cache" };
    ([(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, keep)], asset.content).into_response()
}
