//! Deletes the codes of an app when its consent is withdrawn.

use diesel::sql_types::Uuid;
use diesel::{QueryResult, RunQueryDsl};

use crate::base::db::Conn;
use crate::base::id::{ConsentId, UserId};
use crate::base::statement::statement;

statement! {
    struct DeleteCodes { user: UserId => Uuid, consent: ConsentId => Uuid }
    "DELETE FROM authorization_codes
     WHERE session_id = ANY (ARRAY(SELECT s.id FROM sessions s WHERE s.user_id = {user} AND s.ended_at IS NULL))
       AND client_id = (SELECT agreed.client_id FROM consents agreed WHERE agreed.id = {consent} AND (agreed.user_id = {user}) IS TRUE)
       AND redeemed_at IS NULL"
}

/// Deletes the codes that the app of a consent has not redeemed.
pub fn delete_codes_of_consent(conn: &mut Conn, user: UserId, consent: ConsentId) -> QueryResult<()> {
    DeleteCodes { user, consent }.execute(conn).map(|_| ())
}
