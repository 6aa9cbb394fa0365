//! The account page.

use serde::Serialize;

use super::choose_provider::Link;
use super::page::Page;
use super::time::Time;

/// The page with the profile, the sessions and the identities of a user.
#[derive(Debug, Serialize)]
pub struct Account<'a> {
    /// The name of the person, if there is one.
    pub person: Option<&'a str>,
    /// The e-mail address, if there is one.
    pub email: Option<&'a str>,
    /// Whether a provider has verified the e-mail address.
    pub email_verified: bool,
    /// The id of the user.
    pub sub: String,
    /// The name of the provider of this session.
    pub provider: &'a str,
    /// The time of the login.
    pub since: Time,
    /// The time at which the session ends if it is not used.
    pub until: Time,
    /// The sessions, the current one first.
    pub devices: Vec<Device<'a>>,
    /// The linked identities.
    pub identities: Vec<LinkedIdentity>,
    /// Providers without an identity of the user, with the URL of the form that links one.
    pub others: Vec<Link<'a>>,
    /// The sealed value of each form: it is valid for this session alone.
    pub shown_to: String,
}

impl Page for Account<'_> {
    const TEMPLATE: &'static str = "account.html";
}

/// A session.
#[derive(Debug, Serialize)]
pub struct Device<'a> {
    /// The id of the session.
    pub id: String,
    /// The name of the browser, if it is known.
    pub browser: Option<&'a str>,
    /// The name of the operating system, if it is known.
    pub os: Option<&'a str>,
    /// Whether it is the session that requested the page.
    pub current: bool,
    /// The last IP address, if it is known.
    pub ip: Option<String>,
    /// The time of the last use.
    pub seen: Time,
    /// The names of the apps that it is signed in to.
    pub clients: Vec<&'a str>,
}

/// An identity at a provider.
#[derive(Debug, Serialize)]
pub struct LinkedIdentity {
    /// The id of the identity.
    pub id: String,
    /// The name of the provider.
    pub provider: String,
    /// The e-mail address or the provider's `sub`; distinguishes two identities at one provider.
    pub who: String,
    /// The time of the last login.
    pub seen: Time,
    /// The claims of the provider besides name and e-mail address.
    pub further: Vec<Claim>,
    /// The time of its removal, if a session requested that.
    pub unlink_at: Option<Time>,
}

/// A claim (OpenID Connect Core §5.1).
#[derive(Debug, Serialize)]
pub struct Claim {
    /// The message with its name: `claim-` and the name of the claim with hyphens.
    pub label: String,
    /// Its value.
    #[serde(flatten)]
    pub value: ClaimValue,
}

/// The value of a claim.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// A time.
    Time(Time),
}
