//! A folder that one conversion works in and that is gone afterwards.

use std::{
    fs::{DirBuilder, remove_dir_all},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use ulid::Ulid;

/// The folder; removed when it is dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new one that only this user may enter.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("clarion-pdf-{}", Ulid::generate().to_string()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A place in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a folder of a conversion stays behind; remove it");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_is_private_and_gone_with_all_that_is_in_it() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_path_buf();
        std::fs::write(folder.join("document.odt"), "x").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert!(!path.exists());
    }
}
