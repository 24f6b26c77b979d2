//! A receiver of notices on loopback: it takes whole requests and answers what a test tells it to, byte for byte.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// The receiver. Answers are given in turn, the last one for ever; an empty one leaves the sender waiting.
pub struct Receiver {
    address: SocketAddr,
    answers: Arc<Mutex<VecDeque<Vec<u8>>>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Taken {
    pub head: String,
    pub body: String,
}

impl Taken {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The path that was asked for.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Receiver {
    /// A receiver that answers with these bytes, heads included.
    pub async fn open(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            taken: Arc::default(),
        };
        let (answers, taken) = (receiver.answers.clone(), receiver.taken.clone());
        #[expect(clippy::disallowed_methods, reason = "the receiver ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = request(&mut stream).await else { continue };
                taken.lock().unwrap().push(request);
                let answer = {
                    let mut answers = answers.lock().unwrap();
                    if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
                };
                let answer = answer.unwrap_or_default();
                #[expect(clippy::disallowed_methods, reason = "the answer ends with the test's runtime")]
                tokio::spawn(async move {
                    if answer.is_empty() {
                        std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// From now on it answers with these bytes.
    pub fn answer(&self, answers: impl IntoIterator<Item = Vec<u8>>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
    }

    /// All requests so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn request(stream: &mut TcpStream) -> Option<Taken> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut taken = Taken { head, body: String::new() };
            let length: usize = taken.header("content-length").map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                taken.body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
                return Some(taken);
            }
        }
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
}
