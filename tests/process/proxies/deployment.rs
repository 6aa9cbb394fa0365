//! A guarded site behind two reverse proxies, each of which asks a gateway of its own.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use serde_json::Value;

use super::program::Program;
use super::settings::{LOGIN, start_two};
use super::tunnel::Tunnel;
use crate::apps::running::Server;
use crate::database::Database;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::page::Page;
use crate::peer::{Provider, node};
use crate::ports;
use crate::visitor::Visitor;

/// The site of the documents.
pub const SITE: &str = "https://app.example.com";

/// The replacements for the addresses and paths of a documented configuration.
pub struct Place {
    /// For configurations and their files.
    pub directory: Directory,
    /// The TLS port of the proxy.
    pub port: u16,
    /// The ports of the gateway and of the site.
    pub gateway: u16,
    pub site: u16,
    /// The paths of the certificate, of its key, and of both in one file.
    pub certificate: String,
    pub key: String,
    pub both: String,
}

impl Place {
    fn new(gateway: u16, site: u16) -> Self {
        let directory = Directory::new();
        let Certified { certificate, key, both } = certified(&directory, &["login.example.com", "app.example.com"]);
        Self { directory, port: ports::free::<1>(), gateway, site, certificate, key, both }
    }

    /// Replaces parts of a documented configuration, each of which must be in it.
    pub fn fill(text: &str, parts: &[(&str, &str)]) -> String {
        parts.iter().fold(text.to_owned(), |text, (part, by)| {
            assert!(text.contains(part), "{part} is missing in\n{text}");
            text.replace(part, by)
        })
    }
}

/// The files of a certificate.
pub struct Certified {
    /// The paths of the certificate, of its key, and of both in one file.
    pub certificate: String,
    pub key: String,
    pub both: String,
}

/// A certificate for these names, signed by itself.
pub fn certified(directory: &Directory, names: &[&str]) -> Certified {
    let key = KeyPair::generate().expect("a key");
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = CertificateParams::new(names).expect("names").self_signed(&key).expect("a certificate");
    let (certificate, key) = (certificate.pem(), key.serialize_pem());
    Certified {
        both: directory.write("both.pem", &format!("{certificate}{key}")),
        certificate: directory.write("certificate.pem", &certificate),
        key: directory.write("key.pem", &key),
    }
}

/// How the tests run a kind of proxy.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Writes its configuration and returns the command that starts it.
    pub command: fn(&Place) -> Command,
    /// Whether the gateway redirects by `verify.redirect`.
    pub redirect: bool,
    /// Whether the session cookie reaches the site.
    pub passes_cookie: bool,
    /// Whether it reports the port that the client writes into `Host`.
    pub reports_port: bool,
}

pub struct Deployment {
    pub gateways: [Gateway; 2],
    pub tunnel: Tunnel,
    /// The TLS ports of the proxies.
    pub ports: [u16; 2],
    programs: Vec<(Program, Place)>,
    _site: Server,
    _provider: Provider,
}

impl Deployment {
    /// Starts everything. The first proxy asks the first gateway, and the second one the second.
    pub async fn of(kind: Kind) -> Self {
        let (provider_port, site_port) = (ports::free::<1>(), ports::free::<1>());
        let issuer = format!("http://127.0.0.1:{provider_port}");
        let gateways = start_two(&Database::empty().url, &issuer, kind.redirect);
        let callbacks = [format!("{LOGIN}/callback/op")];
        let provider = Provider::pretend(provider_port, &issuer, &gateways[0].settings.client_secret, &callbacks);
        let site = Server::start(node("guarded_site.mjs").arg(site_port.to_string()).stdin(Stdio::null()), site_port);
        let programs: Vec<(Program, Place)> = gateways
            .iter()
            .map(|gateway| {
                let place = Place::new(gateway.settings.port, site_port);
                let program = Program::start(&mut (kind.command)(&place), &place.directory, place.port);
                (program, place)
            })
            .collect();
        let ports = [programs[0].1.port, programs[1].1.port];
        let tunnel = Tunnel::to(ports[0]);
        let deployment = Self { gateways, tunnel, ports, programs, _site: site, _provider: provider };
        deployment.wait_until_led_to_the_gateways().await;
        deployment
    }

    /// A proxy may listen before it has read its certificates and routes, as Traefik does.
    async fn wait_until_led_to_the_gateways(&self) {
        let (visitor, started) = (self.visitor(), Instant::now());
        for port in self.ports {
            self.tunnel.redirect(port);
            while !visitor.reaches(&format!("{LOGIN}/providers")).await {
                assert!(started.elapsed() < Duration::from_secs(60), "{}", self.logs());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        self.tunnel.redirect(self.ports[0]);
    }

    /// A person with a browser without scripts.
    pub fn visitor(&self) -> Visitor {
        Visitor::through(self.tunnel.port)
    }

    /// Opens a URL and follows redirects, through the login at the pretend provider if it asks.
    pub async fn open(&self, visitor: &Visitor, url: &str, choices: &[(&str, &str)]) -> Page {
        let mut page = visitor.follow(visitor.get(url).await, "nowhere").await;
        // The gateways may have begun before their provider, and then leave it alone for a few seconds.
        for _ in 0..60 {
            if page.status != 503 {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            page = visitor.follow(visitor.get(url).await, "nowhere").await;
        }
        if !page.body.contains("Whom would you like to be?") {
            return page;
        }
        let back = visitor.decide(&page.url, choices).await;
        visitor.follow(visitor.get(back).await, "nowhere").await
    }

    /// Signs a person in at the site.
    pub async fn sign_in(&self, visitor: &Visitor, choices: &[(&str, &str)]) {
        let page = self.open(visitor, &format!("{SITE}/"), choices).await;
        assert!(page.status == 200 && page.url.as_str() == format!("{SITE}/"), "{page}\n{}", self.logs());
    }

    /// The status for a program, without redirects, at each of the two proxies.
    pub async fn statuses(&self, visitor: &Visitor) -> [u16; 2] {
        let mut found = [0; 2];
        for (status, port) in found.iter_mut().zip(self.ports) {
            self.tunnel.redirect(port);
            *status = self.call(visitor, Method::GET, "/api/orders").await.status.as_u16();
        }
        self.tunnel.redirect(self.ports[0]);
        found
    }

    /// A request of a program.
    pub async fn call(&self, visitor: &Visitor, method: Method, path: &str) -> Page {
        let request = visitor.request(method, format!("{SITE}{path}"));
        Visitor::send(request.header("sec-fetch-mode", "cors").header("accept", "application/json")).await
    }

    /// The requests that reached the site.
    pub fn reached(&self, page: &Page) -> Value {
        assert_eq!(page.status, 200, "{page}\n{}", self.logs());
        page.json()
    }

    /// The logs of the proxies and gateways.
    pub fn logs(&self) -> String {
        let proxies = self.programs.iter().map(|(program, _)| program.log());
        proxies.chain(self.gateways.iter().map(Gateway::log)).collect::<Vec<_>>().join("\n")
    }
}
