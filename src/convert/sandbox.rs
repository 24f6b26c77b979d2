//! What the converter is started through.

use std::{ffi::OsString, path::Path, process::Stdio};

use tokio::process::Command;

use super::find;

/// Most bytes of the file that is made, and of any other that is written meanwhile.
pub(super) const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// Limits that the kernel holds (`getrlimit(2)`). Memory: `LibreOffice` 7.4 converts a release with less than 100 MB of data
/// of its own, and a runaway must not reach the limit of the service, which would end the daemon with it. Processor time in
/// seconds is a second wall behind the time-out. No core dump: it would hold the text.
const LIMITS: [&str; 6] =
    ["--data=402653184", "--as=4294967296", "--cpu=120", "--fsize=33554432", "--nofile=512", "--core=0"];

/// Namespaces: a user of its own, without a network, and with processes that end when the first one does.
const NAMESPACES: [&str; 5] = ["--map-root-user", "--net", "--pid", "--fork", "--kill-child"];

/// Which of the programs around the converter work on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wrappers(Vec<OsString>);

impl Wrappers {
    /// Tries them. What does not work is left out and logged once.
    pub async fn probed() -> Self {
        let mut all = Vec::new();
        for (program, arguments, loss) in [
            ("prlimit", LIMITS.as_slice(), "a document may use as much memory as the daemon"),
            ("unshare", NAMESPACES.as_slice(), "LibreOffice may use the network as the daemon may"),
        ] {
            let Some(path) = find(Path::new(program)) else {
                tracing::warn!(program, loss, "a wall around LibreOffice is missing; install util-linux");
                continue;
            };
            let mut wrapper = vec![path.into_os_string()];
            wrapper.extend(arguments.iter().map(OsString::from));
            wrapper.push("--".into());
            if works(&wrapper).await {
                all.extend(wrapper);
            } else {
                tracing::info!(program, loss, "the kernel or the service does not allow a wall around LibreOffice");
            }
        }
        Self(all)
    }

    /// A program behind them.
    pub fn command(&self, program: &Path) -> Command {
        let mut words = self.0.iter().map(OsString::as_os_str).chain([program.as_os_str()]);
        // There is at least the program itself.
        let mut command = Command::new(words.next().unwrap_or(program.as_os_str()));
        command.args(words);
        command
    }
}

async fn works(wrapper: &[OsString]) -> bool {
    let mut command = Wrappers(wrapper.to_vec()).command(Path::new("/bin/true"));
    let quiet = command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().await.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wall_that_does_not_stand_is_found_out() {
        let words = |all: &[&str]| all.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(!works(&words(&["/bin/false"])).await && !works(&words(&["/no/such/program"])).await);
        assert!(works(&words(&["/usr/bin/env"])).await);
    }

    #[tokio::test]
    async fn a_program_behind_the_walls_has_their_limits() {
        let walls = Wrappers::probed().await;
        let output = walls.command(Path::new("/bin/sh")).args(["-c", "ulimit -f; ulimit -c"]).output().await.unwrap();
        // In units of 512 bytes.
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{}\n0\n", MOST_BYTES / 512), "{walls:?}");
    }
}
