//! What a match in a bank means: whether the bank is on, how near counts, what it silences, and which
//! of its entries take no part.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::hash::Radius;

/// What a bank's entries are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// What is searched for: a match is reported.
    #[default]
    Report,
    /// What is known to be harmless: a match here silences others of the same picture.
    Allow,
}

/// How a bank takes part in scans and look-ups. By default it is on, reports, and has the radius of the
/// scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Policy {
    /// Whether the bank is searched at all.
    pub enabled: bool,
    /// What its entries are.
    pub role: Role,
    /// The greatest distance that is a match in this bank; `None` for that of the scan.
    #[serde(skip_serializing_if = "Option::is_none", with = "bits")]
    pub radius: Option<Radius>,
    /// The ids of entries that are switched off, and stay so when their list is added again.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub disabled: BTreeSet<String>,
}

impl Default for Policy {
    fn default() -> Self {
        let (role, radius, disabled) = Default::default();
        Self { enabled: true, role, radius, disabled }
    }
}

/// The policies of banks that have one of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policies(BTreeMap<String, Policy>);

impl Policies {
    /// That of a bank, if it is not the default.
    pub fn get(&self, bank: &str) -> Option<&Policy> {
        self.0.get(bank)
    }

    /// That of a bank, to be changed.
    pub fn entry(&mut self, bank: &str) -> &mut Policy {
        self.0.entry(bank.to_owned()).or_default()
    }

    /// Banks with their policies, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Policy)> {
        self.0.iter().map(|(bank, policy)| (bank.as_str(), policy))
    }

    /// Whether all banks have the default policy.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a match in some bank silences others.
    pub fn allows(&self) -> bool {
        self.0.values().any(|policy| policy.enabled && policy.role == Role::Allow)
    }

    /// The radius at which all banks must be searched, if `radius` is that of the scan.
    pub fn widest(&self, radius: Radius) -> Radius {
        let own =
            self.0.values().filter(|policy| policy.enabled).filter_map(|policy| policy.radius);
        own.fold(radius, Radius::max)
    }

    /// What an entry takes part as, and the greatest distance that is a match with it; `None` if it, or
    /// its bank, is switched off.
    ///
    /// ```
    /// use tutela::hash::Radius;
    /// use tutela::index::{Policies, Role};
    ///
    /// let mut policies = Policies::default();
    /// policies.entry("old").disabled.insert("43-1".to_owned());
    /// policies.entry("old").radius = Radius::new(16);
    /// let scan = Radius::default();
    /// assert_eq!(policies.role("old", "43-1", scan), None);
    /// assert_eq!(policies.role("old", "43-2", scan), Radius::new(16).map(|r| (Role::Report, r)));
    /// assert_eq!(policies.role("new", "43-1", scan), Some((Role::Report, scan)));
    /// ```
    pub fn role(&self, bank: &str, id: &str, radius: Radius) -> Option<(Role, Radius)> {
        match self.0.get(bank) {
            None => Some((Role::default(), radius)),
            Some(policy) if !policy.enabled || policy.disabled.contains(id) => None,
            Some(policy) => Some((policy.role, policy.radius.unwrap_or(radius))),
        }
    }

    /// Forgets policies that are no different from the default.
    pub(super) fn tidy(&mut self) {
        self.0.retain(|_, policy| *policy != Policy::default());
    }
}

/// A radius as a number of bits.
mod bits {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    use crate::hash::Radius;

    pub(super) fn serialize<S: Serializer>(
        radius: &Option<Radius>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        radius.map(Radius::get).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Radius>, D::Error> {
        let Some(bits) = Option::<u32>::deserialize(deserializer)? else { return Ok(None) };
        Radius::new(bits).map(Some).ok_or_else(|| D::Error::custom("a radius above 256 bits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_radius_is_that_of_banks_that_are_searched() {
        let radius = |bits| Radius::new(bits).unwrap();
        let mut policies = Policies::default();
        assert_eq!(policies.widest(radius(31)), radius(31));
        policies.entry("near").radius = Some(radius(10));
        assert_eq!(policies.widest(radius(31)), radius(31));
        policies.entry("far").radius = Some(radius(40));
        assert_eq!(policies.widest(radius(31)), radius(40));
        policies.entry("far").enabled = false;
        assert_eq!(policies.widest(radius(31)), radius(31));
    }

    #[test]
    fn a_bank_that_is_off_does_not_allow_anything() {
        let mut policies = Policies::default();
        policies.entry("harmless").role = Role::Allow;
        assert!(policies.allows());
        policies.entry("harmless").enabled = false;
        assert!(!policies.allows());
        assert_eq!(policies.role("harmless", "a", Radius::default()), None);
    }

    #[test]
    fn what_is_written_is_what_differs_from_the_default() {
        let mut policies = Policies::default();
        policies.entry("plain");
        policies.entry("own").radius = Radius::new(20);
        policies.tidy();
        let text = serde_json::to_string(&policies).unwrap();
        assert_eq!(text, r#"{"own":{"enabled":true,"role":"report","radius":20}}"#);
        assert_eq!(serde_json::from_str::<Policies>(&text).unwrap(), policies);
        assert!(serde_json::from_str::<Policies>(r#"{"own":{"radius":257}}"#).is_err());
        assert!(serde_json::from_str::<Policies>(r#"{"own":{"role":"delete"}}"#).is_err());
    }
}
