//! Personal data and secrets are planted in every field that comes from outside. No file shows one.

use emberline_evidence::sensitive::{Origin, scan};
use emberline_walk::source::{Deployed, Git, Labels};

use super::{Told, declining, export};
use crate::shop::Repository;
use crate::world::{ONSET, World};

const EMAIL: &str = "Ann.Lee@shop.test";
const CARD: &str = concat!("4539 1488", " 0343 6467");

fn token() -> String {
    ["ghp", "_9fK2mQ7xZ4vB8nL1tR6wY3cD5hJ0pS2gU7aE"].concat()
}

/// A text with every kind of value.
fn planted(text: &str) -> String {
    format!("{text} for {EMAIL} with {CARD} by {}", token())
}

fn plant(labels: &mut Labels) {
    for value in labels.values_mut() {
        *value = planted(value);
    }
    for (key, value) in [
        (format!("of.{EMAIL}"), "1".to_owned()),
        ("card".to_owned(), CARD.replace(' ', "")),
        ("user.password".to_owned(), "Tr0ub4dor-and-3".to_owned()),
        ("url.full".to_owned(), format!("https://ann:{}@shop.test/a?mail={EMAIL}", token())),
        ("header".to_owned(), format!("Authorization: Bearer {}", token())),
        ("note".to_owned(), "copy of Tr0ub4dor-and-3".to_owned()),
    ] {
        labels.insert(key, value);
    }
}

/// A world whose every text holds values, and its repository.
fn world() -> (World, Repository, Told) {
    let (mut world, fault) = declining();
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans) {
        span.name = planted(&span.name);
        plant(&mut span.attributes);
        span.resource.insert("host.owner".into(), planted("owned"));
        for event in &mut span.events {
            event.name = planted(&event.name);
            plant(&mut event.attributes);
        }
    }
    for line in &mut world.logs {
        line.body = planted(&line.body);
        plant(&mut line.attributes);
    }
    let frames = [("checkout::price", "/home/ann.lee/shop/src/price.rs", 7)];
    world.computes("payments", &planted("POST /rpc"), 40, &frames);
    world.usually("payments", 10, &planted("payments::book"), &format!("{EMAIL}/book.rs"), 1);
    for series in &mut world.runtime {
        series.labels.insert("customer".into(), planted("customer"));
    }
    let repository = fault.repository;
    let text = std::fs::read_to_string(repository.path().join("services/payments/src/rpc.rs")).unwrap();
    let pem = ["-----BEGIN RSA PRIVATE", " KEY-----"].concat();
    let body = "MIIEpAIBAAKCAQEAx3k9Vb2m7Qp1Zt8Rw5Yc4Nf6Hg0Jd2Ls9Ka7Eu3Io1Py5Tr8\nWq2Mz6Xv4Cb9Nn1Bk7Jh3Gf5Ds8Aa0Pp2Oo4Ii6Uu8Yy1Tt3Rr5Ee7Ww9Qq2Zx\n";
    let end = ["-----END RSA PRIVATE", " KEY-----"].concat();
    let added = format!("// {}\nconst KEY: &str = \"{pem}\n{body}{end}\";\n", planted("asked"));
    repository.write("services/payments/src/rpc.rs", &format!("{added}{text}"));
    repository.write(&format!("notes/{EMAIL}/x.md"), &planted("note"));
    let head = repository.commit(&planted("Merge"));
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans).filter(|it| it.start as f64 / 1e9 > ONSET) {
        span.resource.insert("vcs.ref.head.revision".into(), head.clone());
    }
    let told = Told(vec![Deployed { time: ONSET - 5.0, service: "payments".into(), revision: planted("v1") }]);
    (world, repository, told)
}

#[test]
fn no_field_of_any_file_shows_a_planted_value() {
    let (world, repository, told) = world();
    let frozen = export(&world, Some(&Git::new(repository.path())), Some(&told)).unwrap();
    super::layout::fitting(&frozen);
    assert_eq!(frozen.files.len(), 10, "{:?}", frozen.files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let parts = [
        "9fK2mQ7xZ4vB",
        "Tr0ub4dor",
        "4539 1488",
        "453914880343",
        "ann.lee",
        "ann.lee",
        "a. author",
        "MIIEpAIBAAK",
        "Wq2Mz6Xv4",
        "deployments.jsonl",
    ];
    for (name, text) in frozen.files.iter().chain([&("notes".to_owned(), frozen.notes.join("\n"))]) {
        for part in parts.iter().chain([&repository.path().to_str().unwrap()]) {
            let place = text.to_lowercase().find(&part.to_lowercase());
            let around = place.map(|at| text.get(at.saturating_sub(80)..(at + 80).min(text.len())));
            assert_eq!(around, None, "{name} shows {part}");
        }
        // The gate's own detectors find nothing either.
        let hits = scan(text, Origin::Telemetry);
        let shown: Vec<_> = hits.iter().map(|hit| (hit.kind, text.get(hit.range.clone()))).collect();
        assert_eq!(shown, [], "{name}");
    }
}

#[test]
fn equal_values_have_equal_masks() {
    let (world, repository, told) = world();
    let frozen = export(&world, Some(&Git::new(repository.path())), Some(&told)).unwrap();
    for name in ["traces.json", "logs.ndjson", "metrics.csv", "context/commits.json", "context/deploys.json"] {
        let (_, text) = frozen.files.iter().find(|(file, _)| file == name).unwrap();
        assert!(text.contains("for <email-1> with <card-1> by <secret-"), "{name}: {}", &text[..400]);
        assert!(!text.contains("<card-2>"), "{name}");
    }
    let of = |name: &str| frozen.files.iter().find(|(file, _)| file == name).unwrap().1.as_str();
    assert!(of("context/commits.json").contains("notes/<email-1>/x.md"));
    assert!(
        of("patterns.json").contains("card refused for order <N> for <ID> with <ID> by <ID>"),
        "{}",
        of("patterns.json")
    );
    assert!(
        of("profiles.json").contains("/home/user/shop/src/price.rs") && of("traces.json").contains("copy of <secret-")
    );
    assert!(of("walk.json").contains("\"author\": \"author-1\""), "people of suspects");
}
