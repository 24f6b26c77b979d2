//! Reading lines, working on them on all cores, writing the answers in the order of the input.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use rayon::prelude::*;

/// Lines worked on at once: enough to keep all cores busy, few enough that answers come while input still does.
const BATCH_LINES: usize = 2048;

/// Bytes of lines worked on at once, so that a file of very long lines is not held in memory whole.
const BATCH_BYTES: usize = 16 << 20;

/// U+FEFF in UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Where lines come from and how many cores work on them.
#[derive(Debug, Clone, clap::Args)]
pub struct Input {
    /// The file to read; standard input without one or with `-`
    pub file: Option<PathBuf>,
    /// Threads to work with; all cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// Why a line could not be worked on. The rest goes on.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Not UTF-8.
    #[error("is not UTF-8 (byte {0}); convert the file first")]
    Encoding(usize),
    /// Not the JSON that is expected.
    #[error("is not the JSON expected: {0}")]
    Json(#[from] serde_json::Error),
}

/// What becomes of the line itself when `work` refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// A line of white space is passed over: JSON Lines.
    Skip,
    /// It is a line like any other: plain text.
    Keep,
}

/// Works on every line and writes the answers to standard output, in order. A line that fails is reported on
/// standard error with its number; the exit code is then 1. A reader that closes the pipe early ends the work
/// without complaint.
///
/// # Errors
/// When the input cannot be opened or read, the output cannot be written, or threads cannot be started.
pub fn each_line<W>(input: &Input, blank: Blank, work: W) -> anyhow::Result<ExitCode>
where
    W: Fn(&str) -> Result<String, LineError> + Sync,
{
    each_line_in_turn(input, blank, work, Ok)
}

/// The same for work that ends with a step that must see the lines one after the other: `work` runs on all cores, `then`
/// takes what it made in the order of the input.
///
/// # Errors
/// Likewise.
pub fn each_line_in_turn<T, W, F>(input: &Input, blank: Blank, work: W, then: F) -> anyhow::Result<ExitCode>
where
    T: Send,
    W: Fn(&str) -> Result<T, LineError> + Sync,
    F: FnMut(T) -> Result<String, LineError>,
{
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(input.jobs.map_or(0, usize::from))
        .build()
        .context("cannot start worker threads; try a smaller --jobs")?;
    let mut reader = open(input.file.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match copy(&pool, &mut reader, &mut out, &mut io::stderr(), blank, &work, then) {
        Ok(0) => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error).context("cannot go on reading or writing"),
    }
}

fn open(file: Option<&Path>) -> anyhow::Result<Box<dyn BufRead>> {
    match file {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
            Ok(Box::new(BufReader::new(file)))
        }
        _ => Ok(Box::new(io::stdin().lock())),
    }
}

/// The work between an opened input and output; says how many lines failed.
fn copy<T, W, F>(
    pool: &rayon::ThreadPool,
    reader: &mut dyn BufRead,
    out: &mut impl Write,
    complaints: &mut impl Write,
    blank: Blank,
    work: &W,
    mut then: F,
) -> io::Result<usize>
where
    T: Send,
    W: Fn(&str) -> Result<T, LineError> + Sync,
    F: FnMut(T) -> Result<String, LineError>,
{
    let mut number = 0;
    let mut failed = 0;
    skip_bom(reader)?;
    loop {
        let batch = read_batch(reader)?;
        if batch.is_empty() {
            out.flush()?;
            return Ok(failed);
        }
        let answers: Vec<Option<Result<T, LineError>>> =
            pool.install(|| batch.par_iter().map(|line| answer(line, blank, work)).collect());
        for answer in answers {
            number += 1;
            match answer.map(|made| made.and_then(&mut then)) {
                Some(Ok(line)) => {
                    out.write_all(line.as_bytes())?;
                    out.write_all(b"\n")?;
                }
                Some(Err(error)) => {
                    failed += 1;
                    // Standard error may be closed; the exit code still tells.
                    let _ = writeln!(complaints, "line {number}: {error}");
                }
                None => {}
            }
        }
        out.flush()?;
    }
}

fn answer<T, W>(line: &[u8], blank: Blank, work: &W) -> Option<Result<T, LineError>>
where
    W: Fn(&str) -> Result<T, LineError>,
{
    match std::str::from_utf8(line) {
        Ok(text) if blank == Blank::Skip && text.trim().is_empty() => None,
        Ok(text) => Some(work(text)),
        Err(error) => Some(Err(LineError::Encoding(error.valid_up_to()))),
    }
}

/// Passes over the byte order mark that editors on Windows put before UTF-8; it is no part of the first line.
fn skip_bom(reader: &mut dyn BufRead) -> io::Result<()> {
    // A reader shows at least one byte; a mark that is split between two reads is left where it is, as no file does that.
    if reader.fill_buf()?.starts_with(BOM) {
        reader.consume(BOM.len());
    }
    Ok(())
}

/// The next lines without their ends; none at the end of the input.
fn read_batch(reader: &mut dyn BufRead) -> io::Result<Vec<Vec<u8>>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_LINES && bytes < BATCH_BYTES {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        bytes += line.len();
        for end in [b'\n', b'\r'] {
            if line.last() == Some(&end) {
                line.pop();
            }
        }
        batch.push(line);
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &[u8], blank: Blank, expect: (&str, &str, usize)) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let (mut out, mut complaints) = (Vec::new(), Vec::new());
        let work = |line: &str| Ok(serde_json::from_str::<serde_json::Value>(line)?.to_string());
        let mut reader = input;
        let failed = copy(&pool, &mut reader, &mut out, &mut complaints, blank, &work, Ok).unwrap();
        let found = (String::from_utf8(out).unwrap(), String::from_utf8(complaints).unwrap(), failed);
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2), expect);
    }

    #[test]
    fn a_bad_line_is_named_and_the_rest_goes_on() {
        check(b"1\r\n\xff\n\n2", Blank::Skip, ("1\n2\n", "line 2: is not UTF-8 (byte 0); convert the file first\n", 1));
        check(b"", Blank::Skip, ("", "", 0));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        check(b"\xEF\xBB\xBF1\n2\n", Blank::Skip, ("1\n2\n", "", 0));
        check(b"\xEF\xBB\xBF", Blank::Skip, ("", "", 0));
    }

    #[test]
    fn answers_come_in_the_order_of_the_input() {
        let numbers: Vec<String> = (0..5000).map(|n: u32| n.to_string()).collect();
        let input = numbers.join("\n") + "\n";
        check(input.as_bytes(), Blank::Skip, (&input, "", 0));
    }
}
