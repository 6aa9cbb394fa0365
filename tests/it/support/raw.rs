//! Bytes on the wire, for what no client would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::sql_types::{Binary, Text};
use serde_json::Value;
use vestibule::base::seal::Ring;
use vestibule::config::Algorithm;
use vestibule::keys::SigningKey;

use super::cluster::ring_key;
use super::database::Database;

/// Sends this and reads until the other side has nothing more to say.
pub async fn raw(address: SocketAddr, bytes: &str) -> String {
    let bytes = bytes.as_bytes().to_vec();
    let exchange = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        // The other side may answer and hang up before it has read everything.
        let _refused = stream.write_all(&bytes);
        let (mut answer, mut piece) = (vec![], [0; 4096]);
        while let Ok(read @ 1..) = stream.read(&mut piece) {
            answer.extend_from_slice(&piece[..read]);
            if is_whole(&answer) {
                break;
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    });
    exchange.join().expect("no panic")
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

#[derive(diesel::QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    kid: String,
    #[diesel(sql_type = Binary)]
    private_key: Vec<u8>,
}

/// Signs claims with the gateway's own key, as only the gateway can: to see that the signature is not all that counts.
pub fn sign(database: &Database, claims: &Value) -> String {
    sign_as("at+jwt", database, claims)
}

/// The same as a token of another type.
pub fn sign_as(typ: &str, database: &Database, claims: &Value) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let query = "SELECT kid, private_key FROM signing_keys WHERE algorithm = 'ES256' AND state = 'active'";
    let Stored { kid, private_key } = diesel::sql_query(query).get_result(&mut database.connection()).expect("a key");
    let ring = Ring::parse([ring_key()]).expect("a ring");
    let pkcs8 = ring.open(&format!("signing_keys:{kid}:private_key"), &private_key).expect("our seal");
    let key = SigningKey::from_pkcs8(Algorithm::Es256, &pkcs8).expect("a key");
    let head = format!("{{\"typ\":\"{typ}\",\"alg\":\"ES256\",\"kid\":\"{kid}\"}}");
    let input = format!("{}.{}", B64.encode(head), B64.encode(claims.to_string()));
    let signature = key.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", B64.encode(signature))
}
