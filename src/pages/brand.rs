//! The brand of a page: the operator's, or the app's that led to it.

use std::collections::BTreeMap;

use super::files::Files;
use super::frame::{BrandLink, BrandView};
use crate::config::{Branding, Client, ClientDisplay, Picture};

/// The brands of the operator and of the clients.
pub(super) struct Brands {
    own: Brand,
    of_clients: BTreeMap<String, Brand>,
}

/// One brand. A URL that begins with `/` comes after the prefix of the gateway.
#[derive(Clone, Default)]
pub(super) struct Brand {
    name: String,
    logo: Option<String>,
    logo_dark: Option<String>,
    logo_name: String,
    favicon: Option<String>,
    stylesheet: Option<String>,
    homepage: Option<String>,
    links: Vec<(&'static str, String)>,
    above: String,
    below: String,
    powered_by: bool,
    /// The sources of pictures for the content security policy, each after a space.
    image_sources: String,
}

impl Brands {
    pub(super) fn new(branding: &Branding, clients: &[Client], files: &mut Files) -> Self {
        let own = own(branding, files);
        let of_clients = clients
            .iter()
            .map(|client| (client.id.clone(), of_client(&own, &client.name, &client.display, files)))
            .collect();
        Self { own, of_clients }
    }

    /// The brand of pages that this client led to, or the operator's.
    pub(super) fn of(&self, client: Option<&str>) -> &Brand {
        client.and_then(|id| self.of_clients.get(id)).unwrap_or(&self.own)
    }

    /// The URL of the icon of the browser tab.
    pub(super) fn favicon(&self) -> Option<&str> {
        self.own.favicon.as_deref()
    }
}

impl Brand {
    /// The brand for a template.
    pub(super) fn view(&self, prefix: &str, default_icon: &str) -> BrandView<'_> {
        let url = |url: &String| if url.starts_with('/') { format!("{prefix}{url}") } else { url.clone() };
        let icon = self.favicon.as_ref().map_or_else(|| format!("{prefix}{default_icon}"), url);
        BrandView {
            name: &self.name,
            logo: self.logo.as_ref().map(url),
            logo_dark: self.logo_dark.as_ref().map(url),
            logo_name: &self.logo_name,
            icon,
            stylesheet: self.stylesheet.as_ref().map(url),
            homepage: self.homepage.as_deref(),
            links: self.links.iter().map(|(message, href)| BrandLink { message, href }).collect(),
            above: &self.above,
            below: &self.below,
            powered_by: self.powered_by,
        }
    }

    pub(super) fn image_sources(&self) -> &str {
        &self.image_sources
    }
}

fn own(branding: &Branding, files: &mut Files) -> Brand {
    let pictures = [&branding.logo, &branding.logo_dark, &branding.favicon];
    let links = [
        ("link-privacy", &branding.privacy_url),
        ("link-terms", &branding.terms_url),
        ("link-imprint", &branding.imprint_url),
        ("link-support", &branding.support_url),
    ];
    let [logo, logo_dark, favicon] = pictures.map(|picture| picture.as_ref().map(|picture| files.url_of(picture)));
    Brand {
        name: branding.name.clone(),
        logo,
        logo_dark,
        logo_name: branding.name.clone(),
        favicon,
        stylesheet: Some(stylesheet(&branding.accent.stylesheet(), files)),
        homepage: None,
        links: links
            .into_iter()
            .filter_map(|(message, link)| Some((message, link.as_ref()?.as_str().to_owned())))
            .collect(),
        above: branding.above.clone(),
        below: branding.below.clone(),
        powered_by: branding.powered_by,
        image_sources: sources(pictures.into_iter().flatten()),
    }
}

/// The operator's brand with the logo, the colour and the links of an app in place of its own.
fn of_client(own: &Brand, name: &str, display: &ClientDisplay, files: &mut Files) -> Brand {
    let mut brand = own.clone();
    if let Some(logo) = &display.logo {
        brand.logo = Some(files.url_of(logo));
        brand.logo_dark = None;
        name.clone_into(&mut brand.logo_name);
        brand.image_sources += &sources([logo]);
    }
    if let Some(accent) = display.accent {
        brand.stylesheet = Some(stylesheet(&accent.stylesheet(), files));
    }
    brand.homepage = display.homepage.as_ref().map(|link| link.as_str().to_owned());
    for (message, link) in [("link-privacy", &display.privacy_url), ("link-terms", &display.terms_url)] {
        let Some(link) = link else { continue };
        brand.links.retain(|(known, _)| *known != message);
        brand.links.push((message, link.as_str().to_owned()));
    }
    brand
}

fn stylesheet(text: &str, files: &mut Files) -> String {
    files.add("css", "text/css; charset=utf-8", text.as_bytes())
}

/// The origins of pictures that browsers load from elsewhere.
fn sources<'a>(pictures: impl IntoIterator<Item = &'a Picture>) -> String {
    let origins = pictures.into_iter().filter_map(|picture| match picture {
        Picture::Url(url) => Some(format!(" {}", url.origin().ascii_serialization())),
        Picture::File { .. } => None,
    });
    origins.collect::<Vec<_>>().concat()
}
