//! Fetches a document from an address, within bounds and without credentials or a body.
//! It is no request to the target: it only reads.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, LOCATION};
use tokio::time::timeout;
use url::Url;

use super::client::{Client, seconds};
use super::no_answer;
use crate::model::contract::Status;

/// What is at an address.
#[derive(Debug)]
pub struct FetchedDocument {
    /// Status of the answer.
    pub status: Status,
    /// Where it leads.
    pub location: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Asks for what is at an address.
    ///
    /// # Errors
    /// Nothing came that can be read within the bounds; why.
    pub async fn document(&self, url: &Url) -> Result<FetchedDocument, String> {
        let total = self.bounds().total;
        let asked = self.inner().get(url.clone()).header(ACCEPT, "application/json, application/yaml, */*;q=0.5").header(ACCEPT_ENCODING, "identity");
        let answered = timeout(total, asked.send()).await.map_err(|_| format!("no answer came within {}", seconds(total)))?;
        let mut response = answered.map_err(|error| no_answer::of(&error))?;
        let named = |name| response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let (status, location) = (Status(response.status().as_u16()), named(LOCATION));
        if let Some(coding) = named(CONTENT_ENCODING).filter(|coding| coding != "identity") {
            return Err(format!("its content coding is {coding}, which was not asked for"));
        }
        let most = self.bounds().body;
        let whole = async {
            let mut bytes: Vec<u8> = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| no_answer::of(&error))? {
                if chunk.len() > most.saturating_sub(bytes.len()) {
                    return Err(format!("it is longer than {most} bytes"));
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(bytes)
        };
        let bytes = timeout(total, whole).await.map_err(|_| format!("it did not end within {}", seconds(total)))??;
        Ok(FetchedDocument { status, location, bytes })
    }
}
