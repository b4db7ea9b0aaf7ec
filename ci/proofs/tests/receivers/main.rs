//! The table of Alertmanager's receivers against Alertmanager itself. Every field gets a valid value and each kind of
//! wrong one: what emberline takes, amtool takes, and what emberline refuses beyond amtool is listed here with the reason.

mod hostile;
mod schema;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::emberline;
use schema::{Place, Schema, at};
use serde_json::{Value, json};
use verdict::{compiled, ours, theirs};

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
        ("the text of a number", json!("30")),
        ("a negative duration", json!("-5s")),
        ("a host without a port", json!("smtp.example.com")),
        ("a host with a port by name", json!("smtp.example.com:smtp")),
        ("a port without a host", json!(":25")),
        ("an IPv6 address without brackets", json!("::1:25")),
    ]
}

/// What emberline refuses and amtool takes: how the finding begins, and why it is refused.
const STRICTER: &[(&str, &str)] = &[
    ("Alertmanager cannot read this template", "the notification fails when it is sent, or shows the braces"),
    ("Alertmanager has no template", "the notification fails when it is sent"),
    ("this address holds a password", "a repository is no place for a secret"),
    ("expected the path of a file", "an empty name, or one with a line break, opens nothing"),
    ("expected an address", "Alertmanager finds it only when it calls, or takes an empty one for none"),
    ("expected a host and a port", "it finds a port by name or of 0 only when it calls"),
    ("expected a length of time", "without a unit it is in nanoseconds, and a negative one ends at once"),
    ("expected a whole number", "an id of 0 is none, and a number beyond 63 bits or with a fraction is a slip"),
    ("expected one of", "the service refuses other words, or an empty one stands for none"),
    ("expected text", "null stands for a field that is not there: its author meant something"),
    ("expected `true` or `false`", "null, or a word that is a boolean in YAML 1.1 alone"),
    ("expected a list", "null stands for a field that is not there: its author meant something"),
    ("expected a mapping", "null stands for a field that is not there: its author meant something"),
    ("missing field", "an empty text, which the field of `global` replaces"),
    ("at most one of `routing_key_file` and `service_key_file`", "one of both keys is lost"),
    ("at most one of `alert_source_token_file`", "both are credentials of the same request"),
    ("one of `alert_source_token_file`", "incident.io refuses a request without a token"),
];

/// Values that emberline reads as what their text says, and amtool does not: what is compiled of them is accepted.
const MILDER: &[&str] = &["the text of a boolean", "the text of a number"];

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
    let (mut taken, mut wrong) = (Vec::new(), Vec::new());
    let (mut both, mut neither, mut milder) = (0, 0, 0);
    let mut stricter: BTreeMap<&str, usize> = BTreeMap::new();
    for ((case, ours), theirs) in cases.iter().zip(&ours).zip(&theirs) {
        match (ours, theirs) {
            (Some(_), Some(_)) => neither += 1,
            (None, None) => {
                both += 1;
                taken.push(&case.2);
            }
            (None, Some(_)) if MILDER.contains(&case.0) => {
                milder += 1;
                taken.push(&case.2);
            }
            (None, Some(why)) => wrong.push(format!("{} ({}): {}", case.1, case.0, why.replace('\n', " "))),
            (Some(why), None) => {
                let known = STRICTER.iter().find(|(begins, _)| why.starts_with(begins));
                let known = known.with_context(|| format!("{} ({}) is refused by us alone: {why}", case.1, case.0))?;
                *stricter.entry(known.0).or_default() += 1;
            }
        }
    }
    ensure!(wrong.is_empty(), "{} cases are taken by us and refused by amtool:\n{}", wrong.len(), wrong.join("\n"));
    println!(
        "receivers: {} cases: {both} taken by both, {neither} refused by both, {milder} read by us alone",
        cases.len()
    );
    for (begins, why) in STRICTER {
        println!("  refused by us alone: {} ({begins}: {why})", stricter.get(begins).copied().unwrap_or_default());
    }
    compiled(&taken, &globals())?;
    println!("receivers: amtool takes what all {} become", taken.len());
    Ok(())
}
