//! The program as its operator meets it: exit codes, signals, a crash.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use clarion::clock::{Clock, SystemClock};
use tempfile::TempDir;

fn clarion() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
    command.stdin(Stdio::null()).env_remove("NOTIFY_SOCKET");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

/// Waits for the end of a process, but not for ever.
fn end(child: &mut Child) -> Option<i32> {
    let begun = SystemClock::start();
    while begun.monotonic() < Duration::from_secs(30) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("the process did not end within 30 s");
}

/// A daemon that watches a folder, on free ports.
struct Daemon {
    child: Child,
    console: String,
}

impl Daemon {
    fn start(config: &Path) -> Self {
        let mut child = clarion()
            .args(["run", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let console = line.split_whitespace().nth(1).unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        Self { child, console }
    }

    async fn page(&self, path: &str) -> String {
        reqwest::get(format!("{}{path}", self.console)).await.unwrap().text().await.unwrap()
    }

    /// How many reports the list counts; none while there are none.
    async fn total(&self) -> u64 {
        let page = self.page("/?scope=all&stories=apart").await;
        let count = page.split_once("data-total=\"").and_then(|(_, rest)| rest.split_once('"'));
        count.map_or(0, |(digits, _)| digits.parse().unwrap())
    }

    /// Waits until more reports are there than `before`.
    async fn until_more_than(&self, before: u64) -> u64 {
        let begun = SystemClock::start();
        loop {
            let total = self.total().await;
            if total > before {
                return total;
            }
            assert!(begun.monotonic() < Duration::from_secs(30), "still {total} reports");
            tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_millis(20)).await;
        }
    }

    /// Waits until a page holds all of these words.
    async fn until(&self, path: &str, words: &[&str]) -> String {
        let begun = SystemClock::start();
        loop {
            let page = self.page(path).await;
            if words.iter().all(|word| page.contains(word)) {
                return page;
            }
            assert!(begun.monotonic() < Duration::from_secs(30), "{words:?} are not on {path}:\n{page}");
            tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration with one folder source, in a folder of its own.
fn site() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inbox")).unwrap();
    let config = folder.path().join("clarion.toml");
    let here = folder.path().display();
    let written = format!(
        "[database]\nurl = \"sqlite:{here}/clarion.db\"\n[http]\nlisten = \"127.0.0.1:0\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n\
         [auth]\nrequired = false\n\
         [[source]]\nid = \"inbox\"\nname = \"匯入資料夾\"\nkind = \"folder\"\npath = \"{here}/inbox\"\ninterval_seconds = 1\n"
    );
    std::fs::write(&config, written).unwrap();
    (folder, config)
}

fn drop_rows(folder: &TempDir, file: &str, ids: std::ops::Range<u32>) {
    let rows: Vec<String> = ids
        .map(|n| {
            format!(
                "{{\"id\":\"r{n}\",\"title\":\"鳳山區第{n}號路燈不亮\",\"text\":\"鳳山區民眾抱怨，編號{n}的路燈連續三晚不亮，\
                 里民晚上出門只能摸黑走路。\",\"outlet\":\"木棉日報\",\"published_at\":\"2026-03-17T08:00:00+08:00\"}}\n"
            )
        })
        .collect();
    let path = folder.path().join("inbox").join(file);
    std::fs::write(path.with_extension("part"), rows.concat()).unwrap();
    std::fs::rename(path.with_extension("part"), path).unwrap();
}

#[test]
fn a_faulty_configuration_is_named_with_its_line_and_exit_code_78() {
    let (folder, config) = site();
    let faulty = std::fs::read_to_string(&config).unwrap().replace("interval_seconds", "intervall_seconds");
    std::fs::write(&config, faulty).unwrap();
    for command in ["run", "check-config"] {
        let Output { status, stderr, .. } = clarion().args([command, "--config"]).arg(&config).output().unwrap();
        let stderr = text(&stderr);
        assert_eq!(status.code(), Some(78), "{stderr}");
        assert!(
            stderr.contains("clarion.toml:14: unknown key \"intervall_seconds\"; did you mean \"interval_seconds\"?"),
            "{stderr}"
        );
    }
    drop(folder);
}

#[test]
fn an_official_source_is_read_whole_and_its_agency_is_looked_up() {
    let (folder, config) = site();
    let plain = std::fs::read_to_string(&config).unwrap();
    let check = |lines: &str| {
        std::fs::write(&config, format!("{plain}\n{lines}\n")).unwrap();
        let output = clarion().args(["check-config", "--config"]).arg(&config).output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, said, _) = check("official = \"高雄市政府水利局\"");
    assert_eq!(code, Some(0));
    assert!(said.contains("1 official; no fault found") && !said.contains("no agency of the dictionaries"), "{said}");
    let (code, said, _) = check("official = \"水利署\"");
    assert_eq!(code, Some(0));
    assert!(said.contains("\"水利署\" is no agency of the dictionaries"), "{said}");
    let (code, _, complaint) = check("official = \"高雄市政府\"\npolicy = \"headline\"");
    assert_eq!(code, Some(78), "{complaint}");
    assert!(complaint.contains("an official source needs policy full"), "{complaint}");
    drop(folder);
}

#[test]
fn wrong_usage_is_exit_code_2() {
    assert_eq!(clarion().args(["run", "--colour"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_taken_port_is_a_clear_error_and_exit_code_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = clarion().args(["demo", "--port", &port, "--metrics-port", "0"]).output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}; is the port taken?")), "{stderr}");
}

#[test]
fn robots_says_allow_or_deny() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("robots.txt");
    std::fs::write(&file, "User-agent: *\nDisallow: /private\n").unwrap();
    let ask = |url: &str| {
        let output = clarion().arg("robots").arg(&file).args(["--agent", "Clarion", url]).output().unwrap();
        (text(&output.stdout), output.status.code())
    };
    assert_eq!(ask("https://a.example/news/1"), ("allow\n".into(), Some(0)));
    assert_eq!(ask("https://a.example/private/1"), ("deny\n".into(), Some(0)));
}

#[test]
fn a_page_is_extracted_as_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let body = "鳳山區五甲二路整排路燈連續三晚不亮，里民晚上出門只能摸黑走路，工務局表示今天入夜前恢復照明。";
    let page = format!(
        "<html lang=\"zh-Hant\"><title>路燈不亮</title><article><h1>路燈不亮</h1><p>{body}</p></article></html>"
    );
    std::fs::write(&file, page).unwrap();
    let output = clarion().arg("extract").arg(&file).args(["--url", "https://a.example/1"]).output().unwrap();
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let expect = [
        "url",
        "canonical_url",
        "title",
        "byline",
        "outlet",
        "published_at",
        "updated_at",
        "text",
        "charset",
        "language",
        "text_bytes",
    ];
    assert_eq!(keys, expect);
    assert_eq!((object["title"].as_str(), object["text"].as_str()), (Some("路燈不亮"), Some(body)));
    assert_eq!(object["text_bytes"].as_u64(), Some(body.len() as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_takes_over_new_sources_and_keeps_the_old_ones_when_the_file_is_wrong() {
    clarion::fetch::install_tls();
    let (folder, config) = site();
    let mut daemon = Daemon::start(&config);
    daemon.until("/sources", &["匯入資料夾"]).await;
    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, good.clone() + "[[source]]\nid = \"broken\"\n").unwrap();
    signal(&daemon.child, "-HUP");
    drop_rows(&folder, "a.jsonl", 0..1);
    daemon.until("/?scope=all", &["第0號"]).await;
    let more = "[[source]]\nid = \"second\"\nname = \"第二個來源\"\nkind = \"feed\"\nurl = \"https://b.invalid/\"\n";
    std::fs::write(&config, good + more).unwrap();
    signal(&daemon.child, "-HUP");
    daemon.until("/sources", &["匯入資料夾", "第二個來源"]).await;
    signal(&daemon.child, "-TERM");
    assert_eq!(end(&mut daemon.child), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_daemon_goes_on_where_it_was_and_stores_nothing_twice() {
    clarion::fetch::install_tls();
    let (folder, config) = site();
    let mut seen = 0;
    for round in 0..4_u32 {
        let mut daemon = Daemon::start(&config);
        drop_rows(&folder, &format!("{round}.jsonl"), round * 40..round * 40 + 40);
        // The first of a round, or what an earlier one left: the daemon dies with the rest still to be read.
        seen = daemon.until_more_than(seen).await;
        signal(&daemon.child, "-KILL");
        daemon.child.wait().unwrap();
    }
    let daemon = Daemon::start(&config);
    drop_rows(&folder, "last.jsonl", 1000..1010);
    daemon.until("/?scope=all&stories=apart", &["共 <strong>170</strong> 則"]).await;
    drop(daemon);
    let metrics = std::sync::Arc::new(clarion::metrics::Metrics::new().unwrap());
    let url = format!("sqlite:{}", folder.path().join("clarion.db").display());
    let store = clarion::store::Store::open(&url, metrics).await.unwrap();
    let every = clarion::store::Filter { singly: true, ..Default::default() };
    let mut titles = Vec::new();
    let mut after = None;
    loop {
        let page = store.reports(&every, after, 100).await.unwrap();
        titles.extend(page.rows.into_iter().map(|row| row.title));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 170, "everything is there once");
}

#[test]
fn systemd_is_told_of_the_start_of_life_and_of_the_end() {
    let (folder, config) = site();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut child = clarion()
        .args(["run", "--config"])
        .arg(&config)
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "30000000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut hear = |words: &str| {
        while !told.contains(words) {
            let mut message = [0; 512];
            let length = socket.recv(&mut message).unwrap_or_else(|error| panic!("no {words} after {told:?}: {error}"));
            told.push_str(&text(&message[..length]));
        }
    };
    hear("READY=1");
    hear("WATCHDOG=1");
    signal(&child, "-TERM");
    hear("STOPPING=1");
    assert_eq!(end(&mut child), Some(0));
}

/// What a command prints on standard output, line by line, as JSON.
fn printed(arguments: &[&str], config: &Path) -> (Vec<serde_json::Value>, Option<i32>, String) {
    let output = clarion().args(arguments).arg("--config").arg(config).output().unwrap();
    let lines = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, output.status.code(), text(&output.stderr))
}

#[test]
fn accounts_are_looked_after_from_the_command_line() {
    let (_folder, config) = site();
    let add = ["user", "add", "wang", "--person", "王小明", "--role", "admin", "--role", "duty_officer"];
    let (added, code, stderr) = printed(&add, &config);
    assert_eq!(code, Some(0), "{stderr}");
    let (link, token) = (added[0]["link"].as_str().unwrap(), added[0]["token"].as_str().unwrap());
    assert_eq!((link, token.len()), (format!("/setup/{token}").as_str(), 64));
    assert!(
        !text(&std::fs::read(config.with_file_name("clarion.db")).unwrap()).contains(token),
        "only its hash is kept"
    );
    let (_, code, stderr) = printed(&add, &config);
    assert!(code == Some(1) && stderr.contains("there is an account wang already"), "{stderr}");
    let contact = ["user", "add", "chen", "--person", "陳大文", "--role", "agency_contact"];
    let (_, code, stderr) = printed(&contact, &config);
    assert!(code == Some(1) && stderr.contains("an agency_contact needs an agency"), "{stderr}");
    assert_eq!(printed(&[&contact[..], &["--agency", "高雄市政府工務局"]].concat(), &config).1, Some(0));
    let (_, code, stderr) = printed(&["user", "add", "lin", "--person", "林", "--role", "king"], &config);
    assert!(code == Some(2) && stderr.contains("write one of duty_officer"), "{stderr}");

    let (_, code, stderr) = printed(&["user", "disable", "wang"], &config);
    assert!(code == Some(1) && stderr.contains("wang is the last admin"), "{stderr}");
    assert_eq!(printed(&["user", "disable", "chen"], &config).1, Some(0));
    let (again, ..) = printed(&["user", "reset", "wang"], &config);
    assert_ne!(again[0]["token"].as_str(), Some(token));
    let (list, ..) = printed(&["user", "list"], &config);
    assert_eq!((list.len(), &list[0]["state"], &list[1]["state"]), (2, &"disabled".into(), &"invited".into()));
    assert_eq!(list[1]["roles"], serde_json::json!(["duty_officer", "admin"]));

    let (head, ..) = printed(&["audit", "head"], &config);
    assert_eq!((&head[0]["seq"], &head[0]["count"]), (&4.into(), &4.into()));
    let anchor = config.with_file_name("anchor.json");
    std::fs::write(&anchor, head[0].to_string()).unwrap();
    let verify = ["audit", "verify", "--anchor", anchor.to_str().unwrap()];
    let (verdict, code, _) = printed(&verify, &config);
    assert_eq!((code, &verdict[0]["ok"], &verdict[0]["rows"]), (Some(0), &true.into(), &4.into()));
    let (seq, hash) = (5, "0".repeat(64));
    std::fs::write(&anchor, serde_json::json!({ "seq": seq, "hash": hash }).to_string()).unwrap();
    let (verdict, code, _) = printed(&verify, &config);
    assert_eq!((code, &verdict[0]["ok"], &verdict[0]["row"]), (Some(1), &false.into(), &5.into()));
    std::fs::write(&anchor, "no anchor").unwrap();
    let (_, code, stderr) = printed(&verify, &config);
    assert!(code == Some(1) && stderr.contains("is no anchor"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_offers_the_first_account_once() {
    clarion::fetch::install_tls();
    let (_folder, config) = site();
    let closed = std::fs::read_to_string(&config).unwrap().replace("required = false", "required = true");
    std::fs::write(&config, closed).unwrap();
    let start = || {
        let mut command = clarion();
        command.args(["run", "--config"]).arg(&config).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut child = start();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut word = |at: &str| {
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains(at)).unwrap();
        line.split_whitespace().find(|word| word.contains(at)).unwrap().to_owned()
    };
    let (console, door) = (word("http://"), word("/setup/"));
    assert!(door.starts_with(&console), "{door}");
    let page = reqwest::get(&door).await.unwrap().text().await.unwrap();
    assert!(page.contains("<code>admin</code>"), "{page}");
    assert_eq!(reqwest::get(&console).await.unwrap().status().as_u16(), 401);
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let (_, token) = door.split_once("/setup/").unwrap();
    let log = text(&output.stderr);
    assert!(log.contains("there is no account yet") && !log.contains(token), "{log}");

    let mut child = start();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    signal(&child, "-TERM");
    assert!(line.contains("console") && !text(&child.wait_with_output().unwrap().stderr).contains("no account yet"));
}
