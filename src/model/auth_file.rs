//! Which file of log-ins in the form of Web Fuzzing Commons a suite names, and which of its users is which account.

use serde::{Deserialize, Serialize};

/// A file of log-ins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a file, or `file`, `full`, `limited`, `other` and `cookie`")]
#[cfg_attr(test, schemars(title = "File of log-ins"))]
pub enum AuthFile {
    /// The file, relative to the suite.
    File(String),
    /// The same with what the file does not say.
    Parts(AuthFileParts),
}

/// The parts of a file of log-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Parts of a file of log-ins"))]
pub struct AuthFileParts {
    /// The file, relative to the suite; `--auth` goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"auth.yaml"))]
    pub file: Option<String>,
    /// The name of the user that may do everything; the first one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"librarian"))]
    pub full: Option<String>,
    /// The name of the user that may do nothing; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"guest"))]
    pub limited: Option<String>,
    /// The name of the user that owns other things; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"reader"))]
    pub other: Option<String>,
    /// The cookie of a log-in that sets one, where the contract has no scheme for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"sid"))]
    pub cookie: Option<String>,
}

impl AuthFile {
    /// Its parts.
    pub fn parts(&self) -> AuthFileParts {
        match self {
            Self::File(file) => AuthFileParts { file: Some(file.clone()), ..AuthFileParts::default() },
            Self::Parts(parts) => parts.clone(),
        }
    }
}

impl AuthFileParts {
    /// Which of the users of a file each account is, by their places: the one that may do everything, the limited one, and the one
    /// that owns other things.
    ///
    /// # Errors
    /// There is no user of a name, or one user is two accounts.
    pub fn users(&self, names: &[Option<String>]) -> Result<[Option<usize>; 3], String> {
        let place = |name: &Option<String>| {
            let Some(wanted) = name else { return Ok(None) };
            let known = || names.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
            let found = names.iter().position(|known| known == name);
            found.map(Some).ok_or_else(|| format!("it has no user {wanted}; its users are {}", known()))
        };
        let (full, limited, other) = (place(&self.full)?.unwrap_or(0), place(&self.limited)?, place(&self.other)?);
        let twice =
            if limited == Some(full) { Some("limited") } else { other.filter(|other| *other == full || limited == Some(*other)).map(|_| "other") };
        let told = |account| format!("the {account} account is another user than the accounts before it; name another one in `{account}` or `full`");
        twice.map_or(Ok([Some(full), limited, other]), |account| Err(told(account)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_a_user_of_its_own() {
        let names = ["foo", "bar", "baz"].map(|name| Some(name.to_owned()));
        let users = |[full, limited, other]: [&str; 3]| {
            let [full, limited, other] = [full, limited, other].map(|name| Some(name.to_owned()).filter(|name| !name.is_empty()));
            AuthFileParts { full, limited, other, ..AuthFileParts::default() }.users(&names)
        };
        assert_eq!(users(["", "", ""]), Ok([Some(0), None, None]));
        assert_eq!(users(["baz", "bar", "foo"]), Ok([Some(2), Some(1), Some(0)]));
        assert_eq!(users(["", "eve", ""]).unwrap_err(), "it has no user eve; its users are foo, bar, baz");
        for (wrong, account) in [(["", "foo", ""], "limited"), (["bar", "", "bar"], "other"), (["", "bar", "bar"], "other")] {
            assert!(users(wrong).unwrap_err().starts_with(&format!("the {account} account is another user")), "{wrong:?}");
        }
    }
}
