//! robots.txt: the published cases, when they are there, and the shape of the score.

use std::{fs, path::Path};

use clarion::eval::robots::score;

#[test]
fn every_published_case_is_decided_as_expected() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/robots");
    if !dir.is_dir() {
        println!("{} is not there: real-data check not made", dir.display());
        return;
    }
    let score = score(&dir).unwrap();
    assert!(score.google.total >= 140 && score.real_files.total >= 64, "{score:#?}");
    assert_eq!(score.wrong, Vec::<String>::new());
}

#[test]
fn a_score_counts_decisions_and_delays_and_names_what_went_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    file("site.txt", "user-agent: *\ndisallow: /x\ncrawl-delay: 3\n");
    file(
        "google_cases.jsonl",
        "{\"test\":\"own\",\"robots_txt\":\"user-agent: a\\ndisallow: /\",\"user_agent\":\"a\",\"url\":\"/\",\"allowed\":false}\n\
         {\"test\":\"wrong\",\"robots_txt\":\"\",\"user_agent\":\"a\",\"url\":\"/\",\"allowed\":false}\n",
    );
    file(
        "real_file_cases.jsonl",
        "{\"test\":\"delay\",\"robots_file\":\"site.txt\",\"user_agent\":\"a\",\"crawl_delay\":3.0}\n\
         {\"test\":\"rule\",\"robots_file\":\"site.txt\",\"user_agent\":\"a\",\"url\":\"http://a.tw/x\",\"allowed\":false}\n",
    );
    let score = score(dir.path()).unwrap();
    assert_eq!((score.google.total, score.google.right), (2, 1));
    assert_eq!(score.wrong, ["google_cases.jsonl:2 wrong a /"]);
    assert_eq!((score.real_files.total, score.real_files.right), (2, 2));
    fs::write(dir.path().join("google_cases.jsonl"), "{").unwrap();
    assert!(clarion::eval::robots::score(dir.path()).unwrap_err().to_string().contains("google_cases.jsonl:1"));
}
