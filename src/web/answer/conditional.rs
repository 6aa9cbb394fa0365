//! Answers with an entity tag (RFC 9110 §8.8.3), so that a client which has the document already gets 304 without it.

use actix_web::body::MessageBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::negotiate;

/// A document as it is sent.
pub struct Document<'d, B> {
    /// The media type of the document.
    pub content_type: &'static str,
    /// The value of `Cache-Control`.
    pub cache_control: &'d str,
    /// The entity tag, with quotes.
    pub etag: &'d str,
    /// Makes the body; called only if it is sent.
    pub body: B,
}

impl<T: MessageBody + 'static, B: FnOnce() -> T> Document<'_, B> {
    /// 200 with the document, or 304 if `If-None-Match` has its entity tag.
    pub fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = if negotiate::has_already(request, self.etag) {
            HttpResponse::NotModified().finish()
        } else {
            HttpResponse::Ok().content_type(self.content_type).body((self.body)())
        };
        for (name, value) in [(header::CACHE_CONTROL, self.cache_control), (header::ETAG, self.etag)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer.headers_mut().insert(name, value);
            }
        }
        answer
    }
}
