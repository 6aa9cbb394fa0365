//! The schemas of answers, for `components/schemas` of `docs/openapi.yaml`.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::ops::Readyz;
use super::providers::ProviderView;
use super::session::SessionView;
use super::spa_flow::SignedInBody;
use crate::account::{Identity, Record};
use crate::administration::OwnData;
use crate::session::Listed;
use crate::web::answer::problem_body::ProblemBody;
use crate::web::answer::token_response::ErrorResponse;

/// The schemas by name, as they are serialized. They refer to each other by `#/components/schemas/`.
pub fn answer_schemas() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    generator.subschema_for::<ProviderView>();
    generator.subschema_for::<SignedInBody<'_>>();
    generator.subschema_for::<SessionView<'_>>();
    generator.subschema_for::<Listed>();
    generator.subschema_for::<Record>();
    generator.subschema_for::<Identity>();
    generator.subschema_for::<OwnData>();
    generator.subschema_for::<Readyz>();
    generator.subschema_for::<ProblemBody<'_>>();
    generator.subschema_for::<ErrorResponse<'_>>();
    generator.take_definitions(true)
}
