//! The text that `vestibule dev` prints once everything is running.

use super::plan::{PROVIDER, Plan};

/// The URLs, and the same login by `curl`.
pub(super) fn greeting(plan: &Plan, database_url: &str) -> String {
    let (gateway, admin, provider) = (plan.public_url(), plan.admin(), plan.provider());
    let first = match &plan.frontend {
        None => format!("Open  http://{}/  and click \"Sign in\".", plan.app()),
        Some(_) => format!("Your frontend at {} comes back to {}.", plan.frontend_origin(), plan.redirect_uri()),
    };
    let keep = if plan.keep { "Kept in .dev for the next time." } else { "Deleted at the end; --keep keeps it." };
    format!(
        "
  Vestibule is running, with a pretend provider to sign in at.

  {first}

  With a cookie instead   {gateway}/login; as JSON: {gateway}/session
  Keys                    {gateway}/.well-known/jwks.json
  Health, metrics         http://{admin}/readyz, http://{admin}/metrics
  Pretend provider        http://{provider}
  Database                psql '{database_url}'
                          {keep}

  The same login by hand (scripts/demo-check does it):

    curl '{gateway}/oauth2/url/?provider={PROVIDER}'
    curl -i http://{provider}/authorize/decision -d '<the query of that url>' -d person=ada
    curl {gateway}/oauth2/token/ -H 'Content-Type: application/json' \\
      -d '{{\"provider\": \"{PROVIDER}\", \"code\": \"<code>\", \"state\": \"<state>\", \"iss\": \"http://{provider}\"}}'

  Ctrl-C stops everything.
"
    )
}
