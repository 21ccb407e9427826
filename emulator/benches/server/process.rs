//! A server as a process of its own, and what the kernel says of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::client::{KEY_ID, SECRET};

pub(crate) struct Process {
    child: Child,
    pub(crate) server: SocketAddr,
}

impl Process {
    pub(crate) fn emulator(folder: Option<&Path>) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qingstor-emulator"));
        command.args([
            "--listen",
            "127.0.0.1:0",
            "--access-key",
            KEY_ID,
            "--secret-key",
            SECRET,
        ]);
        command.args(["--log", "off"]);
        if let Some(folder) = folder {
            command.arg("--data-dir").arg(folder);
        }
        Process::start(command)
    }

    /// This program, as the server that does nothing.
    pub(crate) fn static_server() -> Process {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg("static");
        Process::start(command)
    }

    fn start(mut command: Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let server = loop {
            let mut line = String::new();
            assert!(
                output.read_line(&mut line).expect("a banner") > 0,
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
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Process { child, server }
    }

    /// CPU time of all its threads, in seconds, as the scheduler counts it.
    pub(crate) fn cpu(&self) -> f64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let mut nanos = 0;
        for task in fs::read_dir(tasks).expect("threads") {
            let path = task.expect("a thread").path().join("schedstat");
            let text = fs::read_to_string(path).unwrap_or_default();
            nanos += text
                .split(' ')
                .next()
                .and_then(|text| text.parse::<u64>().ok())
                .unwrap_or(0);
        }
        nanos as f64 / 1e9
    }

    /// Memory in KiB: what is resident now (`VmRSS`), or the most that ever was (`VmHWM`).
    pub(crate) fn memory(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a status");
        let line = status
            .lines()
            .find(|line| line.starts_with(what))
            .expect("a line");
        line.split_whitespace()
            .nth(1)
            .and_then(|text| text.parse().ok())
            .expect("a number")
    }

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
