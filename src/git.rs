//! The only door to git: where a work tree begins, and what files were at a revision.

use crate::error::{Code, Error};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the work tree that a path lies in: the nearest folder upwards that holds `.git`.
pub fn work_tree(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// A name in a revision.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path from the folder that was asked for.
    pub path: String,
    /// As git has it: `100644`, `100755`, `120000` for a link.
    pub mode: u32,
}

/// A repository, at its work tree's root.
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository of the work tree that a path lies in.
    pub fn of(path: &Path) -> Result<Repository, Error> {
        let root = work_tree(path).ok_or_else(|| {
            Error::new(Code::BadValue, format!("{} lies in no git work tree", path.display()))
                .hint("a revision is one of the repository that the directory lies in")
        })?;
        Ok(Repository { root })
    }

    /// The path of a folder from the work tree's root.
    pub fn place(&self, folder: &Path) -> Result<String, Error> {
        let outside = || Error::new(Code::BadValue, format!("{} lies outside the work tree", folder.display()));
        let folder = folder.canonicalize().map_err(|_| outside())?;
        let below = folder.strip_prefix(&self.root).map_err(|_| outside())?;
        Ok(below.to_string_lossy().into_owned())
    }

    /// The commit that `REV` names, or the point where the branch left it for `REV...`.
    pub fn commit(&self, revision: &str) -> Result<String, Error> {
        let (name, is_base) = match revision.strip_suffix("...") {
            Some(name) => (name, true),
            None => (revision, false),
        };
        if name.is_empty() || name.starts_with('-') || name.contains(char::is_whitespace) {
            return Err(Error::new(Code::BadValue, format!("{name:?} can't be a revision")));
        }
        let there = self.text(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])?;
        let Some(there) = there else {
            return Err(self.out_of_reach(format!("git knows no revision {name:?}")));
        };
        match is_base {
            false => Ok(there),
            true => self
                .text(&["merge-base", "HEAD", &there])?
                .ok_or_else(|| self.out_of_reach(format!("HEAD and {name} have no commit in common here"))),
        }
    }

    /// What may be for want of history, with the way to get it.
    fn out_of_reach(&self, message: String) -> Error {
        let is_shallow = matches!(self.text(&["rev-parse", "--is-shallow-repository"]), Ok(Some(yes)) if yes == "true");
        let error = Error::new(Code::BadValue, message);
        match is_shallow {
            true => error.hint(
                "this clone is shallow: it needs the whole history, in GitHub Actions `fetch-depth: 0` for \
                 actions/checkout, in GitLab `GIT_DEPTH: 0`, by hand `git fetch --unshallow origin`",
            ),
            false => {
                error.hint("name a branch, tag or commit: git:origin/main, or git:origin/main... for a pull request")
            }
        }
    }

    /// Everything below a folder at a commit, in the order of bytes.
    pub fn entries(&self, commit: &str, folder: &str) -> Result<Vec<Entry>, Error> {
        let tree = if folder.is_empty() { commit.to_owned() } else { format!("{commit}:{folder}") };
        // A folder that was not there yet held nothing.
        let Some(listed) = self.run(&["ls-tree", "-r", "-z", "--full-tree", &tree], &[])? else {
            return Ok(Vec::new());
        };
        let entry = |line: &str| {
            let (facts, path) = line.split_once('\t')?;
            let mode = u32::from_str_radix(facts.split(' ').next()?, 8).ok()?;
            Some(Entry { path: path.to_owned(), mode })
        };
        Ok(String::from_utf8_lossy(&listed).split('\0').filter_map(entry).collect())
    }

    /// What files below a folder said at a commit; links are followed as far as they lead to a file of that commit.
    pub fn read(&self, commit: &str, folder: &str, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let asked: String = paths
            .iter()
            // A line is a question, so a name that holds a line end can't be asked for.
            .map(|path| if path.contains('\n') { "\n".into() } else { format!("{commit}:{prefix}{path}\n") })
            .collect();
        let said = self.run(&["cat-file", "--batch", "--follow-symlinks"], asked.as_bytes())?.unwrap_or_default();
        let mut rest = said.as_slice();
        Ok(paths.iter().map(|_| next_answer(&mut rest)).collect())
    }

    /// One line that git says; none where it fails.
    fn text(&self, args: &[&str]) -> Result<Option<String>, Error> {
        let said = self.run(args, &[])?;
        Ok(said.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Runs git; none where it fails.
    fn run(&self, args: &[&str], input: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let failed =
            |error: std::io::Error| Error::new(Code::Io, format!("can't run git, which revisions need: {error}"));
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root).args(args);
        // A hook's variables are about the repository that it runs in, by paths from there.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let mut said = Vec::new();
        let mut complaint = Vec::new();
        // Asked and answered at once: either could fill its pipe while the other waits.
        std::thread::scope(|scope| {
            let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
            scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
            let complaint = &mut complaint;
            scope.spawn(move || stderr.map(|mut pipe| pipe.read_to_end(complaint)));
            child.stdout.take().map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut said))
        })
        .map_err(failed)?;
        let status = child.wait().map_err(failed)?;
        let complaint = String::from_utf8_lossy(&complaint);
        if complaint.contains("dubious ownership") {
            return Err(Error::new(Code::Io, complaint.trim().to_owned()));
        }
        Ok(status.success().then_some(said))
    }
}

/// The next of the answers of `cat-file --batch`; none for what is no file.
fn next_answer(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let header = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = rest.get(end + 1..).unwrap_or_default();
    let words: Vec<&str> = header.split(' ').collect();
    // `OID blob SIZE`, `… missing`; what leads elsewhere (`symlink SIZE`, `dangling SIZE`) is followed by its text.
    let size: usize = match words.as_slice() {
        [.., "blob" | "tree" | "symlink" | "dangling" | "loop" | "notdir", size] => size.parse().ok()?,
        _ => return None,
    };
    let (bytes, after) = rest.split_at_checked(size)?;
    *rest = after.get(1..).unwrap_or_default();
    (words.get(1) == Some(&"blob")).then(|| bytes.to_vec())
}
