//! Problems in a configuration: each with its place, its key, what is wrong, and what to write instead.

use std::fmt;

/// The place where a value is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// No configuration file was read.
    NoFile,
    /// A file and the line in it, from 1, if it is known.
    File(String, Option<usize>),
    /// The name of an environment variable.
    Environment(String),
    /// The value is missing, and there is no configuration file.
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name, Some(line)) => write!(f, "{name}:{line}"),
            Self::File(name, None) => f.write_str(name),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::NoFile | Self::Nowhere => f.write_str("configuration"),
        }
    }
}

/// A line with a mark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The number of the line, from 1.
    pub(crate) number: usize,
    /// The line, as far as it is shown.
    pub(crate) line: String,
    /// The number of characters before the mark.
    pub(crate) before: usize,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, before) = (self.number.to_string(), " ".repeat(self.before));
        let margin = " ".repeat(number.len());
        write!(f, "    {number} | {}\n    {margin} | {before}^", self.line)
    }
}

/// One problem. Its texts never contain a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The place of the value.
    pub place: Place,
    /// The key, in the form `section.key`; empty if the problem is about a whole file.
    pub key: String,
    /// The problem, as a phrase that follows the key: "is missing".
    pub what: String,
    /// The remedy, as an imperative.
    pub remedy: String,
    /// The line of a file that is not valid TOML, with a mark under the error.
    pub excerpt: Option<Box<Excerpt>>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.key.is_empty() && !matches!(self.place, Place::Environment(_)) {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; {}", self.what, self.remedy)?;
        self.excerpt.as_ref().map_or(Ok(()), |excerpt| write!(f, "\n{excerpt}"))
    }
}

/// All problems, one per line, in the order of the files and their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self(problems)
    }

    /// These problems and one more.
    pub(crate) fn with(mut self, problem: Problem) -> Self {
        self.0.push(problem);
        Self::new(self.0)
    }

    /// The problems in that order.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}
