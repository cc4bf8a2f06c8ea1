//! A directory to manage, and the real binary run on it as a user would: a story told in commands.

use assert_cmd::cargo::CommandCargoExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with `dynamic/` in it; commands run in the folder, with nothing of the tester's environment.
pub(crate) struct Place {
    top: TempDir,
}

/// What a command printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// An empty `dynamic/`.
    pub(crate) fn new() -> Place {
        let place = Place { top: tempfile::tempdir().unwrap() };
        std::fs::create_dir(place.dir()).unwrap();
        place
    }

    /// A `dynamic/` with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Place {
        let place = Place::new();
        files.iter().for_each(|(name, text)| place.write(name, text));
        place
    }

    pub(crate) fn top(&self) -> &Path {
        self.top.path()
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.top.path().join("dynamic")
    }

    /// Writes a file below `dynamic/`, with its folders.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.dir().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir().join(name)).unwrap()
    }

    /// Every file below `dynamic/` but our own state, with its bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.dir()).unwrap().to_string_lossy().into_owned();
                match path.is_dir() && !path.is_symlink() {
                    true if name == ".cloudlunacy" => {}
                    true => folders.push(path),
                    false => found.push((name, std::fs::read(&path).unwrap())),
                }
            }
        }
        found.sort();
        found
    }

    /// The command `cloudlunacy -d dynamic ARGS…`, ready to run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare();
        command.arg("-d").arg("dynamic").args(args);
        command
    }

    /// The command without any arguments.
    pub(crate) fn bare(&self) -> Command {
        let mut command = Command::cargo_bin("cloudlunacy").unwrap();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.top())
            .current_dir(self.top());
        command.stdin(Stdio::null());
        command
    }

    /// Runs `cloudlunacy -d dynamic ARGS…`.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Runs what must succeed; gives what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs what must fail with this exit code and leave every file as it is; gives what it said.
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> String {
        let before = self.files();
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}\n{}{}", ran.out, ran.err);
        assert_eq!(self.files(), before, "{args:?} failed, but changed something");
        ran.err
    }

    /// Runs with `-o json`; gives the value.
    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.run(&[args, &["-o", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}\n{}{}", ran.out, ran.err))
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}
