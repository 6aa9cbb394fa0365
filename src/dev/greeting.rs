//! What `vestibule dev` prints when everything is up.

use super::plan::{PROVIDER, Plan};

/// The URLs, what to click, and what to type.
pub(super) fn greeting(plan: &Plan, database_url: &str) -> String {
    let (gateway, admin, provider) = (plan.public_url(), plan.admin(), plan.provider());
    let first = match &plan.frontend {
        None => format!("Open      http://{}/            and click \"Sign in\"", plan.app()),
        Some(_) => {
            format!("Frontend  {}            signs people in at {}", plan.frontend_origin(), plan.redirect_uri())
        }
    };
    let keep = if plan.keep { "kept in .dev for the next time" } else { "gone at the end; --keep keeps it" };
    format!(
        "
  Vestibule is up, with a pretend provider to sign in at.

  {first}
  Cookies   {gateway}/login       signs you in here; then /session says who you are
  Gateway   {gateway}             keys: {gateway}/.well-known/jwks.json
  Health    http://{admin}/readyz      metrics: http://{admin}/metrics
  Provider  http://{provider}             people to be, and failures to try
  Database  psql '{database_url}'
            ({keep})

  Without a browser, the same login as your frontend does it:

    curl '{gateway}/oauth2/url/?provider={PROVIDER}'
    curl -i PROVIDER/authorize/decision -d 'QUERY OF THAT URL' -d person=ada
    curl {gateway}/oauth2/token/ -H 'Content-Type: application/json' \\
      -d '{{\"provider\": \"{PROVIDER}\", \"code\": \"…\", \"state\": \"…\"}}'

  scripts/demo-check does these three and shows the token. Ctrl-C stops everything.
"
    )
    .replace("PROVIDER/", &format!("http://{provider}/"))
}
