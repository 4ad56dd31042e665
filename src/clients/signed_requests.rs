//! Authorization requests that a client signed (RFC 9101; JA-01 to JA-03).

use super::ClientRegistry;
use crate::{
    error::Failure,
    protocol::{
        authorize,
        client::Client,
        params::Params,
        request_object::{ExpectedObject, RequestObject, refused},
    },
};

impl ClientRegistry {
    /// Returns the parameters of a request object, which is used up if it has a `jti`. The checks are in the
    /// order of their cost.
    ///
    /// # Errors
    /// `invalid_request_object`, or a fault: the keys of the client cannot be read, or the database fails.
    pub async fn signed_request(&self, client: &Client, object: &str) -> Result<Params, Failure> {
        let object = RequestObject::parse(object)?;
        let once = object.check(&ExpectedObject {
            client_id: &client.client_id,
            alg: client.request_object_signing_alg.as_deref(),
            issuer: &self.urls.issuer,
            now: self.clock.now(),
        })?;
        let params = object.params(authorize::is_text)?;
        self.verify(client, object.signed())
            .await?
            .map_err(|unproven| unproven.into_failure(refused))?;
        if let Some(once) = once {
            self.use_once(&once).await?.map_err(refused)?;
        }
        Ok(params)
    }
}
