//! The text that `vestibule dev` prints once everything is running.

use std::path::Path;

use super::plan::{PROVIDER, Plan};

/// Shown if it listens on other addresses than loopback.
const OPEN: &str = "
  WARNING: everyone who can reach this machine can sign in as any test user. The URLs are for a browser that reaches
  these ports as 127.0.0.1: by a port mapping of a container, or by ssh -L.
";

/// The URLs, and the same login by `curl`. `commands`: the configuration file for commands.
pub(super) fn greeting(plan: &Plan, database_url: &str, commands: &Path) -> String {
    let program = std::env::current_exe().map_or_else(|_| "vestibule".to_owned(), |path| path.display().to_string());
    let commands = commands.display();
    let (gateway, admin, provider) = (plan.public_url(), plan.admin(), plan.provider_url());
    let site = plan.site_url();
    let first = match &plan.frontend {
        None => format!("Open  {}/  and click \"Sign in\".", plan.app_url()),
        Some(_) => format!("Your frontend at {} comes back to {}.", plan.frontend_origin(), plan.redirect_uri()),
    };
    let keep = if plan.keep { "Kept in .dev for the next time." } else { "Deleted at the end; --keep keeps it." };
    let warning = if plan.is_open() { OPEN } else { "" };
    format!(
        "
  Vestibule is running, with a pretend provider to sign in at.

  {first}
{warning}
  A guarded site          {site}/  behind a proxy that asks /verify
  With a cookie instead   {gateway}/login; as JSON: {gateway}/session
  Keys                    {gateway}/.well-known/jwks.json
  Health, metrics         http://{admin}/readyz, http://{admin}/metrics
  Pretend provider        {provider}
  Database                psql '{database_url}'
                          {keep}
  Commands                {program} --config {commands} sessions list

  The same login by hand (scripts/demo-check does it):

    curl '{gateway}/oauth2/url/?provider={PROVIDER}'
    curl -i {provider}/authorize/decision -d '<the query of that url>' -d person=ada
    curl {gateway}/oauth2/token/ -H 'Content-Type: application/json' \\
      -d '{{\"provider\": \"{PROVIDER}\", \"code\": \"<code>\", \"state\": \"<state>\", \"iss\": \"{provider}\"}}'

  Ctrl-C stops everything.
"
    )
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn other_addresses_than_loopback_come_with_a_warning() {
        let shown = |listen: IpAddr| {
            let plan = Plan { port: 9080, listen, keep: false, frontend: None, files: vec![] };
            greeting(&plan, "x", Path::new("/home/vestibule.toml"))
        };
        let here = shown(Ipv4Addr::LOCALHOST.into());
        assert!(!here.contains("WARNING"), "{here}");
        assert!(here.contains(" --config /home/vestibule.toml sessions list\n"), "{here}");
        for open in [IpAddr::from(Ipv4Addr::UNSPECIFIED), Ipv6Addr::UNSPECIFIED.into()] {
            let message = shown(open);
            assert!(message.contains("WARNING: everyone who can reach this machine"), "{message}");
            assert!(
                message.contains("Open  http://127.0.0.1:9083/") && message.contains("http://127.0.0.1:9081/readyz"),
                "{message}"
            );
        }
    }
}
