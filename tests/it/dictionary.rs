//! The built-in dictionaries are fit for use, and a folder replaces them.

use std::{fs, path::Path};

use clarion::{
    dictionary::{Dictionaries, check},
    pipeline::Analyzer,
    text::Segmenter,
};

const BUILT_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries");

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

#[test]
fn the_built_in_dictionaries_have_no_fault() {
    let city = Dictionaries::embedded().unwrap();
    let segmenter = Segmenter::new(&city);
    let faults = check(&city, |text| {
        segmenter.segment(text).iter().map(|word| word.span.of(text).unwrap().to_owned()).collect()
    });
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_service_is_recognised_by_its_golden_sentence() {
    let city = Dictionaries::embedded().unwrap();
    let analyzer = Analyzer::new(&city).unwrap();
    for service in &city.services {
        let found = analyzer.analyse("", &service.golden, None).services;
        assert_eq!(found.first().map(|best| &best.name), Some(&service.id), "{}", service.golden);
    }
}

#[test]
fn a_folder_with_the_same_files_is_the_same_version() {
    let built_in = Dictionaries::embedded().unwrap();
    let folder = Dictionaries::load(Path::new(BUILT_IN)).unwrap();
    assert_eq!(built_in, folder);
    assert!(built_in.version.len() == 12 && built_in.version.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn a_changed_word_is_another_version() {
    let dir = tempfile::tempdir().unwrap();
    copy_folder(Path::new(BUILT_IN), dir.path());
    let stopwords = dir.path().join("stopwords.txt");
    let more = format!("{}然則\n", fs::read_to_string(&stopwords).unwrap());
    fs::write(&stopwords, more).unwrap();
    assert_ne!(Dictionaries::load(dir.path()).unwrap().version, Dictionaries::embedded().unwrap().version);
}

#[test]
fn a_missing_file_and_a_broken_row_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = Dictionaries::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("agencies.toml") && error.contains("must hold every file"), "{error}");

    copy_folder(Path::new(BUILT_IN), dir.path());
    fs::write(dir.path().join("places/villages.tsv"), "district\tvillage\n鳳山區\n").unwrap();
    let error = Dictionaries::load(dir.path()).unwrap_err().to_string();
    assert!(error.starts_with("places/villages.tsv line 2"), "{error}");
}

#[test]
fn faults_of_an_edited_folder_are_found() {
    let mut city = Dictionaries::embedded().unwrap();
    city.services[0].agencies = vec!["高雄市政府無此局".into()];
    city.services[1].words.insert(0, "龘龘".into());
    let twice = city.services[2].words[0].clone();
    city.services[3].words.push(twice.clone());
    let faults: Vec<String> = check(&city, |text| vec![text.to_owned()]).iter().map(ToString::to_string).collect();
    for expected in ["高雄市政府無此局", "龘龘", twice.as_str()] {
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}");
    }
}

#[test]
fn a_lead_that_nobody_can_follow_is_a_fault() {
    let mut city = Dictionaries::embedded().unwrap();
    let service = city.services.iter_mut().find(|service| service.leads.len() > 1).unwrap();
    let word = service.leads[0].words[0].clone();
    service.leads[1].words = vec![word.clone()];
    service.leads[0].unit = Some("無此科".into());
    let unknown = city.services.iter_mut().rfind(|service| !service.leads.is_empty()).unwrap();
    unknown.leads[0].agency = "無此機關".into();
    let faults: Vec<String> = check(&city, |text| vec![text.to_owned()]).iter().map(ToString::to_string).collect();
    for expected in [&format!("lead by {word}"), "with 無此科", "lets 無此機關 lead"] {
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}");
    }
}
