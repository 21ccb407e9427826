//! The program: its options, what it prints, and how it stops.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SECRET: &str = "not-the-well-known-secret";

struct Program {
    child: Child,
    banner: String,
    address: String,
}

/// Starts it on a free port and waits for its banner.
fn start(arguments: &[&str]) -> Program {
    start_with(arguments, &[])
}

fn start_with(arguments: &[&str], environment: &[(&str, &Path)]) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qingstor-emulator"))
        .args(["--listen", "127.0.0.1:0", "--check-answers"])
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut banner = String::new();
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    while !banner.contains("\ns, _ := service.Init(c)") {
        let read = lines.read_line(&mut banner).expect("a line");
        assert_ne!(read, 0, "it ended early: {banner}");
    }
    let endpoint = banner
        .lines()
        .find_map(|line| line.strip_prefix("export QINGSTOR_ENDPOINT="));
    let address = endpoint
        .expect("the endpoint")
        .split("//")
        .nth(1)
        .expect("an address")
        .to_owned();
    Program {
        child,
        banner,
        address,
    }
}

impl Program {
    /// Sends a signal; gives the exit status and all that went to standard error.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("a signal").success());
        let status = self.child.wait().expect("its end");
        let mut log = String::new();
        let mut output = self.child.stderr.take().expect("its log");
        output.read_to_string(&mut log).expect("its log");
        (status.code(), log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[cfg(unix)]
#[test]
fn both_signals_stop_it_and_requests_are_logged() {
    for signal in ["-INT", "-TERM"] {
        let program = start(&["--log", "json"]);
        assert!(get(&program.address, "/_emulator/health").starts_with("HTTP/1.1 200"));
        let key = format!("/mybucket/k?signature={SECRET}&access_key_id=a&expires=1");
        assert!(get(&program.address, &key).starts_with("HTTP/1.1 401"));
        let (status, log) = program.stop(signal);
        assert_eq!(status, Some(0), "{log}");
        let line = log
            .lines()
            .find(|line| line.contains("GetObject"))
            .expect("a line");
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            (&line["status"], &line["resource"]),
            (&401.into(), &"/mybucket/k".into())
        );
        assert!(!log.contains(SECRET), "{log}");
    }
}

#[test]
fn the_banner_has_no_secret_of_ones_own() {
    let known = start(&["--log", "off"]);
    assert!(known.banner.contains("emulator-secret"));
    let own = start(&["--access-key", "my-key", "--secret-key", SECRET]);
    assert!(own.banner.contains("my-key"));
    assert!(!own.banner.contains(SECRET), "{}", own.banner);
    let mut users = tempfile::NamedTempFile::new().expect("a file");
    write!(
        users,
        "- {{ id: usr-ann, name: ann, key: ANNS_KEY, secret: {SECRET} }}"
    )
    .expect("written");
    let path = users.path().to_str().expect("a path");
    let listed = start(&["--users", path]);
    assert!(listed.banner.contains("ANNS_KEY"));
    assert!(!listed.banner.contains(SECRET), "{}", listed.banner);
}

#[test]
fn faults_come_from_a_file() {
    let mut rules = tempfile::NamedTempFile::new().expect("a file");
    write!(
        rules,
        r#"{{ "rules": [ {{ "operation": "ListLocations", "status": 502 }} ] }}"#
    )
    .expect("written");
    let program = start(&[
        "--faults",
        rules.path().to_str().expect("a path"),
        "--admin",
    ]);
    assert!(get(&program.address, "/_emulator/faults").contains("ListLocations"));
}

#[test]
fn the_banners_lines_are_those_that_the_clients_were_tried_with() {
    let plain = start(&["--log", "off", "--domain", "storage.example"]);
    let endpoint = format!("http://{}", plain.address);
    for line in [
        format!("export QINGSTOR_ENDPOINT={endpoint}"),
        // `host` and `port` count for nothing, since the SDK's own default has an endpoint, which is stronger.
        format!(
            r#"const config = new sdk.Config({{ access_key_id: "emulator-key-id", secret_access_key: "emulator-secret", endpoint: "{endpoint}" }});"#
        ),
        // rclone refuses an endpoint without a dot in its host, and puts the zone before one that is an address.
        "endpoint = http://storage.example:80".to_owned(),
        r#"bucket = QingStor(config).Bucket("my-bucket", "")"#.to_owned(),
    ] {
        let lines: Vec<&str> = plain.banner.lines().collect();
        assert!(lines.contains(&line.as_str()), "{line}: {}", plain.banner);
    }
    assert!(
        plain
            .banner
            .contains(&format!("HTTP_PROXY={endpoint} rclone"))
    );
    let encrypted = start(&["--log", "off", "--tls-self-signed"]);
    assert!(encrypted.banner.contains(r#"config.protocol = "https""#));
    assert!(!encrypted.banner.contains("rclone"), "{}", encrypted.banner);
}

#[test]
fn mistakes_are_told_in_one_line_and_end_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    };
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = busy.local_addr().expect("an address").to_string();
    let used = folder.path().join("used");
    let used = used.to_str().expect("a path");
    let _user = start(&["--data-dir", used]);
    let (key, certificate) = (file("key", "x"), file("certificate", "y"));
    let twice = file(
        "twice",
        "- { id: usr-ann, name: ann, key: A, secret: s }\n- { id: usr-bob, name: bob, key: A, secret: s }",
    );
    let short = file("short", "- { id: usr-ann, name: ann, key: A }");
    let folder = folder.path().to_str().expect("a path");
    for (arguments, told) in [
        (&["--listen", &address][..], &[&*address, "--listen"][..]),
        (&["--listen", "nonsense"], &["nonsense", "127.0.0.1:9000"]),
        (
            &["--data-dir", used],
            &[used, "another emulator", "--data-dir"],
        ),
        (&["--data-dir", &key], &[&key, "no folder", "--data-dir"]),
        (
            &["--data-dir", folder],
            &[folder, "not empty", "--data-dir"],
        ),
        (&["--users", "/nonexistent"], &["--users /nonexistent"]),
        (
            &["--users", &twice],
            &["`usr-ann`", "`usr-bob`", "access key id"],
        ),
        (&["--users", &short], &[&short, "line 1", "secret"]),
        (&["--faults", "/nonexistent"], &["--faults /nonexistent"]),
        (&["--faults", &key], &["--faults", &key, "line 1"]),
        (
            &["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"],
            &["--tls-cert /nonexistent"],
        ),
        (
            &["--tls-cert", &certificate, "--tls-key", &key],
            &[&certificate, &key, "certificate"],
        ),
        (&["--zone", "Not A Zone"], &["`Not A Zone`", "lower-case"]),
        (&["--zone", "a", "--zone", "a"], &["two zones `a`"]),
        (&["--secret-key="], &["`usr-emulator`", "secret"]),
    ] {
        let (status, lines) = failing(arguments);
        assert_eq!(status, Some(1), "{arguments:?}");
        assert_eq!(lines.trim_end().lines().count(), 1, "{lines}");
        for part in told {
            assert!(lines.contains(part), "{part}: {lines}");
        }
    }
    // These are the parser's.
    for arguments in [
        &["--tls-cert", "/nonexistent"][..],
        &["--log", "loud"],
        &["--lisen", "x"],
    ] {
        let (status, lines) = failing(arguments);
        assert_eq!(status, Some(2), "{arguments:?}");
        assert!(lines.starts_with("error: "), "{lines}");
    }
}

/// The exit status of a program that cannot start, and all that it says.
fn failing(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingstor-emulator"));
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let output = command.args(arguments).output().expect("the program runs");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The file that the banner tells clients to trust.
fn certificate(program: &Program) -> PathBuf {
    let mut lines = program.banner.lines();
    let path = lines.find_map(|line| line.strip_prefix("export QINGSTOR_CA_FILE="));
    PathBuf::from(path.expect("a path"))
}

#[test]
fn the_certificate_to_trust_is_named() {
    let program = start(&["--tls-self-signed"]);
    let text = std::fs::read_to_string(certificate(&program)).expect("the file");
    assert!(text.starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(program.banner.contains("https://127.0.0.1:"));
}

#[cfg(unix)]
#[test]
fn a_killed_programs_certificate_is_removed_by_the_next_one() {
    let root = tempfile::tempdir().expect("a folder");
    let start = || {
        let temporary = ("TMPDIR", root.path());
        start_with(&["--tls-self-signed"], &[temporary])
    };
    let killed = start();
    let left = certificate(&killed);
    assert!(left.starts_with(root.path()), "{}", left.display());
    killed.stop("-KILL");
    assert!(left.exists());
    let next = start();
    assert!(!left.exists());
    assert_eq!(next.stop("-TERM").0, Some(0));
    let rest = std::fs::read_dir(root.path()).expect("readable").count();
    assert_eq!(rest, 0);
}
