//! Our own documents → PDF, by a `LibreOffice` that is started for each of them and shut in. It is the only code that
//! starts another program. It decides nothing about a document, and takes none from outside: what it is given was written
//! by `document`.
//!
//! What holds the program in: a profile and a working folder of its own that are thrown away, an environment of five
//! variables, limits of the kernel to memory, processor time and file size (`prlimit` of util-linux), no network and no sight
//! of other processes (`unshare` of util-linux, where the kernel gives user namespaces), and a time-out that ends its whole
//! process group. What is left where there are no namespaces, as under the shipped systemd unit: it could reach the network
//! as the daemon may, and read and write what the daemon may.

mod child;
mod folder;
mod kept;
mod sandbox;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OnceCell, Semaphore};

use folder::Folder;
use kept::Kept;
use sandbox::Wrappers;

/// Where programs are looked for. The daemon's own environment is not handed on.
const SEARCH: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// How many may wait for their turn. Further ones are refused at once, so that a page never waits for a crowd.
const WAITING: usize = 8;

/// How a document is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `LibreOffice`: a name that is looked for, or a path. Empty for none.
    pub program: PathBuf,
    /// How long one document may take.
    pub patience: Duration,
    /// How many are converted at once, at least one.
    pub at_once: usize,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum ConvertFault {
    /// `LibreOffice` is not there.
    #[error(
        "there is no LibreOffice; install it (apt-get install libreoffice-writer-nogui fonts-arphic-ukai fonts-liberation) \
         or set pdf.program"
    )]
    Absent,
    /// Too many wait already.
    #[error("too many documents wait for their conversion; try again in a moment")]
    Busy,
    /// It did not end in time and was killed.
    #[error("LibreOffice did not end within {0} s and was killed; see pdf.seconds")]
    Slow(u64),
    /// It ended without a document.
    #[error("LibreOffice made no PDF ({status}): {said}")]
    Failed {
        /// How it ended.
        status: String,
        /// What it said, shortened.
        said: String,
    },
    /// The document is larger than it may be.
    #[error("the PDF is larger than {0} bytes")]
    TooLarge(u64),
    /// A file could not be written or read, or a program not started.
    #[error("the conversion failed on this machine: {0}")]
    Machine(#[from] std::io::Error),
}

impl ConvertFault {
    /// Whether the same may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::Slow(_))
    }
}

/// Makes PDF.
#[derive(Debug)]
pub struct Converter {
    settings: Settings,
    turns: Semaphore,
    waiting: Semaphore,
    wrappers: OnceCell<Wrappers>,
    kept: Mutex<Kept>,
}

impl Converter {
    /// One with these settings. Nothing is started.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let at_once = settings.at_once.max(1);
        Self {
            settings,
            turns: Semaphore::new(at_once),
            waiting: Semaphore::new(at_once + WAITING),
            wrappers: OnceCell::new(),
            kept: Mutex::new(Kept::default()),
        }
    }

    /// Whether the program is there, looked up now, so that an installation is noticed without a restart.
    #[must_use]
    pub fn is_there(&self) -> bool {
        find(&self.settings.program).is_some()
    }

    /// How long a document may take altogether, with the time it waits for its turn.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.settings.patience * 2
    }

    /// A text document as PDF/A-2b (ISO 19005-2), with its structure as tags. The same bytes are converted once as long as
    /// the result is kept.
    ///
    /// # Errors
    /// When the program is not there, is too slow or fails, or too many wait.
    pub async fn pdf(&self, odt: &[u8]) -> Result<Arc<[u8]>, ConvertFault> {
        let hash = kept::hash(odt);
        if let Some(pdf) = self.kept().get(&hash) {
            return Ok(pdf);
        }
        let program = find(&self.settings.program).ok_or(ConvertFault::Absent)?;
        let _place = self.waiting.try_acquire().map_err(|_| ConvertFault::Busy)?;
        let turn = tokio::time::timeout(self.settings.patience, self.turns.acquire());
        let _turn = turn.await.map_err(|_| ConvertFault::Busy)?.map_err(|_| ConvertFault::Busy)?;
        // Whoever was before may have asked for the same.
        if let Some(pdf) = self.kept().get(&hash) {
            return Ok(pdf);
        }
        let wrappers = self.wrappers.get_or_init(Wrappers::probed).await;
        let folder = Folder::new()?;
        let pdf: Arc<[u8]> = child::convert(wrappers, &program, &folder, odt, self.settings.patience).await?.into();
        self.kept().keep(hash, Arc::clone(&pdf));
        Ok(pdf)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is kept is whole even if another thread panicked beside it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a program is: a name is looked for, a path is taken as it is.
fn find(program: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let runs = |path: &PathBuf| path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0);
    if program.as_os_str().is_empty() {
        return None;
    }
    if program.components().count() > 1 {
        return Some(program.to_path_buf()).filter(runs);
    }
    SEARCH.iter().map(|folder| Path::new(folder).join(program)).find(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converter(program: &str) -> Converter {
        Converter::new(Settings { program: program.into(), patience: Duration::from_secs(1), at_once: 1 })
    }

    #[test]
    fn a_program_is_found_by_name_or_by_path_and_a_folder_is_none() {
        assert!(find(Path::new("sh")).is_some_and(|path| path.is_absolute()));
        assert!(converter("/bin/sh").is_there());
        for missing in ["", "no-such-program", "/no/such/program", "/usr/bin", "/etc/passwd"] {
            assert!(!converter(missing).is_there(), "{missing:?}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_says_what_to_install() {
        let fault = converter("").pdf(b"").await.unwrap_err();
        assert!(matches!(fault, ConvertFault::Absent) && fault.to_string().contains("libreoffice-writer-nogui"));
    }
}
