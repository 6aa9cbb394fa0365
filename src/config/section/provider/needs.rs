//! The claims that a login has to provide, for `userinfo = "auto"`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::claims::ClaimPointers;
use super::registration::Registration;
use crate::config::section::allow::RawAllow;
use crate::config::section::client::model::RawClient;
use crate::config::section::tokens::UserClaim;
use crate::config::value::pointer::Pointer;

/// The settings of other sections that need claims of the provider.
pub(crate) struct ClaimNeeds<'a> {
    /// The claims of access tokens: `tokens.claims`.
    pub(crate) token_claims: &'a [UserClaim],
    /// `[clients.*]`, as they are written
    pub(crate) clients: &'a BTreeMap<String, RawClient>,
    /// The conditions of `[[verify.rules]]` and of resources, as they are written, each with the ids of the providers whose users it is about.
    pub(crate) rules: &'a [(Vec<String>, RawAllow)],
}

impl ClaimNeeds<'_> {
    /// The e-mail address, and the claims that a rule of `allow`, `tokens.claims`, a rule for sites, or a client of this provider
    /// needs: its `allow` and `claims`, and the groups for its scope `groups`.
    pub(crate) fn at(&self, registration: &Registration) -> Vec<Pointer> {
        let ClaimPointers { email, email_verified, name, preferred_username, picture, groups, .. } =
            &registration.claims;
        let allow = &registration.allow;
        let of_tokens = self.token_claims.iter().filter_map(|claim| match claim {
            UserClaim::Email => email.as_ref(),
            UserClaim::EmailVerified => email_verified.as_ref(),
            UserClaim::Name => name.as_ref(),
            UserClaim::PreferredUsername => preferred_username.as_ref(),
            UserClaim::Picture => picture.as_ref(),
            UserClaim::Groups => groups.as_ref(),
        });
        let clients = || self.clients.values().filter(|client| takes(client, &registration.id));
        let any_has_groups = clients().any(|client| client.client.scopes.iter().any(|scope| scope == "groups"));
        let conditions = self.conditions(&registration.id);
        let any_asks = |asks: fn(&RawAllow) -> bool| conditions.iter().any(|all| asks(all));
        let asks_for_domain = !allow.email_domains.is_empty() || any_asks(|all| !all.email_domains.is_empty());
        let asks_for_group = !allow.groups.is_empty() || any_asks(|all| !all.groups.is_empty());
        let of_domains = email_verified.as_ref().filter(|_| asks_for_domain);
        let of_groups = groups.as_ref().filter(|_| asks_for_group || any_has_groups);
        let of_rules = allow.claims.iter().map(|(pointer, _)| pointer);
        let all = email.iter().chain(of_tokens).chain(of_domains).chain(of_groups).chain(of_rules);
        // A value that is not a pointer is reported when the client is validated.
        let texts = clients().flat_map(|client| client.claims.values()).filter_map(Value::as_str);
        let texts = texts.chain(conditions.iter().flat_map(|all| all.claims.keys().map(String::as_str)));
        all.cloned().chain(texts.filter_map(|text| Pointer::parse(text).ok())).collect()
    }

    /// The claims that conditions on users of this provider compare at clients, sites and resources, beyond its own `allow`.
    pub(crate) fn compared_at(&self, registration: &Registration) -> Vec<Pointer> {
        let ClaimPointers { email, email_verified, groups, .. } = &registration.claims;
        let conditions = self.conditions(&registration.id);
        let any_asks = |asks: fn(&RawAllow) -> bool| conditions.iter().any(|all| asks(all));
        let (by_domain, by_group) =
            (any_asks(|all| !all.email_domains.is_empty()), any_asks(|all| !all.groups.is_empty()));
        let of_profile =
            email.iter().chain(email_verified).filter(|_| by_domain).chain(groups.iter().filter(|_| by_group));
        let of_claims =
            conditions.iter().flat_map(|all| all.claims.keys()).filter_map(|text| Pointer::parse(text).ok());
        of_profile.cloned().chain(of_claims).collect()
    }

    /// The conditions on users of that provider, of clients and of rules for sites.
    fn conditions(&self, provider: &str) -> Vec<&RawAllow> {
        let of_clients = self.clients.values().filter(|client| takes(client, provider)).map(|client| &client.allow);
        let is_about = |providers: &[String]| providers.is_empty() || providers.iter().any(|id| id == provider);
        let of_rules = self.rules.iter().filter(|(providers, _)| is_about(providers)).map(|(_, allow)| allow);
        of_clients.chain(of_rules).collect()
    }
}

fn takes(client: &RawClient, provider: &str) -> bool {
    client.client.providers.is_empty() || client.client.providers.iter().any(|id| id == provider)
}
