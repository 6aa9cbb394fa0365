//! The account page, and the page that asks before something there is ended.

use serde::Serialize;

use super::choose_provider::Link;
use super::consent::Grant;
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
    /// The time of the request, for relative times.
    pub now: Time,
    /// What the person has just done here.
    pub done: Option<Done>,
    /// The sessions of one page of the list, the current one first.
    pub devices: Vec<Device<'a>>,
    /// The further pages of the list.
    pub device_pages: Option<ListPages>,
    /// Whether there are other sessions than the current one.
    pub other_devices: bool,
    /// The apps' sessions of one page of the list.
    pub apps: Vec<AppInUse<'a>>,
    /// The further pages of the list.
    pub app_pages: Option<ListPages>,
    /// The consents of one page of the list, the last one first.
    pub consents: Vec<ConsentGiven<'a>>,
    /// The further pages of the list.
    pub consent_pages: Option<ListPages>,
    /// The last sign-ins, the newest first.
    pub sign_ins: Vec<PastSignIn<'a>>,
    /// The linked identities.
    pub identities: Vec<LinkedIdentity>,
    /// Providers without an identity of the user, with the URL of the form that links one.
    pub others: Vec<Link<'a>>,
    /// The sealed value of each form: it is valid for this session alone.
    pub shown_to: String,
    /// Whether the person may delete the account.
    pub self_deletion: bool,
}

impl Page for Account<'_> {
    const TEMPLATE: &'static str = "account.html";
}

/// What the person has just done on the account page: the message that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Done {
    /// One device was signed out.
    #[serde(rename = "done-device")]
    Device,
    /// All other devices were signed out.
    #[serde(rename = "done-others")]
    Others,
    /// An app was signed out.
    #[serde(rename = "done-app")]
    App,
    /// A consent was withdrawn.
    #[serde(rename = "done-consent")]
    Consent,
    /// An identity was removed.
    #[serde(rename = "done-identity")]
    Identity,
    /// The removal of an identity was requested.
    #[serde(rename = "done-identity-requested")]
    IdentityRequested,
    /// A requested removal was taken back.
    #[serde(rename = "done-identity-kept")]
    IdentityKept,
}

impl Done {
    const ALL: [Self; 7] = [
        Self::Device,
        Self::Others,
        Self::App,
        Self::Consent,
        Self::Identity,
        Self::IdentityRequested,
        Self::IdentityKept,
    ];

    /// The word in the URL of the account page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Others => "others",
            Self::App => "app",
            Self::Consent => "consent",
            Self::Identity => "identity",
            Self::IdentityRequested => "identity-requested",
            Self::IdentityKept => "identity-kept",
        }
    }

    /// The value of such a word; `None` for any other text.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.word() == word)
    }
}

/// Where a page of a list stands in the list, and the addresses of the pages beside it.
#[derive(Debug, Serialize)]
pub struct ListPages {
    /// The number of the first entry on this page, from 1.
    pub first: usize,
    /// The number of the last entry on this page.
    pub last: usize,
    /// The number of all entries.
    pub total: usize,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the page after.
    pub next: Option<String>,
}

/// A device as the filter `device_name` names it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct DeviceName<'a> {
    /// The name of the browser, if it is known.
    pub browser: Option<&'a str>,
    /// The name of the operating system, if it is known.
    pub os: Option<&'a str>,
}

/// An app that a device is signed in to.
#[derive(Debug, Serialize)]
pub struct AppInUse<'a> {
    /// The id of the app's session.
    pub id: String,
    /// The name of the app.
    pub name: &'a str,
    /// The name of the device on which it runs.
    pub device: DeviceName<'a>,
    /// Whether that is the session that requested the page.
    pub current: bool,
    /// The time of the last use.
    pub seen: Time,
}

/// What the person has agreed to give an app.
#[derive(Debug, Serialize)]
pub struct ConsentGiven<'a> {
    /// The id of the consent.
    pub id: String,
    /// The name of the app.
    pub name: &'a str,
    /// The name of the resource that the access is for, if it is for one alone.
    pub resource: Option<&'a str>,
    /// What the app may do, one entry for each scope.
    pub grants: Vec<Grant<'a>>,
    /// The time of the last consent.
    pub since: Time,
}

/// A sign-in of the past.
#[derive(Debug, Serialize)]
pub struct PastSignIn<'a> {
    /// The time of the login.
    pub at: Time,
    /// The name of the provider.
    pub provider: &'a str,
    /// The device, if it is still known.
    pub device: DeviceName<'a>,
    /// The IP address, if it is known.
    pub ip: Option<String>,
}

/// A session.
#[derive(Debug, Serialize)]
pub struct Device<'a> {
    /// The id of the session.
    pub id: String,
    /// The browser and the operating system.
    #[serde(flatten)]
    pub name: DeviceName<'a>,
    /// The name of the provider.
    pub provider: &'a str,
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

/// The page that asks before sessions are ended.
#[derive(Debug, Serialize)]
pub struct ConfirmEnd<'a> {
    /// The name of the person, or the id of the user.
    pub who: &'a str,
    /// The question, by what would be ended.
    #[serde(flatten)]
    pub what: EndQuestion<'a>,
    /// The URL of the form.
    pub action: String,
    /// The sealed value of the form: it is valid for this session alone.
    pub shown_to: String,
}

impl Page for ConfirmEnd<'_> {
    const TEMPLATE: &'static str = "confirm_end.html";
}

/// What is ended, in the member `what`.
#[derive(Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum EndQuestion<'a> {
    /// A session.
    Device {
        /// Its device.
        device: DeviceName<'a>,
        /// Whether it is the session that requested the page.
        current: bool,
    },
    /// All sessions but the one that requested the page.
    Others {
        /// Their number.
        count: usize,
    },
    /// The sessions of an app under a session.
    App {
        /// The name of the app.
        app: &'a str,
        /// The name of the device.
        device: DeviceName<'a>,
    },
    /// A consent, and the sessions of its app.
    Consent {
        /// The name of the app.
        app: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fixed_words_name_a_message() {
        for done in Done::ALL {
            assert_eq!(Done::of(done.word()), Some(done));
            assert_eq!(serde_json::json!(done), format!("done-{}", done.word()));
        }
        for other in ["", "Device", "done-device", "<b>", "device "] {
            assert_eq!(Done::of(other), None, "{other}");
        }
    }
}
