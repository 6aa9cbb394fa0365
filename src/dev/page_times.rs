//! The time that each page takes to render, for `make bench`.

use std::time::{Duration, Instant};

use crate::config::Config;
use crate::pages::{self, Frame};
use crate::web::{ICON_PATH, Refusal, STYLE_PATH};

/// The name of each state of each page with its language (`de/consent`), and the median time of `rounds` renderings. Fails if the
/// configured templates or messages do.
pub fn page_times(config: &Config, rounds: usize) -> Result<Vec<(String, Duration)>, String> {
    let refusals = Refusal::messages();
    let pages = pages::check(config, &refusals).map_err(|found| found.join("\n"))?;
    let mut all = Vec::new();
    for language in pages.languages() {
        let (lang, dir) = (language.tag.as_str(), language.direction());
        for sample in pages.samples(&refusals, "") {
            let mut times = Vec::with_capacity(rounds);
            for _ in 0..rounds {
                let brand = pages.brand(None, "", ICON_PATH);
                let menu = pages.menu(lang, "/login".to_owned());
                let frame = Frame { lang, dir, prefix: "", style: STYLE_PATH, menu, brand };
                let began = Instant::now();
                pages.render_sample(&frame, &sample).map_err(|error| error.to_string())?;
                times.push(began.elapsed());
            }
            times.sort_unstable();
            let median = times.get(rounds / 2).copied().unwrap_or_default();
            all.push((format!("{lang}/{}", sample.name), median));
        }
    }
    Ok(all)
}
