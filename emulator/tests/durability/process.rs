//! The program, and its folder seen from outside.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::audit::audit;
use crate::client::{Client, KEY_ID, SECRET};

pub(crate) struct Process {
    child: Child,
    client: Client,
}

impl Process {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(folder: &Path) -> Process {
        let program = std::env::var_os("DURABILITY_PROGRAM")
            .unwrap_or_else(|| env!("CARGO_BIN_EXE_qingstor-emulator").into());
        let mut child = Command::new(program)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--access-key",
                KEY_ID,
                "--secret-key",
                SECRET,
                "--check-answers",
            ])
            .arg("--data-dir")
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let server = loop {
            let mut line = String::new();
            assert!(
                output.read_line(&mut line).expect("its banner") > 0,
                "it ended"
            );
            let address = line
                .trim()
                .rsplit_once("http://")
                .map(|(_, address)| address);
            if let Some(address) = address.and_then(|address| address.parse().ok()) {
                break address;
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Process {
            child,
            client: Client { server },
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Compares the files with the database, of which a copy is opened, since nobody writes now.
pub(crate) fn check_folder(folder: &Path, round: u64) {
    let mut files = BTreeMap::new();
    for folder in fs::read_dir(folder.join("blobs")).expect("blobs") {
        for file in fs::read_dir(folder.expect("a folder").path()).expect("its files") {
            let file = file.expect("a file");
            let name = file.file_name().into_string().expect("a name");
            let id = u64::from_str_radix(&name, 16).expect("a number");
            files.insert(id, file.metadata().expect("a size").len());
        }
    }
    let incoming = fs::read_dir(folder.join("incoming"))
        .expect("incoming")
        .count();
    assert_eq!(incoming, 0, "files are left in round {round}");
    let copy = tempfile::NamedTempFile::new().expect("a file");
    fs::copy(folder.join("meta.redb"), copy.path()).expect("a copy");
    let database = redb::Database::open(copy.path()).expect("a database");
    let mistakes = audit(&database, &files).expect("readable tables");
    assert_eq!(mistakes, [""; 0], "round {round}");
}
