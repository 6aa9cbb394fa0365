//! The keys of `[clients.<id>]` for pages that the client led to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::section::picture::Picture;
use crate::config::value::accent::Accent;
use crate::config::value::link::Link;
use crate::config::value::local::Given;

/// Logo, colour and links of a client, on the login page, the consent page and the logout pages that it led to.
#[derive(Clone, Default, Deserialize, JsonSchema)]
pub struct ClientDisplay {
    /// The logo on light and dark pages.
    #[serde(skip)]
    pub logo: Option<Picture>,
    /// https URL of the app; its name on the consent page links there
    #[serde(with = "Given::<Link>")]
    pub homepage: Option<Link>,
    /// https URL of its privacy policy
    #[serde(with = "Given::<Link>")]
    pub privacy_url: Option<Link>,
    /// https URL of its terms of use
    #[serde(with = "Given::<Link>")]
    pub terms_url: Option<Link>,
    /// its colour on the pages that it led to, as `branding.accent`; empty: that one
    #[serde(with = "Given::<Accent>")]
    pub accent: Option<Accent>,
}
