//! The current line of the head of a request. Only its start and its last bytes are kept.

/// Fits `Transfer-Encoding: chunked` and `Content-Length` with 20 digits, with some white space.
const START_KEPT: usize = 64;

/// Fits `HTTP/1.0` and a carriage return, the end of a request line.
const END_KEPT: usize = 9;

/// The name of the header whose value is made unreadable.
pub(super) const UPGRADE: &[u8] = b"upgrade:";

/// A line up to its line feed.
pub(super) struct HeadLine {
    start: [u8; START_KEPT],
    end: [u8; END_KEPT],
    /// The length so far, also beyond what is kept.
    length: usize,
}

impl HeadLine {
    pub(super) fn new() -> Self {
        Self { start: [0; START_KEPT], end: [0; END_KEPT], length: 0 }
    }

    /// Begins the next line.
    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.end = [0; END_KEPT];
    }

    /// Adds bytes up to the line feed: how many were used, and whether the line has ended.
    pub(super) fn read(&mut self, rest: &[u8]) -> (usize, bool) {
        let line_feed = memchr::memchr(b'\n', rest);
        let part = rest.get(..line_feed.unwrap_or(rest.len())).unwrap_or_default();
        let free = self.start.get_mut(self.length.min(START_KEPT)..).unwrap_or_default();
        free.iter_mut().zip(part).for_each(|(kept, byte)| *kept = *byte);
        self.length = self.length.saturating_add(part.len());
        for byte in part.get(part.len().saturating_sub(END_KEPT)..).unwrap_or_default() {
            self.end.rotate_left(1);
            if let Some(last) = self.end.last_mut() {
                *last = *byte;
            }
        }
        (line_feed.map_or(rest.len(), |at| at + 1), line_feed.is_some())
    }

    /// The length so far.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Whether it is the header `Upgrade`, as far as its name is known.
    pub(super) fn is_upgrade(&self) -> bool {
        self.start().get(..UPGRADE.len()).is_some_and(|name| name.eq_ignore_ascii_case(UPGRADE))
    }

    /// The start of the line, with at most [`START_KEPT`] bytes.
    pub(super) fn start(&self) -> &[u8] {
        self.start.get(..self.length).unwrap_or(&self.start)
    }

    /// The whole line without its end, if it was kept.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        self.start.get(..self.length).map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Whether it is the request line of a POST of HTTP/1.0.
    pub(super) fn is_post_of_http_1_0(&self) -> bool {
        self.start().starts_with(b"POST ") && self.end.trim_ascii_end().ends_with(b"HTTP/1.0")
    }
}
