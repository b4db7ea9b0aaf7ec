//! The table of Alertmanager's receivers against Alertmanager itself. Every field gets a valid value and each kind of
//! wrong one: what emberline takes, amtool takes, and what emberline refuses beyond amtool is listed here with the reason.

mod schema;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::emberline;
use schema::{Place, Schema, at};
use serde_json::{Value, json};
use verdict::{compiled, distinct, ours, theirs};

/// The globals that receivers need.
fn globals() -> Value {
    json!({
        "smtp_smarthost": "smtp.example.com:587",
        "smtp_from": "slo@example.com",
        "jira_api_url": "https://jira.example.com/",
        "slack_api_url_file": "/etc/slack",
        "opsgenie_api_key_file": "/etc/opsgenie",
        "victorops_api_key_file": "/etc/victorops",
        "wechat_api_secret_file": "/etc/wechat",
        "wechat_api_corp_id": "corp",
        "telegram_bot_token_file": "/etc/telegram",
        "rocketchat_token_file": "/etc/rocketchat",
        "rocketchat_token_id_file": "/etc/rocketchat-id"
    })
}

/// The wrong values that each field gets: what is wrong, and the value. Some are right for some fields.
fn wrong() -> Vec<(&'static str, Value)> {
    vec![
        ("an empty text", json!("")),
        ("null", Value::Null),
        ("an empty list", json!([])),
        ("an empty mapping", json!({})),
        ("a list", json!(["a"])),
        ("a mapping", json!({"a": "b"})),
        ("a mapping of mappings", json!({"a": {"b": ["c"]}})),
        ("a list of mappings", json!([{"a": "b"}])),
        ("a template with a broken action", json!("{{ .Status")),
        ("a template with a field that is not there", json!("{{ .Labels.job }}")),
        ("a template with a function that is not there", json!("{{ humanize 1 }}")),
        ("a template by a name that is not there", json!("{{ template \"no.such.template\" . }}")),
        ("a valid template", json!("{{ .CommonLabels.job | toUpper }}")),
        ("a template with Go's functions", json!("https://a.example/{{ .CommonLabels.job | urlquery }}")),
        ("a text", json!("some text")),
        ("a text of several lines", json!("a\nb\t: {c} [d] # e & * ! | > % @ `")),
        ("a text of other letters", json!("ü 日本 \u{1f600} \u{2028} \u{85} \u{feff}")),
        ("another scheme", json!("ftp://a.example/")),
        ("an address without a host", json!("https:///a")),
        ("an address with a blank", json!("https://a b/")),
        ("an address with a bad escape", json!("https://a/%zz")),
        ("an address with a password", json!(["https://a", ":b@c.example/"].concat())),
        ("an address", json!("https://a.example:8443/b?c=%20#d")),
        ("a number", json!(7)),
        ("zero", json!(0)),
        ("a negative number", json!(-7)),
        ("a fraction", json!(1.5)),
        ("a number of many digits", json!(u64::MAX)),
        ("a boolean", json!(true)),
        ("the text of a boolean", json!("true")),
        ("a word of YAML 1.1", json!("yes")),
        ("a duration", json!("1h30m")),
        ("a duration in days", json!("7d")),
        ("a duration without a unit", json!("30")),
        ("a negative duration", json!("-5s")),
        ("a host without a port", json!("smtp.example.com")),
        ("a host with a port by name", json!("smtp.example.com:smtp")),
        ("a port without a host", json!(":25")),
        ("an IPv6 address without brackets", json!("::1:25")),
    ]
}

/// What emberline refuses and amtool takes: what is wrong, and why it is refused.
const STRICTER: &[(&str, &str)] = &[
    ("an empty text", "Alertmanager takes it for a field that is not there: an author meant something"),
    ("null", "Alertmanager takes it for a field that is not there: an author meant something"),
    ("a template with a broken action", "it fails when a notification is sent, or is sent as it is"),
    ("a template with a field that is not there", "it fails when a notification is sent"),
    ("a template with a function that is not there", "it fails when a notification is sent"),
    ("a template by a name that is not there", "it fails when a notification is sent"),
    ("a valid template", "the field is not filled in: a file, a user, a header, a host"),
    ("a template with Go's functions", "the field is not filled in: a file, a user, a header, a host"),
    ("a text of several lines", "a path or an address with a line break opens nothing"),
    ("a text", "an address or a time zone that is none; a header's name"),
    ("a text of other letters", "an address that is none"),
    ("another scheme", "a proxy or a token's address that cannot be called"),
    ("an address without a host", "a proxy or a token's address that cannot be called"),
    ("an address with a blank", "a proxy or a token's address that cannot be called"),
    ("an address with a bad escape", "a token's address that cannot be called"),
    ("an address with a password", "the repository is no place for a secret"),
    ("a mapping", "a header's name that is reserved, or a text where a record is meant"),
    ("a mapping of mappings", "a record where texts are meant"),
    ("a list", "a list of less than is needed"),
    ("an empty list", "nothing where something is needed"),
    ("an empty mapping", "a record without what it needs"),
    ("a number", "a duration without a unit is in nanoseconds"),
    ("zero", "an id of 0 is none, and a port or an address of 0 is none"),
    ("a negative number", "a duration cannot be negative"),
    ("a fraction", "an address or a port that is none"),
    ("a number of many digits", "a number beyond what 63 bits hold"),
    ("a boolean", "an address that is none, or one of two fields that exclude each other"),
    ("the text of a boolean", "an address that is none"),
    ("a word of YAML 1.1", "`yes` is a boolean for Alertmanager's YAML alone"),
    ("a duration", "an address that is none"),
    ("a duration in days", "an address that is none"),
    ("a duration without a unit", "a duration without a unit is in nanoseconds"),
    ("a negative duration", "a duration cannot be negative"),
    ("a host without a port", "an address that is none"),
    ("a host with a port by name", "a port by name needs a lookup"),
    ("a port without a host", "a host is missing"),
    ("an IPv6 address without brackets", "an address that is none"),
    ("an address", "the field holds something else"),
];

/// A receiver with one configuration.
fn receiver(key: &str, config: &Value) -> Value {
    json!({key: [config]})
}

fn places() -> Result<(Schema, Vec<Place>)> {
    let schema = Schema::of(&run(Command::new(emberline()?).args(["schema", "policy"]))?)?;
    let mut known = BTreeSet::new();
    let mut places = Vec::new();
    for (key, form) in schema.integrations()? {
        places.extend(schema.places(&key, &form, &mut known));
    }
    Ok((schema, places))
}

#[test]
fn every_field_with_a_valid_value_is_taken_by_both() -> Result<()> {
    let (_, places) = places()?;
    ensure!(places.len() > 300, "only {} fields", places.len());
    let receivers: Vec<Value> = places.iter().map(|place| receiver(&place.path[0], &place.valid)).collect();
    let (ours, theirs) = (ours(&receivers, &globals())?, theirs(&receivers, &globals())?);
    for ((place, receiver), (ours, theirs)) in places.iter().zip(&receivers).zip(ours.iter().zip(&theirs)) {
        ensure!(ours.is_none(), "{}: emberline refuses {receiver}: {ours:?}", place.path.join("."));
        ensure!(theirs.is_none(), "{}: amtool refuses {receiver}: {theirs:?}", place.path.join("."));
    }
    compiled(&receivers.iter().collect::<Vec<_>>(), &globals())?;
    println!("receivers: each of {} fields of 18 integrations with a valid value, taken by both", places.len());
    Ok(())
}

#[test]
fn a_misspelt_field_and_one_for_a_secret_are_refused_by_us() -> Result<()> {
    let (_, places) = places()?;
    let (mut receivers, mut secrets) = (Vec::new(), Vec::new());
    for place in &places {
        let (name, way) = place.path.split_last().context("a path")?;
        if ["-", "X-Name"].contains(&name.as_str()) {
            continue;
        }
        let renamed = |to: &str| -> Option<Value> {
            let mut config = place.valid.clone();
            let record = at(&mut config, way.get(1..)?)?.as_object_mut()?;
            let value = record.remove(name)?;
            record.insert(to.to_owned(), value);
            Some(receiver(&place.path[0], &config))
        };
        receivers.push(renamed(&format!("{name}x")).with_context(|| place.path.join("."))?);
        if let Some(inline) =
            name.strip_suffix("_file").filter(|it| !["ca", "cert", "chat_id", "username", "url"].contains(it))
        {
            secrets.push(renamed(inline).with_context(|| place.path.join("."))?);
        }
    }
    let (said, judged) = (ours(&receivers, &globals())?, theirs(&receivers, &globals())?);
    for ((receiver, ours), theirs) in receivers.iter().zip(&said).zip(&judged) {
        ensure!(ours.as_ref().is_some_and(|why| why.starts_with("unknown field")), "{receiver}: {ours:?}");
        ensure!(theirs.is_some(), "amtool takes {receiver}");
    }
    let (said, judged) = (ours(&secrets, &globals())?, theirs(&secrets, &globals())?);
    for (receiver, ours) in secrets.iter().zip(&said) {
        ensure!(ours.as_ref().is_some_and(|why| why.contains("secret")), "{receiver}: {ours:?}");
    }
    let taken = judged.iter().filter(|it| it.is_none()).count();
    println!(
        "receivers: {} misspelt fields refused by both; {} secrets refused by us, {taken} of which amtool takes",
        receivers.len(),
        secrets.len()
    );
    Ok(())
}

#[test]
fn what_we_take_of_wrong_values_amtool_takes() -> Result<()> {
    let (_, places) = places()?;
    let mut cases: Vec<(&str, String, Value)> = Vec::new();
    for place in &places {
        for (what, value) in wrong() {
            let mut config = place.valid.clone();
            *at(&mut config, &place.path[1..]).with_context(|| place.path.join("."))? = value;
            cases.push((what, place.path.join("."), receiver(&place.path[0], &config)));
        }
        // Without it, and so without what may be needed.
        let (name, way) = place.path.split_last().context("a path")?;
        let mut config = place.valid.clone();
        if let Some(record) = at(&mut config, &way[1.min(way.len())..]).and_then(Value::as_object_mut) {
            record.remove(name);
            cases.push(("left out", place.path.join("."), receiver(&place.path[0], &config)));
        }
        if place.path.len() == 2 {
            // With every other field of the record: some exclude each other.
            for other in places.iter().filter(|it| it.path.len() == 2 && it.path[0] == place.path[0]) {
                let mut config = place.valid.clone();
                config[&other.path[1]] = other.valid[&other.path[1]].clone();
                cases.push((
                    "two together",
                    format!("{}+{}", place.path.join("."), other.path[1]),
                    receiver(&place.path[0], &config),
                ));
            }
        }
    }
    let receivers: Vec<Value> = cases.iter().map(|(.., receiver)| receiver.clone()).collect();
    let (ours, theirs) = (ours(&receivers, &globals())?, theirs(&receivers, &globals())?);
    let (mut both, mut neither) = (Vec::new(), 0_usize);
    let mut wrong = Vec::new();
    let mut stricter: BTreeMap<&str, Vec<(&String, &String)>> = BTreeMap::new();
    for ((case, ours), theirs) in cases.iter().zip(&ours).zip(&theirs) {
        match (ours, theirs) {
            (None, None) => both.push(&case.2),
            (Some(_), Some(_)) => neither += 1,
            (None, Some(why)) => wrong.push(format!("{} ({}): {}", case.1, case.0, why.replace('\n', " "))),
            (Some(why), None) => stricter.entry(case.0).or_default().push((&case.1, why)),
        }
    }
    println!("receivers: {} cases: {} taken by both, {neither} refused by both", cases.len(), both.len());
    for (what, cases) in &stricter {
        println!(
            "  refused by us alone: {what}: {} ({:?})",
            cases.len(),
            distinct(cases.iter().map(|(_, why)| *why)).iter().take(3).collect::<Vec<_>>()
        );
    }
    ensure!(wrong.is_empty(), "{} cases are taken by us and refused by amtool:\n{}", wrong.len(), wrong.join("\n"));
    for (what, cases) in &stricter {
        let is_known = STRICTER.iter().any(|(known, _)| known == what) || ["left out", "two together"].contains(what);
        ensure!(is_known, "{what} is refused by us alone, and no reason is listed: {cases:?}");
    }
    for (what, cases) in stricter.iter().filter(|(what, _)| ["left out", "two together"].contains(what)) {
        for (path, why) in cases {
            ensure!(
                STRICTER_PAIRS.iter().any(|(known, _)| why.contains(known)),
                "{what}: {path} is refused by us alone: {why}"
            );
        }
    }
    compiled(&both, &globals())
}

/// What emberline refuses of fields that are missing or stand together and amtool takes: a part of the message, and why.
const STRICTER_PAIRS: &[(&str, &str)] = &[
    ("`alert_source_token_file` and `http_config.authorization`", "without a token incident.io refuses every request"),
    ("missing field `type`", "Opsgenie refuses a responder without a type"),
    ("says nothing without", "a certificate without its key proves nothing"),
    ("`topic_arn`, `phone_number` and `target_arn`", "amtool takes all three, of which two are lost"),
    ("`routing_key_file` and `service_key_file`", "Alertmanager uses one of both keys, and the author meant one"),
    ("`ca` and `ca_file`", "amtool takes both, and Alertmanager fails when it calls"),
    ("`cert` and `cert_file`", "amtool takes both, and Alertmanager fails when it calls"),
    ("one of `times`", "an interval without a part is always"),
];
