//! A real Alertmanager on loopback, which keeps nothing from one start to the next, as a lost disk would have it.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use clarion::clock::{Clock, SystemClock};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

/// What is missing when it cannot be run.
const MISSING: &str = "Alertmanager is missing; `make tools` installs Debian's prometheus-alertmanager";

/// The server. It ends with this value.
pub struct Alertmanager {
    folder: TempDir,
    port: u16,
    starts: u32,
    child: Child,
}

impl Alertmanager {
    /// A server that tells `hook` at once of every alert that begins or ends, and of none twice within an hour.
    pub async fn start(hook: &Url) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}\n\
             receivers:\n  - name: hook\n    webhook_configs: [{{url: '{hook}', send_resolved: true}}]\n"
        );
        std::fs::write(folder.path().join("alertmanager.yml"), config).unwrap();
        // Free a moment ago; nobody else on this machine asks for it meanwhile.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = spawn(folder.path(), port, 1);
        let server = Self { folder, port, starts: 1, child };
        server.ready().await;
        server
    }

    pub fn url(&self) -> Url {
        format!("http://127.0.0.1:{}/", self.port).parse().unwrap()
    }

    /// Kills it and starts it anew on the same port with nothing kept.
    pub async fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.starts += 1;
        self.child = spawn(self.folder.path(), self.port, self.starts);
        self.ready().await;
    }

    /// It takes connections and answers nothing, as behind a network that is cut.
    pub fn cut_off(&self) {
        self.signal("-STOP");
    }

    /// The network is back.
    pub fn reach_again(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// The alerts of this name that burn, as amtool shows them.
    pub fn active(&self, name: &str) -> Vec<Value> {
        let output = self.ask(&["alert", "query", "-o", "json", &format!("alertname={name}")]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// The numbers of the cases that burn, in their order.
    pub fn cases(&self) -> Vec<String> {
        let label = |alert: &Value| alert["labels"]["case"].as_str().unwrap().to_owned();
        let mut cases: Vec<String> = self.active("ClarionCase").iter().map(label).collect();
        cases.sort();
        cases
    }

    fn ask(&self, arguments: &[&str]) -> std::process::Output {
        Command::new("amtool")
            .args(arguments)
            .arg(format!("--alertmanager.url={}", self.url()))
            .output()
            .expect(MISSING)
    }

    async fn ready(&self) {
        let clock = SystemClock::start();
        for _ in 0..100 {
            if self.ask(&["alert", "query"]).status.success() {
                return;
            }
            clock.sleep(Duration::from_millis(100)).await;
        }
        panic!("Alertmanager does not answer on port {}", self.port);
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        // A process that was stopped is ended by this signal all the same.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path, port: u16, start: u32) -> Child {
    Command::new("prometheus-alertmanager")
        .current_dir(folder)
        .arg("--config.file=alertmanager.yml")
        .arg(format!("--storage.path=data-{start}"))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(["--cluster.listen-address=", "--log.level=error"])
        .stdout(Stdio::null())
        .spawn()
        .expect(MISSING)
}
