//! The table of faults names tests that exist.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// The faults of messages, of casework and of the clock.
const WANTED: [&str; 15] =
    ["N01", "N02", "N03", "N04", "N05", "N06", "N07", "N08", "N09", "N10", "N11", "W01", "W02", "W03", "S07"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fault and the tests it names, of every row.
fn table() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("| fault |")).skip(2);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let tests = cells[2].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (cells[0].split(' ').next().unwrap().to_owned(), tests)
    };
    rows.take_while(|line| line.starts_with('|')).map(row).collect()
}

#[test]
fn every_fault_of_the_table_has_tests_and_each_of_them_exists() {
    let table = table();
    let named: BTreeSet<&str> = table.iter().map(|(fault, _)| fault.as_str()).collect();
    for wanted in WANTED {
        assert!(named.contains(wanted), "{wanted} is not in the table");
    }
    for (fault, tests) in &table {
        assert!(!tests.is_empty(), "{fault} has no test");
        for test in tests {
            let (module, name) = test.split_once("::").unwrap();
            let code = fs::read_to_string(root().join(format!("tests/it/{module}.rs"))).unwrap();
            assert!(code.contains(&format!("fn {name}(")), "{fault}: {test} does not exist");
        }
    }
}

#[test]
fn a_template_with_a_fault_is_named_by_check_config() {
    let folder = tempfile::tempdir().unwrap();
    let dictionaries = folder.path().join("dictionaries");
    copy(&root().join("dictionaries"), &dictionaries);
    let file = folder.path().join("clarion.toml");
    fs::write(&file, format!("[dictionaries]\nfolder = {:?}\n", dictionaries.display().to_string())).unwrap();
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
        let output = command.args(["check-config", "--config"]).arg(&file).stdin(Stdio::null()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (well, said) = check();
    assert!(well, "{said}");
    let draft = dictionaries.join("casework/draft.toml");
    let text = fs::read_to_string(&draft).unwrap();
    fs::write(&draft, text.replacen("有關{媒體}", "有關{報社}", 1)).unwrap();
    let (well, said) = check();
    assert!(!well && said.contains("casework/draft.toml") && said.contains("{報社}"), "{said}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
