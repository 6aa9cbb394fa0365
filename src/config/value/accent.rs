//! The accent colour of the pages, and its contrast (WCAG 2.2 §1.4.3).

use std::borrow::Cow;

use super::local::{Local, parses_itself};

/// The contrast that WCAG 2.2 §1.4.3 requires of text (level AA).
const REQUIRED: f64 = 4.5;
/// The background of the pages in light and in dark.
const LIGHT: Rgb = Rgb([0xff, 0xff, 0xff]);
const DARK: Rgb = Rgb([0x1b, 0x20, 0x2a]);
/// The text on a button in dark.
const DARK_TEXT: Rgb = Rgb([0x0f, 0x14, 0x24]);

/// A colour (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb([u8; 3]);

impl Rgb {
    /// The relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The colour mixed with white; `part` of 20 is white.
    fn lighter(self, part: u16) -> Self {
        Self(self.0.map(|channel| {
            let mixed = (u16::from(channel) * (20 - part) + 255 * part) / 20;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }))
    }

    fn css(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The colour of buttons and links. It is readable on white, and so is white on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent(Rgb);

impl Accent {
    /// The stylesheet that sets the colour: as written on light pages, and lighter on dark ones until it is readable there.
    pub fn stylesheet(self) -> String {
        let dark = (0..=20)
            .map(|part| self.0.lighter(part))
            .find(|colour| colour.contrast(DARK) >= REQUIRED && colour.contrast(DARK_TEXT) >= REQUIRED);
        format!(
            ":root{{--accent:{};--on-accent:#fff}}\n\
             @media (prefers-color-scheme:dark){{:root{{--accent:{};--on-accent:{}}}}}\n",
            self.0.css(),
            dark.unwrap_or(LIGHT).css(),
            DARK_TEXT.css()
        )
    }
}

/// Why a text is not an accent colour.
#[derive(Debug, thiserror::Error)]
pub enum BadAccent {
    /// Not `#rrggbb`.
    #[error("is not a colour")]
    Malformed,
    /// Text in this colour on white, and white text on it, cannot be read well.
    #[error("has a contrast of {0:.2} with white; text needs 4.50 (WCAG 2.2 AA)")]
    Contrast(f64),
}

impl Local for Accent {
    const NAME: &'static str = "accent";
    type Bad = BadAccent;

    fn read(text: &str) -> Result<Self, BadAccent> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = digits.ok_or(BadAccent::Malformed)?;
        let channel = |at: usize| {
            let pair = digits.get(at..at + 2).ok_or(BadAccent::Malformed)?;
            u8::from_str_radix(pair, 16).map_err(|_| BadAccent::Malformed)
        };
        let colour = Rgb([channel(0)?, channel(2)?, channel(4)?]);
        let contrast = colour.contrast(LIGHT);
        if contrast < REQUIRED { Err(BadAccent::Contrast(contrast)) } else { Ok(Self(colour)) }
    }

    fn remedy(bad: &BadAccent) -> Cow<'static, str> {
        match bad {
            BadAccent::Malformed => "write it as \"#1f4fd8\"",
            BadAccent::Contrast(_) => "write a darker colour",
        }
        .into()
    }
}
parses_itself!(Accent);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accent_has_enough_contrast() {
        for good in ["#1f4fd8", "#000000", "#767676", "#B00020"] {
            assert!(Accent::read(good).is_ok(), "{good}");
        }
        for (bad, contrast) in [("#777777", "4.48"), ("#ffffff", "1.00"), ("#ff6600", "2.94")] {
            let said = Accent::read(bad).expect_err("too light").to_string();
            assert!(said.contains(&format!("contrast of {contrast}")), "{bad}: {said}");
        }
        for bad in ["", "#fff", "red", "#12345g", "#+12345", "1f4fd8", "#\u{e4}bcde"] {
            assert!(matches!(Accent::read(bad), Err(BadAccent::Malformed)), "{bad}");
        }
    }

    #[test]
    fn the_colour_on_dark_pages_is_readable_too() {
        for text in ["#1f4fd8", "#000000", "#0000ff", "#b00020", "#00552b"] {
            let sheet = Accent::read(text).expect("an accent").stylesheet();
            let dark = sheet.rsplit("--accent:").next().and_then(|rest| rest.get(..7)).expect("a colour").to_owned();
            let byte = |at: usize| u8::from_str_radix(&dark[at..at + 2], 16).expect("hexadecimal");
            let dark = Rgb([byte(1), byte(3), byte(5)]);
            assert!(dark.contrast(DARK) >= REQUIRED && dark.contrast(DARK_TEXT) >= REQUIRED, "{text}: {sheet}");
        }
    }
}
