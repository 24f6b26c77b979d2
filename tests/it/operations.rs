//! What operations installs beside the binary: the unit, the rules, the dashboard and the metrics they name.
//!
//! The judges are the tools an administrator uses. One that is missing fails its test and says what to install.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clarion::metrics::{LABEL_BUDGET, Metrics};
use serde_json::Value;

/// The highest exposure allowed, in tenths as `systemd-analyze` takes it: what systemd-hostnamed has.
const EXPOSURE_LIMIT: &str = "--threshold=15";

/// Words of `PromQL` used in the dashboards, and Grafana's `label_values`. A word that is none of these, no metric and
/// no label is a slip.
const PROMQL: &str = "and by changes count histogram_quantile increase label_values max min on or rate sum time topk \
                      unless vector";

/// Labels that Prometheus adds.
const SCRAPE_LABELS: &[&str] = &["instance", "job", "le"];

#[test]
fn every_panel_can_be_read_without_its_author() {
    for (file, dashboard) in dashboards() {
        assert!(text(&dashboard, "uid").is_some(), "{file}: a fixed uid keeps links alive");
        assert_eq!(dashboard.get("id"), None, "{file}: an id belongs to one installation");
        let mut ids = BTreeSet::new();
        for panel in panels(&dashboard) {
            let title = text(&panel, "title").unwrap_or_else(|| panic!("{file}: a panel without title"));
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{file}: {title}: its id is taken");
            if panel["type"] == "row" {
                continue;
            }
            assert!(text(&panel, "description").is_some(), "{file}: {title}: no description");
            assert!(text(&panel["fieldConfig"]["defaults"], "unit").is_some(), "{file}: {title}: no unit");
            assert!(panel["targets"].as_array().is_some_and(|list| !list.is_empty()), "{file}: {title}: no query");
        }
    }
}

#[test]
fn panels_do_not_lie_on_top_of_each_other() {
    for (file, dashboard) in dashboards() {
        let mut taken = BTreeSet::new();
        for panel in panels(&dashboard) {
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
            assert!(x + w <= 24, "{file}: {} is wider than the grid", panel["title"]);
            for cell in (x..x + w).flat_map(|column| (y..y + h).map(move |line| (column, line))) {
                assert!(taken.insert(cell), "{file}: {} covers another panel", panel["title"]);
            }
        }
    }
}

#[test]
fn a_dashboard_asks_which_data_source_to_use() {
    for (file, dashboard) in dashboards() {
        let mut found = Vec::new();
        each_value(&dashboard, "datasource", &mut |source| found.push(source.clone()));
        assert!(!found.is_empty(), "{file}: no data source at all");
        for source in found {
            let uid = source["uid"].as_str();
            assert!(
                matches!(uid, Some("${datasource}" | "-- Grafana --")),
                "{file}: {source} works on one installation only"
            );
        }
    }
}

#[test]
fn every_word_of_a_query_is_a_metric_a_label_or_promql() {
    let metrics = Metrics::new().unwrap();
    let names = scraped_names(&metrics);
    let labels: BTreeSet<&str> =
        metrics.families().iter().flat_map(|family| family.labels.iter().chain(SCRAPE_LABELS)).copied().collect();
    for (file, dashboard) in dashboards() {
        let mut texts = queries(&dashboard);
        for variable in dashboard["templating"]["list"].as_array().unwrap() {
            if variable["type"] == "query" {
                assert_eq!(variable["definition"], variable["query"]["query"], "{file}: one is shown, the other asked");
                texts.push((text(variable, "name").unwrap(), text(variable, "definition").unwrap()));
            }
        }
        for (place, query) in texts {
            for word in words(&query) {
                let known = names.contains(&word)
                    || labels.contains(word.as_str())
                    || PROMQL.split(' ').any(|known| known == word);
                assert!(known, "{file}: {place}: {word} is unknown in {query}");
            }
        }
    }
}

#[test]
fn the_dashboard_names_every_service_of_the_dictionary() {
    let dictionary = read("dictionaries/services.toml").parse::<toml::Table>().unwrap();
    let (_, dashboard) = dashboards().into_iter().find(|(file, _)| file == "opinion-trends.json").unwrap();
    let mut shown = BTreeSet::new();
    for panel in panels(&dashboard) {
        for rule in panel["fieldConfig"]["overrides"].as_array().into_iter().flatten() {
            for property in rule["properties"].as_array().into_iter().flatten() {
                if property["id"] == "displayName" {
                    shown.insert((rule["matcher"]["options"].to_string(), property["value"].to_string()));
                }
            }
        }
    }
    for service in dictionary["service"].as_array().unwrap() {
        let pair = (Value::from(service["id"].as_str()).to_string(), Value::from(service["name"].as_str()).to_string());
        assert!(shown.contains(&pair), "{pair:?} is shown under another name or by its id");
    }
}

#[test]
fn every_query_of_a_dashboard_parses() {
    let mut rules = String::from("groups:\n  - name: panels\n    rules:\n");
    let mut count = 0;
    for (_, dashboard) in dashboards() {
        for (_, query) in queries(&dashboard) {
            count += 1;
            let expr = Value::from(query);
            writeln!(rules, "      - record: panel:query_{count}\n        expr: {expr}").unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panels.yml");
    fs::write(&path, rules).unwrap();
    run(promtool(&["check", "rules"]).arg(&path));
}

#[test]
fn rules_are_valid_and_behave_as_their_tests_say() {
    run(&mut promtool(&["check", "rules", "grafana/rules/clarion.rules.yml"]));
    run(&mut promtool(&["check", "config", "grafana/prometheus.yml"]));
    run(&mut promtool(&["test", "rules", "grafana/rules/clarion.test.yml"]));
}

#[test]
fn rules_name_only_metrics_that_exist() {
    let names = scraped_names(&Metrics::new().unwrap());
    let rules = read("grafana/rules/clarion.rules.yml");
    let recorded: BTreeSet<String> = after(&rules, "- record: ").map(str::to_owned).collect();
    for file in ["grafana/rules/clarion.rules.yml", "grafana/rules/clarion.test.yml"] {
        for word in words(&read(file)) {
            if word.starts_with("clarion_") {
                assert!(names.contains(&word), "{file}: there is no metric {word}");
            } else if word.starts_with("clarion:") && word.len() > "clarion:".len() {
                assert!(recorded.contains(&word), "{file}: nothing records {word}");
            }
        }
    }
}

#[test]
fn every_alert_says_what_to_do_and_is_tested() {
    let rules = read("grafana/rules/clarion.rules.yml");
    let tests = read("grafana/rules/clarion.test.yml");
    let tested: BTreeSet<&str> = after(&tests, "alertname: ").collect();
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 11, "alerts were lost");
    for alert in alerts {
        let name = alert.lines().next().unwrap();
        assert!(tested.contains(name), "{name} has no unit test");
        for key in ["severity: ", "summary: ", "description: ", "remedy: "] {
            assert!(alert.contains(key), "{name} has no {key}");
        }
    }
}

#[test]
fn the_alert_on_labels_names_the_budget_of_the_code() {
    assert!(read("grafana/rules/clarion.rules.yml").contains(&format!("超過 {LABEL_BUDGET} 種")));
}

#[test]
fn promtool_finds_no_fault_in_any_metric() {
    let metrics = Metrics::new().unwrap();
    touch(&metrics);
    let page = metrics.render().unwrap();
    for family in metrics.families() {
        let line = format!("# TYPE clarion_{} ", family.name);
        assert!(page.contains(&line), "touch() leaves out {}", family.name);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics");
    fs::write(&path, page).unwrap();
    let said = run(promtool(&["check", "metrics"]).stdin(fs::File::open(&path).unwrap()));
    assert_eq!(said, "", "promtool has advice");
}

#[test]
fn the_unit_is_as_closed_as_the_most_closed_ones_of_the_system() {
    let unit = read("systemd/clarion.service");
    let variants = [
        String::new(),
        read("systemd/postgres-user.conf"),
        read("systemd/egress-wall.conf"),
        read("systemd/postgres-user.conf") + &read("systemd/egress-wall.conf"),
    ];
    for drop_ins in variants {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clarion.service");
        fs::write(&path, format!("{unit}\n{drop_ins}")).unwrap();
        run(analyze(&["security", "--offline=true", "--no-pager", EXPOSURE_LIMIT]).arg(&path));
    }
}

#[test]
fn systemd_knows_every_key_of_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clarion.service");
    let drop_ins = folder.path().join("clarion.service.d");
    fs::create_dir(&drop_ins).unwrap();
    // The binary is not installed where tests run, and a command that is not there is itself a fault.
    fs::write(&path, read("systemd/clarion.service").replace("/usr/bin/clarion", "/bin/true")).unwrap();
    for name in ["postgres-user.conf", "egress-wall.conf"] {
        fs::write(drop_ins.join(name), read(&format!("systemd/{name}"))).unwrap();
    }
    let said = run(analyze(&["verify", "--man=no"]).arg(&path));
    // An unknown key is ignored with a warning, which is how a hardening line is lost by a slip of the pen.
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("clarion")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

/// Gives every family a value. A family left out here fails the test that calls it.
fn touch(metrics: &Metrics) {
    metrics.start_source_at_zero("harbour-daily");
    metrics.start_mentions_at_zero(&["streetlight"], &["高雄市政府工務局"], &["鳳山區"], &["港都日報"]);
    metrics.build_info.with_label_values(&["0.1.0", "sqlite"]).set(1);
    metrics.config_last_reload_successful.set(1);
    metrics.config_last_reload_success_timestamp_seconds.set(1.0);
    metrics.source_poll_duration_seconds.with_label_values(&["feed"]).observe(0.2);
    metrics.source_last_success_timestamp_seconds.with_label_values(&["harbour-daily"]).set(1.0);
    metrics.ingest_lag_seconds.observe(90.0);
    metrics.stories_total.inc();
    metrics.story_reports_total.inc();
    metrics.register_last_statement_timestamp_seconds.with_label_values(&["cityhall"]).set(1.0);
    metrics.analysis_duration_seconds.with_label_values(&["segment"]).observe(0.002);
    metrics.analysis_errors_total.with_label_values(&["extract", "too_deep"]).inc();
    metrics.http_requests_total.with_label_values(&["/reports", "GET", "200"]).inc();
    metrics.http_request_duration_seconds.with_label_values(&["/reports"]).observe(0.01);
    metrics.db_query_duration_seconds.with_label_values(&["reports"]).observe(0.001);
    metrics.db_size_bytes.with_label_values(&["main"]).set(4096);
    metrics.db_pool_connections.with_label_values(&["read", "idle"]).set(2);
    metrics.jobs_total.with_label_values(&["upkeep", "ok"]).inc();
    metrics.job_last_success_timestamp_seconds.with_label_values(&["upkeep"]).set(1.0);
    metrics.task_panics_total.with_label_values(&["poll"]).inc();
    let casework = &metrics.casework;
    casework.transitions_total.with_label_values(&["to_verify", "assigned"]).inc();
    casework.stage_duration_seconds.with_label_values(&["to_verify"]).observe(60.0);
    casework.oldest_unassigned_timestamp_seconds.set(1.0);
    casework.notification_delivery_delay_seconds.with_label_values(&["line"]).observe(1.0);
    casework.outbox_messages.with_label_values(&["duty", "waiting"]).set(1);
    casework.channel_quota_remaining_ratio.with_label_values(&["duty-line"]).set(0.9);
    casework.channel_quota_warning_ratio.set(0.2);
    casework.rewrite_duration_seconds.observe(3.0);
    casework.alarms.with_label_values(&["city-alerts"]).set(1);
    casework.alarm_sends_total.with_label_values(&["city-alerts", "accepted"]).inc();
    casework.alarm_last_success_timestamp_seconds.with_label_values(&["city-alerts"]).set(1.0);
    casework.outbox_oldest_pending_timestamp_seconds.with_label_values(&["duty"]).set(1.0);
}

/// Every name a scrape can show: a histogram appears under three.
fn scraped_names(metrics: &Metrics) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["up".to_owned()]);
    for family in metrics.families() {
        let name = format!("clarion_{}", family.name);
        if family.histogram {
            names.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}")));
        } else {
            names.insert(name);
        }
    }
    let page = metrics.render().unwrap();
    names.extend(after(&page, "# TYPE process_").map(|rest| format!("process_{}", rest.split(' ').next().unwrap())));
    names
}

/// The dashboards with their file names.
fn dashboards() -> Vec<(String, Value)> {
    let folder = root().join("grafana/dashboards");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let dashboard = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, dashboard)
        })
        .collect();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

/// All panels, those folded into a row included.
fn panels(dashboard: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    each_value(dashboard, "panels", &mut |list| all.extend(list.as_array().into_iter().flatten().cloned()));
    all
}

/// Each query with the panel or the annotation it stands in, Grafana's intervals filled in.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let mut holders = panels(dashboard);
    each_value(&dashboard["annotations"], "list", &mut |list| holders.extend(list.as_array().unwrap().iter().cloned()));
    let mut found = Vec::new();
    for holder in holders {
        let place = text(&holder, "title").or_else(|| text(&holder, "name")).unwrap_or_default();
        each_value(&holder, "expr", &mut |query| {
            let mut query = query.as_str().unwrap().to_owned();
            for (variable, value) in [("$__rate_interval", "5m"), ("$__interval", "5m"), ("$__range", "1d")] {
                query = query.replace(variable, value);
            }
            found.push((place.clone(), query));
        });
    }
    found
}

/// Calls `with` for every value under `key`, at any depth.
fn each_value(value: &Value, key: &str, with: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key {
                    with(inner);
                }
                each_value(inner, key, with);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| each_value(inner, key, with)),
        _ => {}
    }
}

/// The identifiers of a query: no strings, numbers or durations.
fn words(query: &str) -> Vec<String> {
    let outside: String = query.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    outside
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// What follows `mark` on each line that holds it.
fn after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| Some(line.split_once(mark)?.1.trim()))
}

/// A text under `key`, unless it is empty.
fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path: PathBuf = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn promtool(arguments: &[&str]) -> Command {
    tool("promtool", arguments)
}

fn analyze(arguments: &[&str]) -> Command {
    tool("systemd-analyze", arguments)
}

fn tool(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    command
}

/// What the tool said. Fails with those words, or with what to install when it is not there.
fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}; `make tools` installs Debian's prometheus and systemd"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    said
}
