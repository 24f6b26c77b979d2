//! `clarion audit`: is the log the one that was written?

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use serde_json::{Value, json};

use super::{say, with_store};
use crate::{
    domain::{AuditFault, Head, Verification, taipei},
    store::Store,
};

/// Rows read at once.
const PAGE: usize = 1_000;

/// Verifies the audit log and prints its head, to be kept on another machine
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reads the whole log; exit code 1 and the first bad row when it was tampered with
    Verify {
        /// What `clarion audit head` printed earlier: without it a deleted tail or a log rebuilt as a whole does not show
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Prints number, count, hash and time of the last row as JSON: the anchor
    Head,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the anchor is none.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command, config } = args;
    with_store(&config, async |_, store| match command {
        Command::Head => {
            let (head, count) = store.audit_head().await?;
            let at = head.at.map(|at| taipei(at).to_rfc3339());
            say(&json!({ "seq": head.seq, "count": count, "hash": head.hash, "time": at }).to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify { anchor } => {
            let anchor = anchor.as_deref().map(read_anchor).transpose()?;
            match verify(&store, anchor).await? {
                Ok(head) => {
                    say(&json!({ "ok": true, "rows": head.seq, "hash": head.hash }).to_string())?;
                    Ok(ExitCode::SUCCESS)
                }
                Err(fault) => {
                    say(&json!({ "ok": false, "row": fault.row(), "what": fault.to_string() }).to_string())?;
                    Ok(ExitCode::FAILURE)
                }
            }
        }
    })
}

async fn verify(store: &Store, anchor: Option<Head>) -> anyhow::Result<Result<Head, AuditFault>> {
    let mut verification = Verification::against(anchor);
    loop {
        let rows = store.audit_rows(verification.at(), PAGE).await?;
        if rows.is_empty() {
            return Ok(verification.end());
        }
        for row in rows {
            if let Err(fault) = verification.read(&row) {
                return Ok(Err(fault));
            }
        }
    }
}

fn read_anchor(path: &Path) -> anyhow::Result<Head> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the anchor {}", path.display()))?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let seq = value.get("seq").and_then(Value::as_i64);
    let hash = value.get("hash").and_then(Value::as_str);
    let (seq, hash) =
        seq.zip(hash).with_context(|| format!("{} is no anchor; clarion audit head prints one", path.display()))?;
    Ok(Head { seq, hash: hash.to_owned(), at: None })
}
