//! The CPU time of the gateway and of its PostgreSQL backends.

use std::fs;

use diesel::sql_types::Integer;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::stage::Stage;

/// Microseconds in one unit of `/proc/<pid>/stat`: `USER_HZ` is 100 on every Linux system.
const TICK: u64 = 10_000;

/// CPU time in microseconds; zero on a system without `/proc`.
#[derive(Clone, Copy, Default)]
pub struct Processor {
    pub gateway: u64,
    pub postgres: u64,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

impl Processor {
    /// The time that the gateway and its backends have used so far.
    pub fn read(stage: &Stage) -> Self {
        let mut conn = PgConnection::establish(&stage.postgres.url("postgres")).expect("a connection");
        let of_gateway = "SELECT pid FROM pg_stat_activity WHERE application_name = 'vestibule' AND datname = $1";
        let backends = sql_query(of_gateway).bind::<diesel::sql_types::Text, _>(stage.database());
        let backends: Vec<Backend> = backends.load(&mut conn).expect("the backends");
        let postgres = backends.iter().map(|backend| used(backend.pid.unsigned_abs())).sum();
        Self { gateway: used(stage.gateway.pid()), postgres }
    }

    /// Adds the time between two reads.
    pub fn add(&mut self, before: Self, after: Self) {
        self.gateway += after.gateway.saturating_sub(before.gateway);
        self.postgres += after.postgres.saturating_sub(before.postgres);
    }
}

/// The user and system time of a process (proc(5), fields 14 and 15).
fn used(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let (_, fields) = stat.rsplit_once(") ").unwrap_or_default();
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() * TICK
}
