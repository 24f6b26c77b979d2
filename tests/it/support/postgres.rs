//! One throw-away PostgreSQL for all tests, on a Unix socket in a temporary folder. It ends with the test process: a
//! shell holds the reading end of a pipe and stops the server when the pipe closes.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AnyConnection, Connection};
use tokio::sync::OnceCell;

/// Initialises a cluster, runs it until standard input closes, and removes it. `$1` is the folder, `$2` the programs'.
const SERVER: &str = r#"
set -e
mkdir -p "$1"
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then chown postgres "$1"; as() { runuser -u postgres -- "$@"; }; fi
as "$2/initdb" --pgdata="$1/data" --auth=trust --username=clarion --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$1.log" 2>&1
as "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c max_connections=300 >>"$1.log" 2>&1 &
server=$!
for _ in $(seq 150); do
    if as "$2/pg_isready" -q -h "$1" -U clarion; then echo ready; break; fi
    kill -0 $server 2>/dev/null || break
    sleep 0.2
done
cat >/dev/null || true
as "$2/pg_ctl" stop -D "$1/data" -m immediate >/dev/null 2>&1 || true
rm -rf "$1" "$1.log"
"#;

struct Server {
    folder: PathBuf,
    /// Its standard input stays open as long as this process lives.
    _shell: Child,
}

/// The address of a new, empty database.
pub(super) async fn database() -> String {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(|| async { start() }).await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&address(server, "postgres")).await.expect("the test server answers");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a database can be made");
    address(server, &name)
}

fn address(server: &Server, database: &str) -> String {
    let folder: String = url::form_urlencoded::byte_serialize(server.folder.to_string_lossy().as_bytes()).collect();
    format!("postgres://clarion@localhost/{database}?host={folder}")
}

fn start() -> Server {
    let programs = programs().expect("PostgreSQL's programs are missing; install the package postgresql");
    let folder = std::env::temp_dir().join(format!("clarion-test-postgres-{}", std::process::id()));
    let mut shell = Command::new("bash")
        .args(["-c", SERVER, "server"])
        .arg(&folder)
        .arg(programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Nobody who reads the output of the tests must wait for the server to end.
        .stderr(Stdio::null())
        .spawn()
        .expect("bash can be run");
    let mut line = String::new();
    BufReader::new(shell.stdout.take().expect("piped")).read_line(&mut line).expect("the shell answers");
    let log = folder.with_extension("log");
    assert_eq!(line, "ready\n", "PostgreSQL did not start: {}", std::fs::read_to_string(log).unwrap_or_default());
    Server { folder, _shell: shell }
}

/// Where Debian keeps the server's programs: the newest version installed.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop()
}
