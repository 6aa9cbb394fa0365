//! `[branding]`: whose pages they are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::picture::{Picture, picture};
use crate::config::layer::validator::Validator;
use crate::config::value::accent::Accent;
use crate::config::value::link::Link;
use crate::config::value::local::Given;

/// Name, pictures, colour and links of the pages.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawBranding {
    /// the logo: an svg, png, jpg or webp file of at most 256 KiB, or an https URL
    logo: String,
    /// the logo on dark pages; empty: `logo`
    logo_dark: String,
    /// the icon of the browser tab: an svg, png or ico file, or an https URL; empty: the gateway's own
    favicon: String,
    /// The keys that mean what is written.
    #[serde(flatten)]
    branding: Branding,
}

/// Name, pictures, colour and links of the pages.
#[derive(Clone, Deserialize, JsonSchema)]
pub struct Branding {
    /// the name of the organisation, beside or instead of the logo
    pub name: String,
    /// The logo on light pages.
    #[serde(skip)]
    pub logo: Option<Picture>,
    /// The logo on dark pages.
    #[serde(skip)]
    pub logo_dark: Option<Picture>,
    /// The icon of the browser tab.
    #[serde(skip)]
    pub favicon: Option<Picture>,
    /// the colour of buttons and links, as `#rrggbb`; its contrast with white must be 4.5 or more (WCAG AA), and on dark pages it is made lighter
    pub accent: Accent,
    /// https URL of the privacy policy; a link at the end of each page
    #[serde(with = "Given::<Link>")]
    pub privacy_url: Option<Link>,
    /// https URL of the terms of use
    #[serde(with = "Given::<Link>")]
    pub terms_url: Option<Link>,
    /// https URL of the imprint
    #[serde(with = "Given::<Link>")]
    pub imprint_url: Option<Link>,
    /// https URL of a help page, or `mailto:` and an e-mail address
    #[serde(with = "Given::<Link>")]
    pub support_url: Option<Link>,
    /// a sentence above the buttons of the login page
    pub above: String,
    /// a sentence below the buttons of the login page
    pub below: String,
    /// the name of the software at the end of each page
    pub powered_by: bool,
}

pub(crate) fn validate(raw: RawBranding, validator: &mut Validator<'_>) -> Option<Branding> {
    let RawBranding { logo, logo_dark, favicon, branding } = raw;
    let logo = picture("branding.logo", &logo, validator);
    let logo_dark = picture("branding.logo_dark", &logo_dark, validator);
    let favicon = picture("branding.favicon", &favicon, validator);
    Some(Branding { logo: logo.ok()?, logo_dark: logo_dark.ok()?, favicon: favicon.ok()?, ..branding })
}
