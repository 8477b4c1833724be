//! What a license lets a customer run, to compare two catalogues: mixes of features at one time, played on the resolver.

use jiff::civil::Date;

use crate::license::{Kind, License};
use crate::resolve::{Event, Model, Outcome, Request, State};

use super::fault::Fault;

/// Features and how many of each at one time.
pub type Mix = Vec<(String, u32)>;

/// Most checkouts of one feature that are tried.
const MOST: u32 = 1000;

/// A license, ready to be asked.
#[derive(Debug)]
pub struct Runs {
    model: Model,
    /// The features that users check out: tokens, and where there are none all names.
    features: Vec<String>,
    day: Date,
}

/// Compiles a license to ask what it runs on a day.
///
/// # Errors
/// When the resolver does not take it.
pub fn runs(license: &License, day: Date) -> Result<Runs, Fault> {
    let model = Model::compile([license]).map_err(|error| Fault::new(error.message))?;
    let names = |only_tokens: bool| {
        let mut names: Vec<String> = Vec::new();
        for feature in &license.features {
            let name = feature.name.value.to_string();
            let wanted =
                if only_tokens { feature.kind == Kind::Token } else { feature.kind != Kind::Activation };
            if wanted && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let tokens = names(true);
    let features = if tokens.is_empty() { names(false) } else { tokens };
    Ok(Runs { model, features, day })
}

impl Runs {
    /// How many of each feature of a mix run when they are started in its order; all of them, or fewer.
    #[must_use]
    pub fn granted(&self, mix: &Mix) -> Mix {
        let mut state = State::new(&self.model, self.day.at(0, 0, 0, 0));
        let mut granted = Mix::new();
        for (feature, wanted) in mix {
            let event = Event::Checkout(Request::one(self.model.name(feature)));
            let is_granted =
                |state: &mut State| matches!(self.model.apply(state, &event), Outcome::Granted(_));
            let mut count = 0;
            while count < (*wanted).min(MOST) && is_granted(&mut state) {
                count += 1;
            }
            granted.push((feature.clone(), count));
        }
        granted
    }

    /// The most of each feature alone: the mixes that are compared where an order does not say what is run.
    #[must_use]
    pub fn alone(&self) -> Vec<Mix> {
        let most = |feature: &String| self.granted(&vec![(feature.clone(), MOST)]);
        self.features.iter().map(most).filter(|mix| mix.iter().any(|(_, count)| *count > 0)).collect()
    }
}

/// Mixes that one license runs and another does not, each with what of it the other runs.
#[must_use]
pub fn could_run(before: &Runs, after: &Runs, wanted: &[Mix]) -> Vec<(Mix, Mix)> {
    let ran = wanted.iter().map(|mix| before.granted(mix));
    let pairs = ran.map(|mix| {
        let now = after.granted(&mix);
        (mix, now)
    });
    pairs.filter(|(mix, now)| mix != now).collect()
}
