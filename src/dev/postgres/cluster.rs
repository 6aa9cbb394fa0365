//! A private PostgreSQL: `initdb`, start, databases, stop, restart.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::failure::PostgresError;
use super::home::Home;
use super::owner::Owner;
use super::programs::Programs;
use super::watchdog::Watchdog;

/// The superuser, without a password: only the directory's owner and root can reach the socket.
const USER: &str = "vestibule";
/// A part of the socket's name. Given to every command, because `PGPORT` would be used otherwise.
const PORT: &str = "5432";
/// How long a start or a stop may take.
const MAX_WAIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// The extension that counts statements and their cost.
const STATEMENT_STATISTICS: &str = "pg_stat_statements";

/// The directory and the lifetime of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In memory if there is enough space, never synced to a disk, removed at the end: for tests.
    Throwaway,
    /// In the temporary directory with PostgreSQL's own durability, removed at the end: for measurements.
    Measured,
    /// In this directory, which is created if it is missing, and kept at the end.
    Kept(PathBuf),
}

/// A PostgreSQL of this process; stopped on drop.
#[derive(Debug)]
pub struct Postgres {
    running: Option<Running>,
    programs: Programs,
    owner: Owner,
    data: PathBuf,
    durable: bool,
    counts: bool,
    home: Home,
}

#[derive(Debug)]
struct Running {
    server: Child,
    /// Ended together with the server.
    watchdog: Option<Watchdog>,
}

impl Postgres {
    /// Starts one, with an empty cluster unless `place` contains one. Blocks for about half a second.
    pub fn start(place: Place) -> Result<Self, PostgresError> {
        let programs = Programs::find()?;
        let home = Home::make(place == Place::Throwaway)?;
        let owner = Owner::choose(home.path())?;
        owner.give(home.path())?;
        let durable = place != Place::Throwaway;
        let counts = !matches!(place, Place::Kept(_)) && programs.has_library(STATEMENT_STATISTICS);
        let data = match place {
            Place::Throwaway | Place::Measured => home.path().join("data"),
            Place::Kept(data) => kept(&data, owner)?,
        };
        let mut cluster = Self { running: None, programs, owner, data, durable, counts, home };
        if !cluster.data.join("PG_VERSION").exists() {
            cluster.initialise()?;
        }
        cluster.start_again()?;
        Ok(cluster)
    }

    /// The libpq URL of a database, over the Unix socket.
    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&port={PORT}&user={USER}", self.home.path().display())
    }

    /// Its directory, which is removed when it is dropped.
    pub fn directory(&self) -> &Path {
        self.home.path()
    }

    /// Creates a database, as a copy of `template` if given.
    pub fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), PostgresError> {
        // Three times as fast for small templates; available since PostgreSQL 15.
        let strategy = if self.version() >= 15 { "STRATEGY file_copy" } else { "" };
        let copied = template.map(|template| format!("TEMPLATE {} {strategy}", quoted(template)));
        self.execute(&format!("CREATE DATABASE {} {}", quoted(name), copied.unwrap_or_default()))
    }

    /// Whether a database with this name exists.
    pub fn has_database(&self, name: &str) -> Result<bool, PostgresError> {
        let literal = name.replace('\'', "''");
        let found = self.psql(&format!("SELECT 1 FROM pg_database WHERE datname = '{literal}'"))?;
        Ok(found.trim() == "1")
    }

    /// Runs one statement in the database `postgres`.
    pub fn execute(&self, statement: &str) -> Result<(), PostgresError> {
        self.psql(statement).map(drop)
    }

    /// Whether `pg_stat_statements` is loaded: for tests and measurements, if it is installed.
    pub fn counts_statements(&self) -> bool {
        self.counts
    }

    /// The full path of a program of PostgreSQL.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.path(name)
    }

    /// The server's log since its start.
    pub fn log(&self) -> Result<String, PostgresError> {
        let log = self.log_path();
        std::fs::read_to_string(&log).map_err(PostgresError::at(&log))
    }

    /// Stops it by a fast shutdown, which closes all connections; the data stay for [`Postgres::start_again`].
    pub fn stop(&mut self) -> Result<(), PostgresError> {
        self.end("INT")
    }

    /// Stops it as a crash would: without a checkpoint.
    pub fn crash(&mut self) -> Result<(), PostgresError> {
        self.end("QUIT")
    }

    /// Starts it again on the same data and the same socket. Does nothing if it is running.
    pub fn start_again(&mut self) -> Result<(), PostgresError> {
        if self.running.is_some() {
            return Ok(());
        }
        let log_path = self.log_path();
        let log = std::fs::File::create(&log_path).map_err(PostgresError::at(&log_path))?;
        let errors = log.try_clone().map_err(PostgresError::at(&log_path))?;
        let program = self.programs.path("postgres");
        let mut command = self.owner.command(&program);
        command.arg("-D").arg(&self.data).arg("-k").arg(self.home.path()).args(["-p", PORT]).args(self.settings());
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let server = command.spawn().map_err(PostgresError::at(&program))?;
        let watchdog = Watchdog::start(server.id(), self.home.path());
        // Stored before anything else can fail, so that drop stops it in any case.
        let running = self.running.insert(Running { server, watchdog: None });
        running.watchdog = Some(watchdog.map_err(PostgresError::at(Path::new("/bin/sh")))?);
        self.wait_until_ready(&log_path)
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join("log")
    }

    fn settings(&self) -> Vec<&'static str> {
        let mut settings = vec!["listen_addresses=", "max_connections=200", "log_min_messages=fatal"];
        if !self.durable {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
            settings.extend(["wal_level=minimal", "max_wal_senders=0"]);
        }
        if self.counts {
            settings.push("shared_preload_libraries=pg_stat_statements");
        }
        settings.into_iter().flat_map(|setting| ["-c", setting]).collect()
    }

    fn initialise(&self) -> Result<(), PostgresError> {
        let program = self.programs.path("initdb");
        let mut command = self.owner.command(&program);
        command.arg("-D").arg(&self.data).args(["-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        command.args(["--no-sync", "--no-instructions"]);
        output_of("initdb", &mut command).map(drop)
    }

    /// Waits until the server has written into its pid file that it accepts connections; a standby accepts queries.
    fn wait_until_ready(&mut self, log: &Path) -> Result<(), PostgresError> {
        let (pid_file, started) = (self.data.join("postmaster.pid"), Instant::now());
        while started.elapsed() < MAX_WAIT {
            let Some(running) = &mut self.running else { break };
            let state = std::fs::read_to_string(&pid_file).unwrap_or_default();
            let is_ours = state.lines().next() == Some(&running.server.id().to_string());
            if is_ours && matches!(state.lines().nth(7).map(str::trim), Some("ready" | "standby")) {
                return Ok(());
            }
            if running.server.try_wait().map_err(PostgresError::at(&pid_file))?.is_some() {
                self.running = None;
                let output = std::fs::read_to_string(log).unwrap_or_default();
                if output.contains("lock file \"postmaster.pid\" already exists") {
                    return Err(PostgresError::InUse(self.data.clone()));
                }
                return Err(PostgresError::Failed { program: "postgres", output });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Err(PostgresError::TooSlow("become ready"))
    }

    fn end(&mut self, signal: &str) -> Result<(), PostgresError> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        let ended = |running: &mut Running| running.server.try_wait().map_err(PostgresError::at(&self.data));
        if ended(&mut running)?.is_some() {
            return Ok(());
        }
        let pid = running.server.id().to_string();
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -\"$1\" \"$2\"", "stop", signal, &pid]);
        output_of("kill", &mut kill)?;
        let started = Instant::now();
        while started.elapsed() < MAX_WAIT {
            if ended(&mut running)?.is_some() {
                return Ok(());
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        let _last_resort = running.server.kill().and_then(|()| running.server.wait());
        Err(PostgresError::TooSlow("stop"))
    }

    fn version(&self) -> u32 {
        let text = std::fs::read_to_string(self.data.join("PG_VERSION")).unwrap_or_default();
        text.trim().parse().unwrap_or_default()
    }

    fn psql(&self, statement: &str) -> Result<String, PostgresError> {
        let mut command = Command::new(self.programs.path("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        command.args(["--dbname", &self.url("postgres"), "--command", statement]).stdin(Stdio::null());
        let output = output_of("psql", &mut command)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _cannot_report = self.end("INT");
    }
}

/// The absolute path of a directory for kept data; created for `owner` if it does not exist.
fn kept(path: &Path, owner: Owner) -> Result<PathBuf, PostgresError> {
    let at = || PostgresError::at(path);
    if !path.exists() {
        std::fs::create_dir_all(path).map_err(at())?;
        owner.give(path)?;
    }
    let path = path.canonicalize().map_err(at())?;
    let mut enter = owner.command(Path::new("/bin/sh"));
    enter.args(["-c", "cd \"$1\"", "enter"]).arg(&path).stderr(Stdio::null());
    let may_enter = enter.status().is_ok_and(|status| status.success());
    if may_enter { Ok(path) } else { Err(PostgresError::NoAccess(path)) }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn output_of(program: &'static str, command: &mut Command) -> Result<Output, PostgresError> {
    let output = command.output().map_err(PostgresError::at(Path::new(command.get_program())))?;
    if output.status.success() {
        return Ok(output);
    }
    let message = [output.stderr, output.stdout].concat();
    Err(PostgresError::Failed { program, output: String::from_utf8_lossy(&message).trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_alive(pid: u32) -> bool {
        Command::new("kill").args(["-0", &pid.to_string()]).stderr(Stdio::null()).status().expect("kill").success()
    }

    fn pids(postgres: &Postgres) -> [u32; 2] {
        let running = postgres.running.as_ref().expect("it runs");
        [running.server.id(), running.watchdog.as_ref().expect("a watchdog").id()]
    }

    #[test]
    fn data_survive_a_stop_and_a_crash_and_nothing_remains_after_drop() {
        let mut postgres = Postgres::start(Place::Throwaway).expect("a PostgreSQL");
        let (home, first) = (postgres.home.path().to_owned(), pids(&postgres));
        postgres.create_database("plain", None).expect("a database");
        postgres.create_database("o\"dd'", Some("plain")).expect("a copy");
        assert!(postgres.create_database("plain", None).is_err(), "the second of a name");

        postgres.stop().expect("a stop");
        assert!(first.iter().all(|pid| !is_alive(*pid)), "server or watchdog is left");
        assert!(postgres.has_database("plain").is_err(), "answers while it is stopped");
        postgres.start_again().expect("a second start");
        postgres.crash().expect("a crash");
        postgres.start_again().expect("a third start");
        assert!(postgres.has_database("o\"dd'").expect("an answer"));
        assert!(!postgres.has_database("other").expect("an answer"));

        let last = pids(&postgres);
        drop(postgres);
        assert!(last.iter().all(|pid| !is_alive(*pid)), "server or watchdog is left");
        assert!(!home.exists(), "{} is left", home.display());
    }

    #[test]
    fn kept_data_are_reused_and_by_one_server_at_a_time() {
        let parent = Home::make(true).expect("a directory");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(parent.path(), open).expect("open to whom PostgreSQL runs as");
        let place = Place::Kept(parent.path().join("pgdata"));
        let first = Postgres::start(place.clone()).expect("a PostgreSQL");
        first.create_database("mine", None).expect("a database");
        assert!(matches!(Postgres::start(place.clone()), Err(PostgresError::InUse(_))));
        drop(first);
        let second = Postgres::start(place).expect("the same data");
        assert!(second.has_database("mine").expect("an answer"));
    }

    /// Closing the pipe has the effect of a killed process.
    #[test]
    fn the_watchdog_cleans_up_after_a_process_that_was_killed() {
        let mut postgres = Postgres::start(Place::Throwaway).expect("a PostgreSQL");
        let home = postgres.home.path().to_owned();
        let running = postgres.running.as_mut().expect("it runs");
        let watchdog = running.watchdog.as_mut().expect("a watchdog");
        watchdog.close_pipe();
        let ended = running.server.wait().expect("its end");
        assert!(ended.success(), "a fast stop ends in order");
        watchdog.wait();
        assert!(!home.exists(), "{} is left", home.display());
        postgres.running = None;
    }
}
