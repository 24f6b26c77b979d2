//! The demo as a newcomer meets it: a real process, a real Prometheus, a real browser.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use clarion::clock::{Clock, SystemClock};
use serde_json::Value;

/// The demo on free ports, killed at the end of the test.
struct Demo {
    child: Child,
    console: String,
    metrics: String,
}

impl Demo {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clarion"))
            .args(["demo", "--port", "0", "--metrics-port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |name: &str| {
            let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains(name)).unwrap();
            line.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned()
        };
        let (console, metrics) = (address("主控台"), address("指標"));
        // The status lines go on; somebody must read them.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, console, metrics }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn get(url: &str) -> Option<String> {
    clarion::fetch::install_tls();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
    client.get(url).send().await.ok()?.text().await.ok()
}

/// Asks until `good` says so.
async fn until(url: &str, most: Duration, good: impl Fn(&str) -> bool) -> String {
    let begun = SystemClock::start();
    let mut last = String::new();
    while begun.monotonic() < most {
        if let Some(text) = get(url).await {
            if good(&text) {
                return text;
            }
            last = text;
        }
        tokio::time::sleep_until(tokio::time::Instant::now() + Duration::from_millis(200)).await;
    }
    panic!("{url} did not answer as hoped within {most:?}: {last}");
}

#[test]
fn the_staged_day_plays_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_clarion"))
        .args(["demo", "--port", "0", "--metrics-port", "0", "--for", "90s", "--report"])
        .arg(&report)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["ok"], true, "{report:#}");
    assert!(report["reports"].as_u64() >= Some(120), "{report:#}");
    let told = &report["misreports"];
    assert!(told["staged"].as_u64() >= Some(8), "{told}");
    assert_eq!((&told["found"], told["wrong"].as_u64()), (&told["staged"], Some(0)), "{report:#}");
    let names: Vec<&str> =
        report["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    for step in [
        "first_report",
        "opening",
        "source_degraded",
        "source_recovered",
        "all_reports",
        "misreports",
        "side_by_side",
        "search",
        "log_in",
        "metrics",
    ] {
        assert!(names.contains(&step), "{step} is not in {names:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_sees_reports_in_the_browser_and_figures_in_prometheus() {
    let demo = Demo::start();
    let page = until(&demo.console, Duration::from_secs(10), |page| page.contains("/reports/")).await;
    assert!(page.contains("輿情清單"));
    check_prometheus(&demo).await;
    check_browser(&demo).await;
}

/// A real Prometheus with the shipped rules scrapes the daemon and finds its figures.
async fn check_prometheus(demo: &Demo) {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = demo.metrics.trim_start_matches("http://").trim_end_matches("/metrics");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/grafana/rules/clarion.rules.yml");
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{rules}']\nscrape_configs:\n  \
         - job_name: clarion\n    static_configs: [{{targets: ['{target}']}}]\n"
    );
    let path = folder.path().join("prometheus.yml");
    std::fs::write(&path, config).unwrap();
    let mut prometheus = Command::new("prometheus")
        .arg(format!("--config.file={}", path.display()))
        .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--log.level=error")
        .spawn()
        .expect("Prometheus is missing; install the package prometheus");
    let base = format!("http://127.0.0.1:{port}/api/v1");
    let ask = |query: &str| format!("{base}/query?query={query}");
    let most = Duration::from_mins(1);
    until(&ask("up{job=\"clarion\"}"), most, |text| text.contains(",\"1\"]")).await;
    until(&ask("sum(clarion_mentions_total)>10"), most, |text| text.contains("\"value\"")).await;
    let rules = until(&format!("{base}/rules"), most, |text| {
        text.contains("\"health\":\"ok\"") && !text.contains("\"health\":\"unknown\"")
    })
    .await;
    assert!(!rules.contains("\"health\":\"err\""), "{rules}");
    prometheus.kill().unwrap();
    prometheus.wait().unwrap();
}

/// Headless Chromium shows the pages at desk and phone width without a line that is too wide, and its console stays
/// silent, which includes violations of the content security policy.
async fn check_browser(demo: &Demo) {
    let profile = tempfile::tempdir().unwrap();
    let report = get(&demo.console).await.unwrap();
    let link = report.split("href=\"").find(|part| part.starts_with("/reports/01")).unwrap();
    // The link to the story on the page scrolls, and a picture is taken of what is above.
    let report = link.split(['"', '#']).next().unwrap();
    let facts = get(&format!("{}facts", demo.console)).await.unwrap();
    let fact = facts.split("href=\"").find(|part| part.starts_with("/facts/01")).unwrap();
    let fact = fact.split('"').next().unwrap();
    for path in ["/", "/?check=doubtful", "/sources", "/login", "/facts", fact, report] {
        for width in [1280, 390] {
            let picture = profile.path().join("page.png");
            let output = Command::new("chromium")
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
                .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
                .args(["--enable-logging=stderr", "--v=0", "--lang=zh-TW"])
                .arg(format!("--user-data-dir={}", profile.path().join("chromium").display()))
                .arg(format!("--screenshot={}", picture.display()))
                .arg(format!("--window-size={width},1200"))
                .arg(format!("{}{path}", demo.console.trim_end_matches('/')))
                .output()
                .expect("Chromium is missing; install the package chromium");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("CONSOLE"), "{path} at {width}: {said}");
            let bytes = std::fs::metadata(&picture).unwrap().len();
            assert!(bytes > 20_000, "{path} at {width} is an empty picture of {bytes} bytes");
        }
    }
}
