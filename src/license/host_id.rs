//! HOSTID values: the form of each type, the canonical spelling, and values that many machines have.

use std::net::IpAddr;

use unicode_normalization::UnicodeNormalization as _;

use super::value::HostId;

/// The form of the values of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// 12 hexadecimal digits.
    Ethernet,
    /// An address of IP version 4 or 6.
    Ip,
    /// A DNS or NetBIOS name.
    HostName,
    /// 32 hexadecimal digits in five groups.
    Uuid,
    /// Decimal digits.
    Decimal,
    /// Decimal digits, or hexadecimal digits after `0x`.
    Number,
    /// The serial number of a Raspberry Pi: 16 hexadecimal digits.
    Serial16,
    /// The id of an Amazon instance.
    AwsInstance,
    /// Any text.
    Text,
}

/// The known types. Other types are not checked.
const TYPES: [(&str, Form); 16] = [
    ("ETHERNET", Form::Ethernet),
    ("IPADDRESS", Form::Ip),
    ("HOSTNAME", Form::HostName),
    ("UUID", Form::Uuid),
    ("AZURE_ID", Form::Uuid),
    ("GCE_ID", Form::Decimal),
    ("DONGLE_HASPHL", Form::Decimal),
    ("LONG", Form::Number),
    ("RPI_SN", Form::Serial16),
    ("AWS_INSTANCE_ID", Form::AwsInstance),
    ("DISK", Form::Text),
    ("HARDDISK", Form::Text),
    ("BIOS", Form::Text),
    ("WIN_PRODUCT_ID", Form::Text),
    ("USERNAME", Form::Text),
    ("CUSTOM", Form::Text),
];

/// Values that firmware, containers and virtual machines give to many machines, in canonical spelling.
const COMMON: [(&str, &str, &str); 17] = [
    ("ETHERNET", "FFFFFFFFFFFF", "the broadcast address"),
    ("ETHERNET", "525400123456", "the default address of QEMU"),
    ("ETHERNET", "00059A3C7800", "the address of a VPN adapter"),
    ("IPADDRESS", "10.0.2.15", "the default address in VirtualBox"),
    ("IPADDRESS", "255.255.255.255", "the broadcast address"),
    ("HOSTNAME", "localhost", "every machine has this name"),
    ("HOSTNAME", "localhost.localdomain", "every machine has this name"),
    ("HOSTNAME", "raspberrypi", "the default name of an operating system"),
    ("HOSTNAME", "ubuntu", "the default name of an operating system"),
    ("HOSTNAME", "debian", "the default name of an operating system"),
    ("UUID", "ffffffff-ffff-ffff-ffff-ffffffffffff", "firmware writes it where there is no id"),
    ("UUID", "03000200-0400-0500-0006-000700080009", "firmware writes it where there is no id"),
    ("UUID", "12345678-1234-5678-90ab-cddeefaabbcc", "firmware writes it where there is no id"),
    ("BIOS", "to be filled by o.e.m.", "firmware writes it where there is no id"),
    ("BIOS", "default string", "firmware writes it where there is no id"),
    ("BIOS", "none", "firmware writes it where there is no id"),
    ("USERNAME", "root", "every machine has this user"),
];

/// Ranges of ETHERNET addresses that many machines share, by their first digits.
const COMMON_ETHERNET: [(&str, &str); 4] = [
    ("0242AC", "the addresses of containers begin with these digits"),
    ("0242", "the addresses of containers begin with these digits"),
    ("005056C0", "the host adapters of VMware have this address on every machine"),
    ("0A0027", "the host adapters of VirtualBox have this address on every machine"),
];

impl HostId {
    fn form(&self) -> Option<Form> {
        TYPES.iter().find(|(kind, _)| *kind == self.kind).map(|(_, form)| *form)
    }

    /// Returns the value in canonical spelling. The value of an unknown type is returned as it is.
    ///
    /// ```
    /// # use keywright_license::HostId;
    /// let host = HostId::new("ETHERNET=00:1a:2b:3c:4d:5e").ok_or("no host id")?;
    /// assert_eq!(host.canonical().as_deref(), Ok("001A2B3C4D5E"));
    /// # Ok::<(), &str>(())
    /// ```
    ///
    /// # Errors
    /// Returns the expected form if the value cannot be one of its type.
    pub fn canonical(&self) -> Result<String, &'static str> {
        let value = self.value.as_str();
        match self.form().unwrap_or(Form::Text) {
            Form::Ethernet => ethernet(value).ok_or("12 hexadecimal digits: `ETHERNET=0050569E1A2B`"),
            Form::Ip => {
                let address = value.parse::<IpAddr>();
                let expected = "one address of IP version 4 or 6: `IPADDRESS=192.168.1.10`";
                address.map(|address| address.to_string()).map_err(|_| expected)
            }
            Form::HostName => {
                host_name(value).ok_or("the name of one computer, without spaces: `HOSTNAME=server1`")
            }
            Form::Uuid => uuid(value)
                .ok_or("32 hexadecimal digits in five groups: `UUID=0f8fad5b-d9cb-469f-a165-70867728950e`"),
            Form::Decimal => digits(value, u8::is_ascii_digit).ok_or("decimal digits: `12345`"),
            Form::Number => {
                number(value).ok_or("a number in decimal digits, or in hexadecimal digits after `0x`")
            }
            Form::Serial16 => digits(value, u8::is_ascii_hexdigit)
                .filter(|value| value.len() == 16)
                .map(|value| value.to_ascii_lowercase())
                .ok_or("16 hexadecimal digits: `RPI_SN=00000000a1b2c3d4`"),
            Form::AwsInstance => aws_instance(value).ok_or("`i-` and 8 or 17 hexadecimal digits"),
            Form::Text => Ok(value.nfc().collect()),
        }
    }

    /// Returns the form that equal hosts have in common: the canonical spelling and, for names of computers, lower case.
    #[must_use]
    pub fn comparable(&self) -> Self {
        let value = self.canonical().unwrap_or_else(|_| self.value.clone());
        let value = if self.form() == Some(Form::HostName) { value.to_lowercase() } else { value };
        Self { kind: self.kind.clone(), value }
    }

    /// Returns why many machines have this value, or `None`.
    #[must_use]
    pub fn common(&self) -> Option<&'static str> {
        let value = self.canonical().ok()?;
        // The user of a license is chosen by the vendor and the customer, whatever it looks like.
        let is_custom = self.kind == "CUSTOM" || self.form().is_none();
        let is_zero = value.bytes().any(|byte| byte == b'0')
            && value.bytes().all(|byte| matches!(byte, b'0' | b':' | b'-' | b'.' | b'x'));
        if is_zero && !is_custom {
            return Some("a machine without such an id has it");
        }
        match self.form()? {
            Form::Ethernet => {
                let range = COMMON_ETHERNET.iter().find(|(start, _)| value.starts_with(start));
                range.map(|(_, why)| *why).or_else(|| self.listed(&value))
            }
            Form::Ip => common_address(value.parse().ok()?).or_else(|| self.listed(&value)),
            _ => self.listed(&value),
        }
    }

    fn listed(&self, canonical: &str) -> Option<&'static str> {
        let value = canonical.to_lowercase();
        let kind = match self.kind.as_str() {
            "DISK" | "HARDDISK" => "BIOS",
            "AZURE_ID" => "UUID",
            kind => kind,
        };
        COMMON
            .iter()
            .find(|(known, common, _)| *known == kind && common.eq_ignore_ascii_case(&value))
            .map(|(_, _, why)| *why)
    }
}

/// Returns the known types of host ids.
pub fn host_id_types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(kind, _)| *kind)
}

/// Reads 12 digits without separators, in pairs with `:` or `-`, or in groups of four with `.`.
fn ethernet(value: &str) -> Option<String> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups = |separator: char, length: usize| {
        value.contains(separator) && value.split(separator).all(|group| group.len() == length && hex(group))
    };
    let known = hex(value) || groups(':', 2) || groups('-', 2) || groups('.', 4);
    let digits: String = value.chars().filter(char::is_ascii_hexdigit).collect();
    (known && digits.len() == 12).then(|| digits.to_ascii_uppercase())
}

/// Reads a name of letters, digits, `-` and `_` in labels. A dot at the end is removed.
fn host_name(value: &str) -> Option<String> {
    let name: String = value.strip_suffix('.').unwrap_or(value).nfc().collect();
    let label = |label: &str| {
        let fits = (1..=63).contains(&label.chars().count());
        fits && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (name.len() <= 253 && name.split('.').all(label)).then_some(name)
}

/// Reads 32 digits, without separators, in groups, or in braces.
fn uuid(value: &str) -> Option<String> {
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(value);
    let lengths: Vec<usize> = inner.split('-').map(str::len).collect();
    let digits = inner.replace('-', "").to_ascii_lowercase();
    let is_form = lengths == [8, 4, 4, 4, 12] || lengths == [32];
    if !is_form || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    Some([part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?].join("-"))
}

fn digits(value: &str, is_digit: impl Fn(&u8) -> bool) -> Option<String> {
    (!value.is_empty() && value.bytes().all(|byte| is_digit(&byte))).then(|| value.to_owned())
}

fn number(value: &str) -> Option<String> {
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(rest) => {
            digits(rest, u8::is_ascii_hexdigit).map(|rest| format!("0x{}", rest.to_ascii_lowercase()))
        }
        None => digits(value, u8::is_ascii_hexdigit).map(|value| value.to_ascii_lowercase()),
    }
}

fn aws_instance(value: &str) -> Option<String> {
    let digits = digits(value.strip_prefix("i-")?, u8::is_ascii_hexdigit)?;
    matches!(digits.len(), 8 | 17).then(|| format!("i-{}", digits.to_ascii_lowercase()))
}

fn common_address(address: IpAddr) -> Option<&'static str> {
    let is_link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let is_container = matches!(address, IpAddr::V4(address) if address.octets().starts_with(&[172, 17]));
    if address.is_loopback() {
        return Some("every machine has a loopback address");
    }
    if address.is_unspecified() {
        return Some("a machine without an address has it");
    }
    if is_link_local {
        return Some("a machine chooses a link-local address by itself");
    }
    if address.is_multicast() {
        return Some("a multicast address belongs to a group");
    }
    is_container.then_some("it is in the default network of containers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostId {
        HostId::new(text).unwrap()
    }

    #[test]
    fn spellings_of_one_host_have_one_canonical_form() {
        for (text, canonical) in [
            ("ETHERNET=001A2B3C4D5E", "001A2B3C4D5E"),
            ("ETHERNET=00-1a-2b-3c-4d-5e", "001A2B3C4D5E"),
            ("ETHERNET=001a.2b3c.4d5e", "001A2B3C4D5E"),
            ("IPADDRESS=2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("IPADDRESS=10.1.2.3", "10.1.2.3"),
            ("HOSTNAME=Mu\u{308}ller-PC.", "Müller-PC"),
            ("UUID={0F8FAD5B-D9CB-469F-A165-70867728950E}", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("UUID=0f8fad5bd9cb469fa16570867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("LONG=0X1F", "0x1f"),
            ("AWS_INSTANCE_ID=i-0ABCDEF012345678a", "i-0abcdef012345678a"),
            ("CUSTOM=any text = at all", "any text = at all"),
            ("OTHER=a:b", "a:b"),
        ] {
            assert_eq!(host(text).canonical().as_deref(), Ok(canonical), "{text}");
            let again = HostId { value: canonical.to_owned(), ..host(text) };
            assert_eq!(again.canonical().as_deref(), Ok(canonical), "{text}");
        }
        assert_eq!(host("HOSTNAME=SERVER").comparable(), host("HOSTNAME=server").comparable());
    }

    #[test]
    fn impossible_values_are_refused() {
        for text in [
            "ETHERNET=ZZZ",
            "ETHERNET=001A2B3C4D",
            "ETHERNET=00:1A:2B:3C:4D:5E:6F",
            "ETHERNET=001A2B:3C4D5E",
            "IPADDRESS=999.1.1.1",
            "IPADDRESS=192.168.001.001",
            "IPADDRESS=192.168.1.0/24",
            "HOSTNAME=two words",
            "HOSTNAME=-a",
            "HOSTNAME=a..b",
            "UUID=0f8fad5b",
            "UUID=0f8fad5bd9cb-469f-a165-7086-7728950e",
            "GCE_ID=12a",
            "LONG=xyz",
            "RPI_SN=12",
            "AWS_INSTANCE_ID=0abcdef0",
        ] {
            assert!(host(text).canonical().is_err(), "{text}");
        }
    }

    #[test]
    fn values_of_many_machines_are_known() {
        for text in [
            "ETHERNET=00:00:00:00:00:00",
            "ETHERNET=ffffffffffff",
            "ETHERNET=02:42:ac:11:00:02",
            "IPADDRESS=127.0.0.1",
            "IPADDRESS=::1",
            "IPADDRESS=::",
            "IPADDRESS=169.254.1.1",
            "IPADDRESS=172.17.0.2",
            "HOSTNAME=LocalHost",
            "UUID=00000000-0000-0000-0000-000000000000",
            "UUID=03000200-0400-0500-0006-000700080009",
            "DISK=0000",
            "HARDDISK=Default string",
        ] {
            assert!(host(text).common().is_some(), "{text}");
        }
        for text in
            ["ETHERNET=001A2B3C4D5E", "IPADDRESS=10.0.0.1", "CUSTOM=0000", "HOSTNAME=server0", "LONG=10"]
        {
            assert_eq!(host(text).common(), None, "{text}");
        }
    }
}
