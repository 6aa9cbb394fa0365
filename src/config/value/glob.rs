//! Matching of hosts and paths against patterns with wildcards.

/// Matches a pattern: `*` matches within one part (host label or path segment), `**` across parts. In a host, a wildcard
/// matches at least one character.
///
/// Keeps the set of positions in the pattern that the text so far can reach (an NFA), so that the time is at most the
/// product of the two lengths for every input (IN-08).
pub(crate) fn matches(pattern: &str, text: &str, separator: char) -> bool {
    let in_host = separator == '.';
    if in_host && text.split(separator).any(str::is_empty) {
        return false;
    }
    let pattern = Token::all(pattern);
    let mut reached = vec![false; pattern.len() + 1];
    reach(&pattern, &mut reached, 0, in_host);
    for letter in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (place, token) in pattern.iter().enumerate().filter(|(place, _)| reached.get(*place) == Some(&true)) {
            match token {
                Token::Letter(wanted) if *wanted == letter => reach(&pattern, &mut next, place + 1, in_host),
                Token::Across => consume(&pattern, &mut next, place, in_host),
                Token::Within if letter != separator => consume(&pattern, &mut next, place, in_host),
                _ => {}
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

enum Token {
    Letter(char),
    Within,
    Across,
}

impl Token {
    fn all(pattern: &str) -> Vec<Self> {
        let mut letters = pattern.chars().peekable();
        let mut all = Vec::new();
        while let Some(letter) = letters.next() {
            all.push(match letter {
                '*' if letters.next_if_eq(&'*').is_some() => Self::Across,
                '*' => Self::Within,
                letter => Self::Letter(letter),
            });
        }
        all
    }
}

/// Marks a position as reached. A wildcard in a path may match nothing, so the position after it is reached as well.
fn reach(pattern: &[Token], places: &mut [bool], place: usize, in_host: bool) {
    if let Some(mark) = places.get_mut(place) {
        *mark = true;
    }
    let is_wild = matches!(pattern.get(place), Some(Token::Within | Token::Across));
    if is_wild && !in_host {
        reach(pattern, places, place + 1, in_host);
    }
}

/// A wildcard matched a character: it may match more, or end here.
fn consume(pattern: &[Token], places: &mut [bool], place: usize, in_host: bool) {
    reach(pattern, places, place, in_host);
    reach(pattern, places, place + 1, in_host);
}
