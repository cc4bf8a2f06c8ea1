//! Credentials: a public id that may be logged, and a secret of 256 bits that is shown once and kept as a hash.
//!
//! `clt_ID_SECRET_CHECK`: the prefix is for scanners that look for leaked secrets, the check for typing errors.

use crate::error::{Code, Error};
use crate::hash::{crc32, hex, sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Joining, as often as it allows.
    Join,
    /// Being an agent: made by the agent itself.
    Agent,
}

impl Use {
    fn prefix(self) -> &'static str {
        match self {
            Use::Join => "clt",
            Use::Agent => "cla",
        }
    }
}

/// A credential as its holder has it. It is not shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
}

/// Bytes of the public id, and of the secret.
const ID: usize = 8;
const SECRET: usize = 32;
const RANDOM: usize = ID + SECRET;

impl Token {
    fn new(r#use: Use, random: &[u8; RANDOM]) -> Token {
        let (id, secret) = random.split_at(ID);
        let text = format!("{}_{}_{}", r#use.prefix(), hex(id), hex(secret));
        Token { text: format!("{text}_{}", check(&text)) }
    }

    /// Makes a token that nobody can guess.
    pub fn random(r#use: Use) -> Result<Token, Error> {
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random).map_err(|error| Error::new(Code::Io, format!("no random numbers: {error}")))?;
        Ok(Token::new(r#use, &random))
    }

    /// Reads a token; `None` for what is none, which a wrong character makes it.
    pub fn parse(r#use: Use, text: &str) -> Option<Token> {
        let mut parts = text.split('_');
        let (prefix, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let sum = parts.next()?;
        let is_whole = prefix == r#use.prefix() && is_hex(id, ID) && is_hex(secret, SECRET) && parts.next().is_none();
        let rest = text.strip_suffix(sum)?.strip_suffix('_')?;
        (is_whole && check(rest) == sum).then(|| Token { text: text.to_owned() })
    }

    /// Whether a text can be the public part of a token.
    pub fn is_id(text: &str) -> bool {
        is_hex(text, ID)
    }

    /// The public part.
    pub fn id(&self) -> &str {
        self.text.split('_').nth(1).unwrap_or_default()
    }

    /// All of it, for its holder.
    pub fn secret(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        sha256(self.text.as_bytes())
    }

    /// Whether this is the token of which that hash was kept. Takes as long for any other.
    pub fn is(&self, hash: &str) -> bool {
        self.hash().as_bytes().ct_eq(hash.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.id())
    }
}

fn check(text: &str) -> String {
    format!("{:08x}", crc32(text.as_bytes()))
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_a_wrong_one_does_not() {
        let random: [u8; RANDOM] = std::array::from_fn(|n| (n as u8).wrapping_mul(7));
        let token = Token::new(Use::Join, &random);
        assert_eq!(token.secret().len(), 3 + 1 + 16 + 1 + 64 + 1 + 8);
        let read = Token::parse(Use::Join, token.secret()).unwrap();
        assert!(read == token && read.is(&token.hash()) && read.id() == token.id());
        for at in 0..token.secret().len() {
            let mut wrong = token.secret().to_owned().into_bytes();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(Token::parse(Use::Join, std::str::from_utf8(&wrong).unwrap()), None, "{at}");
        }
        for text in ["", "clt", "clt_", "clt___", &format!("{}_", token.secret()), &token.secret().to_uppercase()] {
            assert_eq!(Token::parse(Use::Join, text), None, "{text}");
        }
        let key = Token::new(Use::Agent, &random);
        assert!(key.secret().starts_with("cla_") && Token::parse(Use::Agent, key.secret()) == Some(key.clone()));
        assert_eq!((Token::parse(Use::Join, key.secret()), Token::parse(Use::Agent, token.secret())), (None, None));
        assert!(!token.is("") && !token.is(&"0".repeat(64)));
        assert!(!format!("{token:?}").contains(&token.secret()[21..40]));
    }
}
