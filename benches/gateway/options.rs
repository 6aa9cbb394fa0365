//! The arguments after `--`.

use std::time::Duration;

/// The options of a run.
pub struct Options {
    /// The total time for each side of a scenario.
    pub time: Duration,
    /// The number of concurrent connections.
    pub connections: usize,
    /// Names of scenarios, or parts of names; empty for all.
    pub only: Vec<String>,
    /// Rows to insert for the comparison of table sizes, which replaces the scenarios.
    pub scale: Option<u64>,
    /// Compare with other implementations, instead of the scenarios.
    pub peers: bool,
    /// The file for the query plans.
    pub plans: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { time: Duration::from_secs(5), connections: 16, only: Vec::new(), scale: None, peers: false, plans: None }
    }
}

impl Options {
    /// Parses the command line. Cargo adds `--bench`.
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.filter(|word| word != "--bench");
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--seconds" => options.time = Duration::from_secs(number(&value()?)?),
                "--connections" => options.connections = number(&value()?)?,
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--scale" => options.scale = Some(number(&value()?)?),
                "--peers" => options.peers = true,
                "--plans" => options.plans = Some(value()?),
                _ => {
                    return Err(format!(
                        "unknown: {word}; there are --seconds --connections --only --scale --peers --plans"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// The number of measured intervals of a second.
    pub fn intervals(&self) -> usize {
        usize::try_from(self.time.as_secs().max(1)).unwrap_or(1)
    }

    /// Whether a scenario is selected.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}
