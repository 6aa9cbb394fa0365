//! The pages of the lists on the account page: the query names the page of each list, as `/account?devices=2&apps=3`.

use std::num::NonZeroUsize;

use crate::pages::ListPages;

/// The entries on one page.
const PER_PAGE: usize = 20;
/// The lists that have pages; each is a parameter of the query, and the fragment that leads to the list.
const LISTS: [&str; 3] = ["devices", "apps", "consents"];

/// The page of each list, from 1, in the order of [`LISTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lists([usize; LISTS.len()]);

/// The entries of one page of a list.
pub struct Part<'a, T> {
    /// The entries.
    pub shown: &'a [T],
    /// The further pages; `None` if all entries are on this one.
    pub pages: Option<ListPages>,
}

impl Lists {
    /// The pages that a query names. What is no number from 1 is the first page.
    pub fn of<'q>(query: impl Fn(&str) -> Option<&'q str>) -> Self {
        Self(LISTS.map(|list| query(list).and_then(|page| page.parse().ok()).map_or(1, NonZeroUsize::get)))
    }

    /// The entries of `all` on the page of that list; those of the last page where there is no such page.
    pub fn part<'a, T>(self, path: &str, list: &str, all: &'a [T]) -> Part<'a, T> {
        let last_page = all.len().div_ceil(PER_PAGE).max(1);
        let page = self.page(list).min(last_page);
        let shown = all.chunks(PER_PAGE).nth(page - 1).unwrap_or_default();
        let first = (page - 1) * PER_PAGE + 1;
        let address = |page: usize| self.with(list, page).address(path, list);
        let pages = (last_page > 1).then(|| ListPages {
            first,
            last: first + shown.len() - 1,
            total: all.len(),
            previous: (page > 1).then(|| address(page - 1)),
            next: (page < last_page).then(|| address(page + 1)),
        });
        Part { shown, pages }
    }

    fn page(self, list: &str) -> usize {
        LISTS.iter().zip(self.0).find(|(name, _)| **name == list).map_or(1, |(_, page)| page)
    }

    fn with(self, list: &str, page: usize) -> Self {
        let mut pages = self.0;
        for (name, place) in LISTS.iter().zip(&mut pages) {
            if *name == list {
                *place = page;
            }
        }
        Self(pages)
    }

    /// The address that shows these pages, at that list.
    fn address(self, path: &str, list: &str) -> String {
        let pairs = LISTS.iter().zip(self.0).filter(|(_, page)| *page > 1).map(|(name, page)| format!("{name}={page}"));
        let query = pairs.collect::<Vec<_>>().join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{path}{separator}{query}#{list}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(devices: &str, apps: &str) -> Lists {
        let values = [("devices", devices.to_owned()), ("apps", apps.to_owned())];
        Lists::of(|name| values.iter().find(|(other, _)| *other == name).map(|(_, value)| &*value.clone().leak()))
    }

    #[test]
    fn only_a_number_from_one_names_a_page() {
        for (value, page) in
            [("2", 2), ("1", 1), ("0", 1), ("-1", 1), ("", 1), ("x", 1), ("99999999999999999999999", 1)]
        {
            assert_eq!(lists(value, "").page("devices"), page, "{value}");
        }
    }

    #[test]
    fn a_list_of_more_than_twenty_has_pages() {
        let all: Vec<usize> = (1..=41).collect();
        let part = |devices: &str, count: usize| {
            let part = lists(devices, "3").part("/account", "devices", &all[..count]);
            let beside = part.pages.map(|pages| {
                let ListPages { first, last, total, previous, next } = pages;
                (first, last, total, previous.unwrap_or_default(), next.unwrap_or_default())
            });
            (part.shown.first().copied(), part.shown.len(), beside)
        };
        assert_eq!(part("1", 0), (None, 0, None));
        assert_eq!(part("2", 20), (Some(1), 20, None));
        let second = "/account?devices=2&apps=3#devices".to_owned();
        let first = "/account?apps=3#devices".to_owned();
        assert_eq!(part("", 21), (Some(1), 20, Some((1, 20, 21, String::new(), second.clone()))));
        assert_eq!(part("2", 21), (Some(21), 1, Some((21, 21, 21, first.clone(), String::new()))));
        let third = "/account?devices=3&apps=3#devices".to_owned();
        assert_eq!(part("2", 41), (Some(21), 20, Some((21, 40, 41, first, third))));
        assert_eq!(part("9", 41), (Some(41), 1, Some((41, 41, 41, second, String::new()))));
    }
}
