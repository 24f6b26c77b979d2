//! Holds the tables of ARCHITECTURE.md: who may name whom, who may touch the world, which crate lives where, and how
//! long a file may be. A new edge fails here before it becomes a habit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use proc_macro2::{TokenStream, TokenTree};

/// Lines of a file before its tests.
const LONGEST_FILE: usize = 500;

/// One row of the module table.
#[derive(Debug, Default)]
struct Row {
    may_name: BTreeSet<String>,
    pure: bool,
}

/// One file of the crate: its module and its tokens, without its tests.
struct File {
    path: PathBuf,
    module: String,
    code: String,
}

#[test]
fn every_import_is_in_the_table() {
    let (table, files) = (modules(), files());
    let mut faults = Vec::new();
    for file in &files {
        faults.extend(forbidden_imports(&table, file));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_pure_module_touches_nothing_outside() {
    let table = modules();
    let faults: Vec<String> = files().iter().flat_map(|file| io_in_pure_module(&table, file)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_fenced_crate_stays_in_its_home() {
    let fences = fences();
    assert!(fences.contains_key("sqlx") && fences.contains_key("jieba_rs"), "{fences:?}");
    let faults: Vec<String> = files().iter().flat_map(|file| escaped_crates(&fences, file)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_module_map_is_true() {
    let written: BTreeSet<String> = modules().into_keys().collect();
    let there: BTreeSet<String> = files().into_iter().map(|file| file.module).filter(|m| m != "lib").collect();
    assert_eq!(written, there, "the table of ARCHITECTURE.md (left) and src/ (right) must name the same modules");
}

#[test]
fn no_file_is_longer_than_the_limit() {
    let long: Vec<String> = files()
        .iter()
        .map(|file| (file.code.lines().count(), file))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, file)| format!("{lines} lines  {}", file.path.display()))
        .collect();
    assert!(long.is_empty(), "split by noun:\n{}", long.join("\n"));
}

#[test]
fn migrations_come_in_pairs() {
    let names = |folder: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("migrations").join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn planted_faults_are_found() {
    let table = modules();
    let plant = |module: &str, code: &str| File { path: "planted.rs".into(), module: module.into(), code: code.into() };
    for (module, code) in [
        ("domain", "use crate::store::Store;"),
        ("extract", "use crate::{domain::Page, fetch::Fetcher};"),
        ("text", "fn f() { let _ = crate::web::console; }"),
        ("store", "fn f() { println!(\"{:?}\", crate::config::Config::default()); }"),
    ] {
        assert_eq!(forbidden_imports(&table, &plant(module, code)).len(), 1, "{code}");
    }
    assert!(forbidden_imports(&table, &plant("extract", "use crate::{domain::{Entry, Page}};")).is_empty());
    for (module, code) in [
        ("classify", "fn f() { std::fs::read(\"x\"); }"),
        ("sources", "use std::{fmt, net::TcpStream};"),
        ("domain", "use tokio::sync::Mutex;"),
    ] {
        assert_eq!(io_in_pure_module(&table, &plant(module, code)).len(), 1, "{code}");
    }
    assert!(io_in_pure_module(&table, &plant("store", "use tokio::fs;")).is_empty());
    let fences = fences();
    assert_eq!(escaped_crates(&fences, &plant("web", "fn f() { sqlx::query(\"SELECT 1\"); }")).len(), 1);
    assert!(escaped_crates(&fences, &plant("store", "use sqlx::Row;")).is_empty());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table that begins with `header` in ARCHITECTURE.md, as cells.
fn table(header: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| !line.starts_with(header))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table that begins with {header}");
    rows
}

/// The names in backquotes in a cell.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn modules() -> BTreeMap<String, Row> {
    let mut modules = BTreeMap::new();
    for cells in table("| module | may name |") {
        for module in names(&cells[0]) {
            modules.insert(module, Row { may_name: names(&cells[1]), pure: cells[2] == "no" });
        }
    }
    modules
}

fn fences() -> BTreeMap<String, BTreeSet<String>> {
    table("| crate | only in |")
        .into_iter()
        .flat_map(|cells| names(&cells[0]).into_iter().map(|name| (name, names(&cells[1]))).collect::<Vec<_>>())
        .collect()
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && path.file_name().is_some_and(|n| n != "tests.rs") {
                let inside = path.strip_prefix(root().join("src")).unwrap().to_path_buf();
                let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
                found.push(File { path: inside, module: first.trim_end_matches(".rs").to_owned(), code });
            }
        }
    }
    assert!(found.len() > 30, "only {} files were found", found.len());
    found
}

fn forbidden_imports(table: &BTreeMap<String, Row>, file: &File) -> Vec<String> {
    let Some(row) = table.get(&file.module) else { return Vec::new() };
    if row.may_name.contains("*") {
        return Vec::new();
    }
    let own = |name: &String| *name == file.module || row.may_name.contains(name);
    after("crate", &file.code)
        .into_iter()
        .filter(|name| !own(name) && table.contains_key(name))
        .map(|name| format!("{}: {} may not name {name}", file.path.display(), file.module))
        .collect()
}

fn io_in_pure_module(table: &BTreeMap<String, Row>, file: &File) -> Vec<String> {
    if !table.get(&file.module).is_some_and(|row| row.pure) {
        return Vec::new();
    }
    let std = ["fs", "net", "process", "env", "thread", "os"];
    let mut faults: Vec<String> = after("std", &file.code)
        .into_iter()
        .filter(|name| std.contains(&name.as_str()))
        .map(|name| format!("{}: {} is pure and may not use std::{name}", file.path.display(), file.module))
        .collect();
    for outside in ["tokio", "reqwest", "sqlx"] {
        if !after(outside, &file.code).is_empty() {
            faults.push(format!("{}: {} is pure and may not use {outside}", file.path.display(), file.module));
        }
    }
    faults
}

fn escaped_crates(fences: &BTreeMap<String, BTreeSet<String>>, file: &File) -> Vec<String> {
    fences
        .iter()
        .filter(|(_, homes)| !homes.contains(&file.module))
        .filter(|(fenced, _)| !after(fenced, &file.code).is_empty())
        .map(|(fenced, _)| format!("{}: {fenced} does not belong in {}", file.path.display(), file.module))
        .collect()
}

/// What follows `root::` anywhere in the code, inside macros too: `use crate::{a::X, b}` gives `a` and `b`.
fn after(root: &str, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(root, TokenStream::from_str(code).expect("the file is Rust"), &mut found);
    found
}

fn walk(root: &str, tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            walk(root, group.stream(), found);
        }
        let is_root = matches!(token, TokenTree::Ident(ident) if ident == root);
        let is_path = |n: usize| matches!(tokens.get(n), Some(TokenTree::Punct(p)) if p.as_char() == ':');
        let is_inner = at >= 2 && is_path(at - 1) && is_path(at - 2);
        if !is_root || is_inner || !is_path(at + 1) || !is_path(at + 2) {
            continue;
        }
        match tokens.get(at + 3) {
            Some(TokenTree::Ident(name)) => found.push(name.to_string()),
            Some(TokenTree::Group(group)) => found.extend(firsts(group.stream())),
            _ => {}
        }
    }
}

/// The first names of the comma-separated paths in a use group.
fn firsts(group: TokenStream) -> Vec<String> {
    let (mut found, mut fresh) = (Vec::new(), true);
    for token in group {
        match token {
            TokenTree::Ident(name) if fresh => {
                found.push(name.to_string());
                fresh = false;
            }
            TokenTree::Punct(p) if p.as_char() == ',' => fresh = true,
            _ => {}
        }
    }
    found
}
