//! A fake site on loopback that answers what a test tells it to, byte for byte.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

type Answers = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// The site. It answers 404 for what it was not told about.
pub struct Site {
    address: SocketAddr,
    answers: Answers,
    asked: Arc<AtomicUsize>,
    last: Arc<Mutex<String>>,
}

impl Site {
    /// A site with no pages, robots.txt among them.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            answers: Answers::default(),
            asked: Arc::default(),
            last: Arc::default(),
        };
        let (answers, asked, last) = (site.answers.clone(), site.asked.clone(), site.last.clone());
        #[expect(clippy::disallowed_methods, reason = "the fake site ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answers, asked, last) = (answers.clone(), asked.clone(), last.clone());
                #[expect(clippy::disallowed_methods, reason = "the fake site ends with the test's runtime")]
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut piece = [0; 4096];
                    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                        match stream.read(&mut piece).await {
                            Ok(read) if read > 0 => request.extend_from_slice(&piece[..read]),
                            _ => return,
                        }
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    if path != "/robots.txt" {
                        asked.fetch_add(1, Ordering::SeqCst);
                        *last.lock().unwrap() = request;
                    }
                    let answer = answers.lock().unwrap().get(&path).cloned();
                    let answer = answer.unwrap_or_else(|| whole("404 Not Found", "text/plain", b"nothing here"));
                    if answer.is_empty() {
                        std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        site
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// Answers `path` with a body of this type and 200.
    pub fn serve(&self, path: &str, content_type: &str, body: impl AsRef<[u8]>) {
        self.answer(path, whole("200 OK", content_type, body.as_ref()));
    }

    /// Answers `path` with these bytes, head included; with none, the visitor is left waiting.
    pub fn answer(&self, path: &str, bytes: Vec<u8>) {
        self.answers.lock().unwrap().insert(path.to_owned(), bytes);
    }

    /// Requests so far, robots.txt left out.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// The last request as it came.
    pub fn last_request(&self) -> String {
        self.last.lock().unwrap().clone()
    }
}

/// A whole answer with its head.
pub fn whole(status: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
