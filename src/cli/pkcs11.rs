//! Signing with a PKCS#11 token: a smart card, a security module, SoftHSM.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use keywright_sign::{Signer, SignerFailure};
use keywright_verify::PublicKey;

use super::{CliError, files};

/// A session with a token, and the signing key on it.
pub(super) struct Token {
    session: Mutex<Session>,
    key: ObjectHandle,
    public: PublicKey,
}

impl Token {
    /// Opens a token and finds the secret key of a public key.
    pub(super) fn open(
        module: &Path,
        label: Option<&str>,
        pin: &str,
        public: &PublicKey,
    ) -> Result<Self, CliError> {
        let cannot = |what: &str| {
            let name = files::display_name(module);
            let what = what.to_owned();
            move |error: cryptoki::error::Error| CliError::failure(format!("`{name}`: {what}: {error}"))
        };
        let context = Pkcs11::new(module).map_err(cannot("not a PKCS#11 module"))?;
        context
            .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
            .map_err(cannot("cannot initialize the module"))?;
        let slot = slot(&context, label).map_err(cannot("cannot list the tokens"))?;
        let slot = slot.ok_or_else(|| {
            CliError::usage(format!("no unique token found in `{}`", files::display_name(module)))
                .help("select one with `--pkcs11-token LABEL`")
        })?;
        let session = context.open_ro_session(slot).map_err(cannot("cannot open the token"))?;
        session
            .login(UserType::User, Some(&AuthPin::new(pin.into())))
            .map_err(cannot("the token rejects the PIN"))?;
        let key = find(&session, public).map_err(cannot("cannot list the keys"))?;
        let key = key.ok_or_else(|| {
            CliError::usage(format!("key {} is not on the token", public.id()))
                .help("the token must contain the public and the secret key, with the same CKA_ID")
        })?;
        Ok(Self { session: Mutex::new(session), key, public: *public })
    }
}

fn slot(context: &Pkcs11, label: Option<&str>) -> cryptoki::error::Result<Option<Slot>> {
    let mut fitting = Vec::new();
    for slot in context.get_slots_with_initialized_token()? {
        let info = context.get_token_info(slot)?;
        if label.is_none_or(|label| info.label() == label) {
            fitting.push(slot);
        }
    }
    Ok(match fitting.as_slice() {
        [slot] => Some(*slot),
        _ => None,
    })
}

/// Returns the secret key with the same id as the public key with these bytes.
fn find(session: &Session, public: &PublicKey) -> cryptoki::error::Result<Option<ObjectHandle>> {
    let publics = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::KeyType(KeyType::EC_EDWARDS)];
    for handle in session.find_objects(&publics)? {
        let mut id = None;
        let mut is_it = false;
        for attribute in session.get_attributes(handle, &[AttributeType::EcPoint, AttributeType::Id])? {
            match attribute {
                // The point is given directly, or as an OCTET STRING with a two-byte header.
                Attribute::EcPoint(point) => {
                    is_it =
                        point == public.as_bytes() || point.strip_prefix(&[4, 32]) == Some(public.as_bytes());
                }
                Attribute::Id(bytes) => id = Some(bytes),
                _ => {}
            }
        }
        if let (true, Some(id)) = (is_it, id) {
            let secrets = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id)];
            return Ok(session.find_objects(&secrets)?.into_iter().next());
        }
    }
    Ok(None)
}

impl Signer for Token {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
        let signature = session
            .sign(&mechanism, self.key, message)
            .map_err(|error| SignerFailure(format!("token error: {error}")))?;
        let length = signature.len();
        signature
            .try_into()
            .map_err(|_| SignerFailure(format!("the token returned {length} bytes instead of 64")))
    }
}
