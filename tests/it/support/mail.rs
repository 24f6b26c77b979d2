//! A mail server on loopback that takes what it is told to and refuses what it is told to.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// Instead of an answer: the connection is closed.
pub const CLOSE: &str = "close";

/// Instead of an answer: nothing, and the connection stays open.
pub const SILENCE: &str = "silence";

/// The server.
pub struct MailServer {
    address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, String>>>,
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Script {
    /// What is answered to a line that begins like this, `.` being the end of the text. Without a word it is taken.
    answers: Arc<Mutex<HashMap<String, String>>>,
    tls: Option<TlsAcceptor>,
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// A server that answers these lines in its own way; with a certificate it offers STARTTLS.
    pub async fn open(answers: &[(&str, &str)], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            answers: Arc::default(),
            heard: Arc::default(),
            mails: Arc::default(),
        };
        server.answer(answers);
        let script =
            Script { answers: server.answers.clone(), tls, heard: server.heard.clone(), mails: server.mails.clone() };
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufStream::new(stream);
                if !script.say(&mut stream, "greeting", "220 relay.example").await {
                    continue;
                }
                if script.talk(&mut stream, script.tls.is_some()).await
                    && let Some(tls) = &script.tls
                    && let Ok(inner) = tls.accept(stream.into_inner()).await
                {
                    script.talk(&mut BufStream::new(inner), false).await;
                }
            }
        });
        server
    }

    /// From now on these lines are answered in this way, and all others as usual.
    pub fn answer(&self, answers: &[(&str, &str)]) {
        *self.answers.lock().unwrap() =
            answers.iter().map(|(line, answer)| ((*line).to_owned(), (*answer).to_owned())).collect();
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every line that was heard, texts left out.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Every text that was handed over, taken or not.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

impl Script {
    /// Answers line by line; whether TLS is to begin.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufStream<S>, offers_tls: bool) -> bool {
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
                return false;
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().unwrap().push(line.clone());
            let usual = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" if offers_tls => "250-relay.example\r\n250 STARTTLS",
                "EHLO" => "250-relay.example\r\n250 AUTH PLAIN LOGIN",
                "STARTTLS" => "220 go on",
                "AUTH" => "235 welcome",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            if !self.say(stream, &line, usual).await {
                return false;
            }
            match line.as_str() {
                "STARTTLS" => return true,
                "DATA" if !self.answers.lock().unwrap().contains_key("DATA") => {
                    let mut text = String::new();
                    while !text.ends_with("\r\n.\r\n") {
                        if stream.read_line(&mut text).await.unwrap_or_default() == 0 {
                            return false;
                        }
                    }
                    self.mails.lock().unwrap().push(text);
                    if !self.say(stream, ".", "250 queued as 42").await {
                        return false;
                    }
                }
                "QUIT" => return false,
                _ => {}
            }
        }
    }

    /// Says the answer to a line, or the usual one; whether the talk goes on.
    async fn say<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufStream<S>, line: &str, usual: &str) -> bool {
        let own = {
            let answers = self.answers.lock().unwrap();
            answers.iter().find(|(begins, _)| line.starts_with(begins.as_str())).map(|(_, answer)| answer.clone())
        };
        match own.as_deref().unwrap_or(usual) {
            CLOSE => return false,
            SILENCE => std::future::pending::<()>().await,
            answer => {
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
                let _ = stream.flush().await;
            }
        }
        true
    }
}

/// A certificate for `localhost`, made by openssl into `cert.pem` of the folder.
pub fn certificate(folder: &Path) -> TlsAcceptor {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=Clarion test relay", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .expect("openssl can be run; install the package openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (cert, key) = (CertificateDer::from_pem_file(cert).unwrap(), PrivateKeyDer::from_pem_file(key).unwrap());
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(vec![cert], key).unwrap()))
}
