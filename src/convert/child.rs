//! One run of the converter: started, awaited, and killed with everything it started.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use url::Url;

use super::{
    ConvertFault,
    folder::Folder,
    sandbox::{MOST_BYTES, Wrappers},
};
use crate::document::FONT_RULES;

/// PDF/A-2b and tagged, as archives and screen readers want it; the window of a reader bears the title of the document.
/// Options in JSON are known since `LibreOffice` 7.4.
const FILTER: &str = "pdf:writer_pdf_Export:{\"SelectPdfVersion\":{\"type\":\"long\",\"value\":\"2\"},\
                      \"UseTaggedPDF\":{\"type\":\"boolean\",\"value\":\"true\"},\
                      \"DisplayPDFDocumentTitle\":{\"type\":\"boolean\",\"value\":\"true\"}}";

/// What a PDF begins with (ISO 32000-1, 7.5.2).
const MAGIC: &[u8] = b"%PDF-";

/// Bytes of what the program said that are told.
const MOST_SAID: u64 = 600;

/// A child with its process group, which is killed when it is dropped before its end.
struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        // Its own group, so that what it starts can be ended with it.
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group })
    }

    /// Waits for its end, or ends it.
    async fn end(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        // Not by the clock of the daemon: the one of the demo runs faster than any program.
        if let Ok(status) = tokio::time::timeout(patience, self.child.wait()).await {
            // Its number may belong to somebody else from now on.
            self.group = None;
            return status.map(Some);
        }
        self.kill();
        self.child.wait().await?;
        Ok(None)
    }

    /// Ends the whole group. The child was not waited for yet, so that its number is still its own.
    fn kill(&mut self) {
        if let Some(group) = self.group.take()
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::warn!(%error, "LibreOffice could not be killed");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Converts a text document in a folder.
///
/// # Errors
/// When the program cannot be started, is too slow, or leaves no PDF.
pub(super) async fn convert(
    wrappers: &Wrappers,
    program: &Path,
    folder: &Folder,
    odt: &[u8],
    patience: Duration,
) -> Result<Vec<u8>, ConvertFault> {
    let (source, fonts, heard) = (folder.join("document.odt"), folder.join("fonts.conf"), folder.join("heard"));
    tokio::fs::write(&source, odt).await?;
    tokio::fs::write(&fonts, FONT_RULES).await?;
    let profile = Url::from_directory_path(folder.join("profile")).map_err(|()| io::Error::other("no such folder"))?;
    let mut command = wrappers.command(program);
    command
        .arg(format!("-env:UserInstallation={profile}"))
        .args(["--headless", "--norestore", "--nologo", "--infilter=writer8", "--convert-to", FILTER, "--outdir"])
        .args([folder.path(), &source])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", super::SEARCH.join(":"))
        .env("LANG", "C.UTF-8")
        .envs([("HOME", folder.path()), ("TMPDIR", folder.path()), ("FONTCONFIG_FILE", &fonts)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // To a file, whose size has a limit: nobody has to read along.
        .stderr(File::create(&heard)?);
    let mut running = Running::start(&mut command)?;
    let status = running.end(patience).await?.ok_or(ConvertFault::Slow(patience.as_secs()))?;
    let made = folder.join("document.pdf");
    match std::fs::metadata(&made) {
        Ok(it) if it.len() > MOST_BYTES => return Err(ConvertFault::TooLarge(MOST_BYTES)),
        Ok(_) => {}
        // It reports most failures with 0 and no file.
        Err(_) => return Err(ConvertFault::Failed { status: status.to_string(), said: said(&heard) }),
    }
    let pdf = tokio::fs::read(&made).await?;
    if !pdf.starts_with(MAGIC) || !status.success() {
        return Err(ConvertFault::Failed { status: status.to_string(), said: said(&heard) });
    }
    Ok(pdf)
}

/// The beginning of what the program said, on one line.
fn said(heard: &Path) -> String {
    let mut bytes = Vec::new();
    // What cannot be read was not said.
    let _ = File::open(heard).and_then(|file| file.take(MOST_SAID).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, path::PathBuf};

    use super::*;

    /// A program that stands in for `LibreOffice`.
    fn stand_in(folder: &Folder, script: &str) -> PathBuf {
        let path = folder.join("stand-in");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
        path
    }

    async fn run(script: &str, wrappers: &Wrappers) -> (Result<Vec<u8>, ConvertFault>, Folder) {
        let folder = Folder::new().unwrap();
        let program = stand_in(&folder, script);
        let done = convert(wrappers, &program, &folder, b"odt", Duration::from_millis(1500)).await;
        (done, folder)
    }

    #[tokio::test]
    async fn a_converter_that_hangs_is_killed_with_what_it_started() {
        for wrappers in [Wrappers::default(), Wrappers::probed().await] {
            // The grandchild writes on as long as it lives.
            let script = "(while :; do date +%s%N > alive; sleep 0.05; done) & wait";
            let (done, folder) = run(script, &wrappers).await;
            assert!(matches!(done, Err(ConvertFault::Slow(1))), "{done:?}");
            let alive = std::fs::read_to_string(folder.join("alive")).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(std::fs::read_to_string(folder.join("alive")).unwrap(), alive, "{wrappers:?}");
        }
    }

    #[tokio::test]
    async fn a_converter_that_nobody_waits_for_any_more_is_killed() {
        let folder = Folder::new().unwrap();
        let program = stand_in(&folder, "(while :; do date +%s%N > alive; sleep 0.05; done) & wait");
        let none = Wrappers::default();
        let converting = convert(&none, &program, &folder, b"odt", Duration::from_mins(1));
        assert!(tokio::time::timeout(Duration::from_millis(800), converting).await.is_err());
        let read = || std::fs::read_to_string(folder.join("alive")).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let alive = read();
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(read(), alive);
    }

    #[tokio::test]
    async fn a_converter_that_fails_is_told_with_its_words() {
        let (done, _) = run("echo 'no space\nleft' >&2; exit 77", &Wrappers::default()).await;
        assert_eq!(done.unwrap_err().to_string(), "LibreOffice made no PDF (exit status: 77): no space left");
        let (done, _) = run("echo hello > document.pdf", &Wrappers::default()).await;
        assert!(matches!(done, Err(ConvertFault::Failed { .. })), "a file that is no PDF");
        let (done, _) = run("truncate -s 40000000 document.pdf", &Wrappers::default()).await;
        assert!(matches!(done, Err(ConvertFault::TooLarge(_))), "{done:?}");
    }

    #[tokio::test]
    async fn a_converter_knows_nothing_of_the_daemons_environment() {
        let (done, _) = run("(echo %PDF-; env) > document.pdf", &Wrappers::default()).await;
        let names: Vec<String> = String::from_utf8(done.unwrap())
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once('=').map(|(name, _)| name.to_owned()))
            .filter(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str()))
            .collect();
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "{names:?}");
        for name in names {
            assert!(["PATH", "LANG", "HOME", "TMPDIR", "FONTCONFIG_FILE"].contains(&name.as_str()), "{name}");
        }
    }
}
