//! How long the pages take to render, without HTTP.

use vestibule::config;
use vestibule::dev::page_times;

/// The renderings of each state of each page.
const ROUNDS: usize = 51;
/// The time that a page should stay below, in microseconds.
const GOAL: u128 = 200;

/// The median and the slowest of all states of all pages in all languages.
pub fn report(configuration: &str) -> Result<String, String> {
    let config = config::from_toml(configuration).map_err(|problems| problems.to_string())?;
    let mut times = page_times(&config, ROUNDS)?;
    times.sort_by_key(|(_, time)| *time);
    let (slowest, time) = times.last().ok_or("no page")?;
    let median = times[times.len() / 2].1.as_micros();
    Ok(format!(
        "Rendering {} states of pages: median {median} µs, slowest {} µs ({slowest}); goal {GOAL} µs.",
        times.len(),
        time.as_micros()
    ))
}
