//! From a spanned node to a record of the table, with a finding for all that Alertmanager would refuse or that would fail
//! when a notification is sent.

use serde_json::{Map, Number, Value, json};

use super::kind::{Field, Kind, Record};
use super::value::Config;
use super::{rules, scalar};
use crate::code;
use crate::finding::Finding;
use crate::gotemplate::{self, Reader};
use crate::quantity::Duration;
use crate::source::Spanned;
use crate::spec::decode::{Decoder, shorten};
use crate::suggest;
use crate::yaml::{self, Node, Style};

/// Reads a record; `None` once it was reported that the node is none.
pub(super) fn record(record: &Record, node: &Node, decoder: &mut Decoder) -> Option<Config> {
    let before = decoder.findings.len();
    let mut reading = Reading { decoder, calls: Vec::new() };
    let fields = reading.record(record, node)?;
    let Reading { decoder, calls } = reading;
    Some(Config { fields, calls, is_flawed: decoder.findings.len() > before })
}

struct Reading<'d> {
    decoder: &'d mut Decoder,
    calls: Vec<Spanned<String>>,
}

impl Reading<'_> {
    fn record(&mut self, record: &Record, node: &Node) -> Option<Map<String, Value>> {
        let names: Vec<&'static str> = record.fields.iter().map(|field| field.name).collect();
        let is_secret = |field: &&super::kind::Field| matches!(field.kind, Kind::Secret(_));
        let secrets: Vec<&'static str> = record.fields.iter().filter(is_secret).map(|field| field.name).collect();
        let fields = self.decoder.fields_but(node, &names, &secrets)?;
        let written: Vec<(&Field, &Node)> =
            record.fields.iter().filter_map(|field| fields.node(field.name).map(|node| (field, node))).collect();
        drop(fields);
        let (mut read, mut flawed) = (Map::new(), Vec::new());
        for (field, node) in written {
            match (field.kind, self.value(field.kind, node)) {
                (_, Some(value)) => {
                    read.insert(field.name.to_owned(), value);
                }
                (_, None) => flawed.push(field.name),
            }
        }
        for broken in rules::broken(record.rules, &read, &flawed) {
            let place = rules::place(node);
            self.decoder.findings.push(broken.finding(place));
        }
        Some(read)
    }

    /// The value of a kind; `None` once it was reported that the node is none.
    fn value(&mut self, kind: Kind, node: &Node) -> Option<Value> {
        match kind {
            Kind::Text => self.text(node, "text").map(Value::from),
            Kind::Template => self.template(node, Reader::Notification),
            Kind::Url => self.address(node, "an address such as `https://api.example.com/`", scalar::is_http),
            Kind::Proxy => self.address(node, "an address such as `http://proxy.example.com:3128`", scalar::is_proxy),
            Kind::Hook if node.scalar().is_some_and(|scalar| scalar.text.contains("{{")) => {
                self.template(node, Reader::Alertmanager)
            }
            Kind::Hook => self.address(node, "an address such as `https://hooks.example.com/slo`", scalar::is_http),
            Kind::File | Kind::SecretFile => {
                let is_path = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
                self.fitting(node, "the path of a file on Alertmanager's machine", is_path)
            }
            Kind::Secret(instead) => self.secret(node, instead),
            Kind::Bool => <bool as crate::spec::decode::Decode>::decode(node, self.decoder).map(Value::from),
            Kind::Count => self.number(node, "a whole number from 0", 0).map(Value::from),
            Kind::Id => match self.number(node, "a whole number", i64::MIN)? {
                0 => self.decoder.expected(node, "a whole number but 0"),
                id => Some(json!(id)),
            },
            Kind::Span => {
                let what = "a length of time such as `30m` or `7d`";
                self.fitting(node, what, |text| Duration::parse(text).is_ok())
            }
            Kind::GoSpan => {
                let what = "a length of time in `h`, `m`, `s` or `ms`, such as `10s`";
                self.fitting(node, what, scalar::is_go_span)
            }
            Kind::Word(words) => self.word(node, words, false),
            Kind::WordOrTemplate(_) if node.scalar().is_some_and(|scalar| scalar.text.contains("{{")) => {
                self.template(node, Reader::Alertmanager)
            }
            Kind::WordOrTemplate(words) => self.word(node, words, true),
            Kind::HostPort => {
                self.fitting(node, "a host and a port such as `smtp.example.com:587`", scalar::is_host_port)
            }
            Kind::Clock => self.fitting(node, "a time from `00:00` to `24:00`", scalar::is_clock),
            Kind::Zone => self.zone(node),
            Kind::Weekdays => {
                let what = "a day such as `monday`, or days such as `monday:friday` in a week that begins on Sunday";
                self.fitting(node, what, scalar::is_weekdays)
            }
            Kind::Days => {
                let what = "a day from 1 to 31 or from -1 to -31, or days such as `1:5` or `-3:-1`";
                self.fitting(node, what, scalar::is_days)
            }
            Kind::Months => {
                self.fitting(node, "a month such as `december`, or months such as `1:3`", scalar::is_months)
            }
            Kind::Years => self.fitting(node, "a year such as `2027`, or years such as `2027:2029`", scalar::is_years),
            Kind::List(kind) => self.list(*kind, node),
            Kind::Map(kind) => self.map(*kind, node),
            Kind::Record(record) => self.record(record, node).map(Value::Object),
            Kind::TemplateOr(record) => match &node.value {
                yaml::Value::Mapping(_) => self.record(record, node).map(Value::Object),
                _ => self.template(node, Reader::Notification),
            },
            Kind::Any => self.any(node),
        }
    }

    fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        self.decoder.text(node, what)
    }

    /// A text of a form.
    fn fitting(&mut self, node: &Node, what: &str, fits: impl Fn(&str) -> bool) -> Option<Value> {
        let text = self.text(node, what)?;
        if fits(text) { Some(Value::from(text)) } else { self.decoder.expected(node, what) }
    }

    /// An address, which may not hold a password.
    fn address(&mut self, node: &Node, what: &str, fits: impl Fn(&str) -> bool) -> Option<Value> {
        let address = self.fitting(node, what, fits)?;
        if !address.as_str().is_some_and(scalar::has_password) {
            return Some(address);
        }
        self.decoder.findings.push(
            Finding::new(&code::INVALID_VALUE, node.span, "this address holds a password")
                .label("everybody who reads the repository reads it")
                .hides()
                .hint("take the user and the password out; `http_config: {basic_auth: …}` sends them from files"),
        );
        None
    }

    fn template(&mut self, node: &Node, reader: Reader) -> Option<Value> {
        let text = self.text(node, "text")?;
        match gotemplate::read(text, reader) {
            Ok(calls) => {
                self.calls.extend(calls.into_iter().map(|name| Spanned::new(name, node.span)));
                Some(Value::from(text))
            }
            Err(fault) => {
                self.decoder.findings.push(gotemplate::finding(&fault, text, node.span, reader));
                None
            }
        }
    }

    /// A secret is not for a repository, whatever it says: the finding does not repeat it.
    fn secret(&mut self, node: &Node, instead: &str) -> Option<Value> {
        self.decoder.findings.push(
            Finding::new(&code::INVALID_VALUE, node.span, "a secret has no place in a policy")
                .label("everybody who reads the repository reads it")
                .hides()
                .note("Alertmanager reads secrets from files on its machine")
                .hint(format!(
                    "use {instead}, or declare the receiver by its name alone, and its secret in Alertmanager's own file"
                )),
        );
        None
    }

    fn number(&mut self, node: &Node, what: &str, least: i64) -> Option<i64> {
        let text = self.text(node, what)?;
        match text.parse::<i64>() {
            Ok(number) if number >= least && !text.starts_with('+') => Some(number),
            _ => self.decoder.expected(node, what),
        }
    }

    fn word(&mut self, node: &Node, words: &[&'static str], any_case: bool) -> Option<Value> {
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let text = self.text(node, &format!("one of {listed}"))?;
        let is = |word: &&str| if any_case { word.eq_ignore_ascii_case(text) } else { *word == text };
        if words.iter().any(is) {
            return Some(Value::from(text));
        }
        self.decoder.findings.push(
            Finding::new(
                &code::INVALID_VALUE,
                node.span,
                format!("expected one of {listed}, found `{}`", shorten(text)),
            )
            .label("not one of them")
            .maybe_hint(suggest::did_you_mean(text, words.iter().copied())),
        );
        None
    }

    fn zone(&mut self, node: &Node) -> Option<Value> {
        let text = self.text(node, "a time zone such as `Europe/Berlin`")?;
        if text == "Local" || scalar::zones().any(|zone| zone == text) {
            return Some(Value::from(text));
        }
        self.decoder.expected_with(
            node,
            "a time zone such as `Europe/Berlin`",
            suggest::did_you_mean(text, scalar::zones())
                .unwrap_or_else(|| "use a name of IANA's database of time zones, or `UTC`".to_owned()),
        )
    }

    fn list(&mut self, kind: Kind, node: &Node) -> Option<Value> {
        let yaml::Value::Sequence(items) = &node.value else {
            return self.decoder.expected_with(node, "a list", "begin each item with `- `".to_owned());
        };
        let read: Vec<Value> = items.iter().filter_map(|item| self.value(kind, item)).collect();
        // What is left of a list would be another one.
        (read.len() == items.len()).then_some(Value::Array(read))
    }

    fn map(&mut self, kind: Kind, node: &Node) -> Option<Value> {
        let yaml::Value::Mapping(entries) = &node.value else {
            return self.decoder.expected_with(
                node,
                "a mapping of names",
                "write each name as a key: `name: …`".to_owned(),
            );
        };
        let mut read = Map::new();
        for (key, node) in entries {
            if let Some(value) = self.value(kind, node) {
                read.insert(key.value.text.to_string(), value);
            }
        }
        (read.len() == entries.len()).then_some(Value::Object(read))
    }

    /// Anything: plain numbers and booleans are such, everything else is text.
    fn any(&mut self, node: &Node) -> Option<Value> {
        match &node.value {
            yaml::Value::Sequence(_) => self.list(Kind::Any, node),
            yaml::Value::Mapping(_) => self.map(Kind::Any, node),
            yaml::Value::Scalar(scalar) if scalar.is_null() => self.decoder.expected(node, "a value"),
            yaml::Value::Scalar(scalar) => match plain(&scalar.text) {
                Some(value) if scalar.style == Style::Plain => Some(value),
                _ => self.template(node, Reader::Notification),
            },
        }
    }
}

/// The number or boolean that a plain text says in every version of YAML.
fn plain(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && (!digits.starts_with('0') || digits == "0" || digits.starts_with("0."))
        && digits.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit());
    match text {
        "true" => Some(json!(true)),
        "false" => Some(json!(false)),
        _ if !is_number => None,
        _ => text.parse::<i64>().map(Value::from).ok().or_else(|| {
            let number = text.parse::<f64>().ok().and_then(Number::from_f64)?;
            // What a float cannot hold stays a text.
            (number.to_string() == text).then_some(Value::Number(number))
        }),
    }
}
