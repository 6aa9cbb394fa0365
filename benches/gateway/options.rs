//! What may be said after `--`.

use std::time::Duration;

/// The options.
pub struct Options {
    /// How long each side of a scenario is driven, in all.
    pub time: Duration,
    /// Connections that ask at once.
    pub connections: usize,
    /// Names of scenarios, or parts of names; empty for all.
    pub only: Vec<String>,
    /// Rows to be loaded for the comparison of sizes, instead of the scenarios.
    pub scale: Option<u64>,
    /// Where the plans of the hot statements are written.
    pub plans: Option<String>,
}

impl Options {
    /// From the words of the command line. Cargo adds `--bench`.
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options =
            Self { time: Duration::from_secs(5), connections: 16, only: Vec::new(), scale: None, plans: None };
        let mut words = words.filter(|word| word != "--bench");
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--seconds" => options.time = Duration::from_secs(number(&value()?)?),
                "--connections" => options.connections = number(&value()?)?,
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--scale" => options.scale = Some(number(&value()?)?),
                "--plans" => options.plans = Some(value()?),
                _ => return Err(format!("unknown: {word}; there are --seconds --connections --only --scale --plans")),
            }
        }
        Ok(options)
    }

    /// Whether a scenario is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}
