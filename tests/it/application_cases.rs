//! Cases of sessions in applications: license files that are signed for the vectors, and commands.

/// A case before its blocks are signed.
pub(crate) struct Draft {
    pub(crate) title: &'static str,
    pub(crate) files: &'static [&'static str],
    pub(crate) hosts: &'static [(&'static str, &'static str)],
    pub(crate) at: &'static str,
    pub(crate) script: &'static str,
}

const POOL: &str = "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=2.1 COUNT=10 ISSUED=2026-02-01 }\n\
    FEATURE Draw { VENDOR=ABC_Software KEYTYPE=TOKEN ISSUED=2026-02-01\n  \
    TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=2.0 COUNT=4\" }\n";
const LOCAL: &str = "FEATURE Local { VENDOR=ABC_Software VERSION=1.0 ISSUED=2026-02-01\n  \
    HOSTID=\"ETHERNET=00:50:56:9E:1A:2B\" HOSTID=\"HOSTNAME=desk-7\" }\n";
const LOCAL_HALF: &str = "FEATURE Local { VENDOR=ABC_Software VERSION=1.0 ISSUED=2026-02-01 HOSTID_MATCH_RATE=50\n  \
    HOSTID=\"ETHERNET=00:50:56:9E:1A:2B\" HOSTID=\"HOSTNAME=desk-7\" }\n";

#[rustfmt::skip]
pub(crate) fn drafts() -> Vec<Draft> {
    let case = |title, files, hosts, at, script| Draft { title, files, hosts, at, script };
    vec![
        case("session: a token draws on a pool", &[POOL], &[], "2026-03-01",
            "session 2026-03-01T09:00:00\nfeatures\navailable Pool\navailable Draw\ncheckout Draw\ncheckout Draw\n\
             checkout Draw\navailable Pool\ncheckin 1\ncheckin 1\ncheckout Draw"),
        case("session: versions and counts", &[POOL], &[], "2026-03-01",
            "session 2026-03-01T09:00:00\ncheckout Pool version=2.1 count=3\ncheckout Pool version=2.2\n\
             checkout Pool count=8\ncheckout Nothing\ncheckout Pool count=7"),
        case("session: sharing by user and host", &[
            "FEATURE Editor { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=2 SHARE=HOST|USER ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01",
            "session 2026-03-01T09:00:00\ncheckout Editor user=ann host=h1\ncheckout Editor user=ann host=h1\n\
             checkout Editor user=bob host=h1\ncheckout Editor user=eve host=h2\navailable Editor"),
        case("session: sharing by custom string", &[
            "FEATURE Editor { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=1 SHARE=CUSTOM ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01",
            "session 2026-03-01T09:00:00\ncheckout Editor custom=project-1\ncheckout Editor custom=project-1\n\
             checkout Editor custom=project-2"),
        case("session: an upgrade in a second file", &[
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=20 SN=S-1 ISSUED=2026-02-01 }\n",
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=UPGRADE VERSION=1.0 COUNT=15 SN=S-2 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00\navailable Pool\nrole 0 0\nrole 1 0"),
        case("session: two EXCLUSIVE blocks do not add up", &[
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=20 SN=S-1 ISSUED=2026-02-01 }\n",
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=35 SN=S-2 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00\navailable Pool\nrole 0 0\nrole 1 0"),
        case("session: a file that was given twice counts once", &[POOL, POOL], &[], "2026-03-01",
            "session 2026-03-01T09:00:00\navailable Pool\navailable Draw\nrole 0 0\nrole 0 1\nrole 1 1"),
        case("session: unlimited and limited", &[
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=UNLIMITED ISSUED=2026-02-01 }\n\
             FEATURE Pool { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=5 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00\navailable Pool\ncheckout Pool count=4000"),
        case("session: a block replaces another", &[
            "FEATURE Old { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=20 ISSUED=2026-02-01 }\n\
             FEATURE New { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=2.0 COUNT=5 REPLACES=\"FEATURE=Old\" ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00\navailable Old\ncheckout Old\navailable New\nrole 0 0\nrole 0 1"),
        case("session: a block comes into force and ends", &[
            "FEATURE Trial { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=1 START=2026-03-02 END=2026-03-03 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01",
            "session 2026-03-01T23:59:59\ncheckout Trial\nrole 0 0\nadvance 2026-03-02T00:00:00\ncheckout Trial\ncheckin 1\n\
             advance 2026-03-04T00:00:00\ncheckout Trial\nadvance 2026-03-03T00:00:00"),
        case("session: HOLD keeps a license after the checkin", &[
            "FEATURE Editor { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=1 HOLD=60 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01",
            "session 2026-03-01T09:00:00\ncheckout Editor\ncheckin 1\ncheckout Editor\nadvance 2026-03-01T09:01:00\ncheckout Editor"),
        case("session: metered tokens", &[
            "FEATURE Render { VENDOR=ABC_Software KEYTYPE=METERED VERSION=1.0 COUNT=100 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01",
            "session 2026-03-01T09:00:00\nconsume Render 60\nconsume Render 60\nconsume Render 40\nconsume Nothing 1"),
        case("session: a local license without host ids", &[LOCAL], &[], "2026-03-01",
            "session 2026-03-01T09:00:00\nfeatures\ncheckout Local"),
        case("session: a local license on its computer, in another spelling", &[LOCAL],
            &[("ethernet", "0050569e1a2b"), ("HOSTNAME", "DESK-7"), ("DISK", "1")], "2026-03-01",
            "session 2026-03-01T09:00:00\nfeatures\navailable Local\ncheckout Local"),
        case("session: a local license on a computer with one of its host ids", &[LOCAL],
            &[("ETHERNET", "00-50-56-9E-1A-2B")], "2026-03-01", "session 2026-03-01T09:00:00\ncheckout Local"),
        case("session: half of the host ids is enough", &[LOCAL_HALF],
            &[("HOSTNAME", "desk-7")], "2026-03-01", "session 2026-03-01T09:00:00\ncheckout Local"),
        case("session: a dependency cycle", &[
            "FEATURE A { VENDOR=ABC_Software KEYTYPE=TOKEN ISSUED=2026-02-01 TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=1\" }\n\
             FEATURE B { VENDOR=ABC_Software KEYTYPE=TOKEN ISSUED=2026-02-01 TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=1\" }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00"),
        case("session: a license that has ended", &[
            "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=10 END=2026-02-20 ISSUED=2026-02-01 }\n"],
            &[], "2026-03-01", "session 2026-03-01T09:00:00\nfeatures\navailable Pool\ncheckout Pool\nrole 0 0"),
    ]
}
