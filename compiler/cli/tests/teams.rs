//! Teams by the real binary: policies by folder, what they lock, and a folder of the output for each team.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use shell::{Ran, Shell};

const ORGANISATION: &str = "\
version: emberline/v1
lock: [strict, cardinality.metric, alerting.pairs, grafana.url, waivers]
strict: true
cardinality: {metric: 1000}
grafana: {url: https://grafana.example.com}
runbook_url: https://run.example.com
targets: [rules, tests, operator, schema, collector, retention, limits, alertmanager, grafana, runbooks, mimir, thanos,
  vmalert, grafana-rules, rollup, grafana-configmaps, grafana-operator, grafana-kustomize, perses]
watchers: {}
receivers: {phone: {webhook_file: /etc/all}, queue: {}}
severities: {page: {receiver: phone, mutes: [ticket]}, ticket: {receiver: queue}}
code_owners: [\"@shop/sre\"]
";

/// Files of an organisation with four teams, one of them below another, and a service of no team.
const FILES: [(&str, &str); 5] = [
    ("slos/policy.yaml", ORGANISATION),
    (
        "slos/web/policy.yaml",
        "version: emberline/v1\noperator: {namespace: web}\nreceivers: {phone: {webhook_file: /etc/web}}\ncode_owners: [\"@shop/web\"]\n",
    ),
    ("slos/pay/policy.yaml", "version: emberline/v1\nseverities: {sms: {receiver: queue}}\n"),
    ("slos/pay/eu/policy.yaml", "version: emberline/v1\ncardinality: {metric: 500}\n"),
    ("slos/ops/policy.yaml", "version: emberline/v1\nreceivers: {phone: {webhook_file: /etc/ops}}\n"),
];

fn spec(service: &str, more: &str) -> String {
    format!(
        "version: emberline/v1\nservice: {service}\nowner: team-x\n{more}metrics:\n  {service}.requests: {{type: counter, \
         labels: {{code: {{values: ['200', '500']}}}}}}\nslos:\n{}",
        objective(service, "availability")
    )
}

fn objective(service: &str, name: &str) -> String {
    format!(
        "  - name: {name}\n    objective: 99.9%\n    sli: {{events: {{total: {service}_requests_total, bad: \
         '{service}_requests_total{{code=\"500\"}}'}}}}\n"
    )
}

fn put(shell: &Shell, path: &str, text: &str) {
    let path = shell.folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn organisation() -> Shell {
    let shell = Shell::new();
    for (path, text) in FILES {
        put(&shell, path, text);
    }
    for (path, service, more) in [
        ("slos/gate.yaml", "gate", ""),
        ("slos/web/shop.yaml", "shop", "calls: [{service: bank, kind: sync}]\n"),
        ("slos/web/cart.yaml", "cart", ""),
        ("slos/pay/bank.yaml", "bank", ""),
        ("slos/pay/eu/eub.yaml", "eub", ""),
        ("slos/ops/logs.yaml", "logs", ""),
        ("slos/ops/old.yaml", "old", ""),
    ] {
        put(&shell, path, &spec(service, more));
    }
    shell
}

fn ran(shell: &Shell, line: &str, status: i32) -> Ran {
    let ran = shell.run(line);
    assert_eq!(ran.status, status, "{line}: {ran:?}");
    ran
}

/// Every file of the output with its text, but what `without` begins.
fn output(shell: &Shell) -> BTreeMap<String, Vec<u8>> {
    let root = shell.folder.path().join("generated");
    let entries = ignore::WalkBuilder::new(&root).standard_filters(false).build().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            (path, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The paths that differ, of either side.
fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let all = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    all.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn a_teams_change_touches_its_own_folder_only() {
    let shell = organisation();
    ran(&shell, "emberline compile --organisation", 0);
    let more = spec("shop", "") + &objective("shop", "second");
    let policy = "version: emberline/v1\ncardinality: {metric: 400}\noperator: {namespace: eu}\nlabels: {region: eu}\n";
    for (what, folder, path, text) in [
        ("adds an objective", "teams/web/", "slos/web/shop.yaml", more.as_str()),
        ("renames a service", "teams/pay/prometheus/", "slos/pay/bank.yaml", &spec("vault", "")),
        (
            "calls another team",
            "teams/pay/",
            "slos/pay/bank.yaml",
            &spec("bank", "calls: [{service: logs, kind: sync}]\n"),
        ),
        ("changes its policy", "teams/pay/eu/", "slos/pay/eu/policy.yaml", policy),
        ("removes a service", "teams/ops/", "slos/ops/old.yaml", ""),
        ("adds a service", "teams/ops/", "slos/ops/new.yaml", &spec("new", "")),
        (
            "changes its receivers",
            "teams/web/",
            "slos/web/policy.yaml",
            "version: emberline/v1\nreceivers: {phone: {webhook_file: /etc/new}}\n",
        ),
    ] {
        // Every call to a service that is renamed would be a fault of the caller.
        put(&shell, "slos/web/shop.yaml", &spec("shop", ""));
        ran(&shell, "emberline compile", 0);
        let before = output(&shell);
        match text {
            "" => fs::remove_file(shell.folder.path().join(path)).unwrap(),
            text => put(&shell, path, text),
        }
        ran(&shell, "emberline compile", 0);
        let changed = changed(&before, &output(&shell));
        let own = format!("teams/{}/", folder.split('/').nth(1).unwrap());
        let inner = changed.iter().filter(|path| path.starts_with("teams/pay/eu/")).count();
        assert!(!changed.is_empty() && changed.iter().all(|path| path.starts_with(&own)), "{what}: {changed:#?}");
        assert!(folder == "teams/pay/eu/" || inner == 0, "{what}: {changed:#?}");
        assert!(folder != "teams/pay/eu/" || inner == changed.len(), "{what}: {changed:#?}");
    }
    assert!(ran(&shell, "emberline compile --check", 0).err.contains("is what the specs compile to"));
    // What all share is another step's, and only that step's.
    let before = output(&shell);
    ran(&shell, "emberline compile --organisation", 0);
    let changed = changed(&before, &output(&shell));
    assert!(!changed.is_empty() && changed.iter().all(|path| path.starts_with("organisation/")), "{changed:#?}");
}

#[test]
fn receivers_and_mutes_of_teams_stand_beside_those_of_others() {
    let shell = organisation();
    put(
        &shell,
        "slos/ops/policy.yaml",
        "version: emberline/v1\nreceivers: {phone: {webhook_file: /etc/ops}}\nseverities: {page: {mutes: []}}\n",
    );
    ran(&shell, "emberline compile --organisation", 0);
    let text = |path: &str| fs::read_to_string(shell.folder.path().join("generated").join(path)).unwrap();
    let whole = text("organisation/alertmanager/alertmanager.yaml");
    for (receiver, file) in [("phone", "all"), ("web/phone", "web"), ("ops/phone", "ops")] {
        let expected = format!("- name: {receiver}\n  webhook_configs:\n  - url_file: /etc/{file}\n");
        assert!(whole.contains(&expected), "{expected}{whole}");
    }
    let route = |services: &str, severity: &str, receiver: &str| {
        format!(
            "  - matchers:\n    - service=~\"{services}\"\n    - slo=~\".+\"\n    - severity=\"{severity}\"\n    receiver: {receiver}\n"
        )
    };
    for (services, severity, receiver) in
        [("cart|shop", "page", "web/phone"), ("bank", "sms", "queue"), (".+", "page", "phone")]
    {
        assert!(whole.contains(&route(services, severity, receiver)), "{services}: {whole}");
    }
    assert!(whole.contains("service!~\"logs|old\""), "a page of `ops` mutes nothing: {whole}");
    let fragment = text("teams/web/alertmanager/fragment.yaml");
    assert!(fragment.contains("receiver: web/phone") && fragment.contains("service=~\"cart|shop\""), "{fragment}");
    // The merge into a file of somebody has the same.
    put(&shell, "am.yml", "route:\n  receiver: queue\nreceivers:\n  - name: queue\n");
    let merged = ran(&shell, "emberline alertmanager am.yml", 0).out;
    assert!(merged.contains("ops/phone") && merged.contains("service=~\"bank\""), "{merged}");
}

#[test]
fn what_is_locked_may_only_be_tightened() {
    let shell = organisation();
    ran(&shell, "emberline check", 0);
    for (path, own, field, why) in [
        ("web", "strict: false", "strict", "an undeclared metric is a warning, no longer an error"),
        ("web", "cardinality: {metric: 2000}", "cardinality.metric", "a metric may have more time series"),
        ("pay/eu", "cardinality: {metric: 2000}", "cardinality.metric", "a metric may have more time series"),
        ("web", "alerting: {pairs: []}", "alerting.pairs", "alerts fire by other windows"),
        ("web", "grafana: {url: https://other.example.com}", "grafana.url", "it cannot be changed at all"),
        (
            "web",
            "waivers: [{code: unbounded-label, place: slos/web/shop.yaml, owner: a, reason: b, expires: 2999-01-01}]",
            "waivers",
            "a finding is accepted",
        ),
    ] {
        put(&shell, &format!("slos/{path}/policy.yaml"), &format!("version: emberline/v1\n{own}\n"));
        let out = ran(&shell, "emberline check --format json", 1).out;
        let found = out.matches("locked-field").count();
        assert!(out.contains(&format!("`{field}")) && out.contains(why), "{own}: {out}");
        assert!(found >= 1 && out.contains("locked here") && out.contains("slos/policy.yaml"), "{own}: {out}");
        let (_, text) = FILES.iter().find(|(known, _)| *known == format!("slos/{path}/policy.yaml")).unwrap();
        put(&shell, &format!("slos/{path}/policy.yaml"), text);
    }
    // Tighter is fine, and so is what nobody locks.
    put(&shell, "slos/web/policy.yaml", "version: emberline/v1\ncardinality: {metric: 10}\nevaluation_interval: 10s\n");
    ran(&shell, "emberline check", 0);
    // A service is no way around the lock.
    put(&shell, "slos/web/cart.yaml", &spec("cart", "alerting: {pairs: []}\n"));
    let out = ran(&shell, "emberline check", 1).out;
    assert!(out.contains("error[locked-field]") && out.contains("slos/web/cart.yaml:4"), "{out}");
    // A lock of nothing is no lock.
    put(&shell, "slos/policy.yaml", &ORGANISATION.replace("strict, ", "strikt, "));
    assert!(ran(&shell, "emberline check", 1).out.contains("did you mean `strict`?"));
}

#[test]
fn a_broken_team_stops_the_whole_but_no_other_team() {
    let shell = organisation();
    put(&shell, "slos/pay/policy.yaml", "version: emberline/v1\nscrape_interval: soon\n");
    put(&shell, "slos/pay/bank.yaml", "service: [\n");
    assert!(ran(&shell, "emberline compile", 1).err.contains("nothing was written"));
    ran(&shell, "emberline compile --team pay", 1);
    ran(&shell, "emberline compile --team pay/eu", 1);
    ran(&shell, "emberline compile --team web", 0);
    let written = output(&shell);
    assert!(!written.is_empty() && written.keys().all(|path| path.starts_with("teams/web/")), "{written:?}");
    let refused = ran(&shell, "emberline compile --team wep", 2).err;
    assert!(refused.contains("there is no team `wep`") && refused.contains("`web`"), "{refused}");
    // What stands above a team is the team's matter.
    put(&shell, "slos/policy.yaml", "version: emberline/v1\nscrape_interval: soon\n");
    ran(&shell, "emberline compile --team web", 1);
}

#[test]
fn the_folder_of_a_team_that_is_gone_goes_but_for_what_people_edited() {
    let shell = organisation();
    ran(&shell, "emberline compile --organisation", 0);
    fs::remove_dir_all(shell.folder.path().join("slos/pay")).unwrap();
    put(&shell, "slos/web/shop.yaml", &spec("shop", ""));
    fs::remove_dir_all(shell.folder.path().join("slos/ops")).unwrap();
    put(&shell, "generated/teams/ops/prometheus/rules/logs.yaml", "edited\n");
    let checked = ran(&shell, "emberline compile --check --format json", 1).out;
    assert!(checked.contains("generated/teams/pay/eu/prometheus/rules/eub.yaml"), "{checked}");
    let compiled = ran(&shell, "emberline compile", 0);
    assert!(compiled.out.contains("generated/teams/ops/prometheus/rules/logs.yaml"), "{compiled:?}");
    let teams = output(&shell).into_keys().filter(|path| path.starts_with("teams/") && !path.starts_with("teams/web/"));
    let left: Vec<String> = teams.collect();
    assert_eq!(left, ["teams/ops/.emberline-manifest", "teams/ops/prometheus/rules/logs.yaml"]);
    assert!(!shell.folder.path().join("generated/teams/pay").exists());
    // Without any team the whole is written as it always was.
    fs::remove_dir_all(shell.folder.path().join("slos/web")).unwrap();
    ran(&shell, "emberline compile", 0);
    let flat = output(&shell);
    assert!(flat.contains_key("collector/agent.yaml") && !flat.keys().any(|path| path.starts_with("organisation/")));
}

#[test]
fn names_that_collide_are_refused() {
    for (path, text, message) in [
        ("slos/grafana/policy.yaml", "", "a team cannot be called `grafana`"),
        ("slos/a b/policy.yaml", "", "the folder `a b` cannot name a team"),
        ("slos/con/policy.yaml", "", "the folder `con` cannot name a team"),
        ("slos/WEB/policy.yaml", "", "a second team"),
        ("slos/empty/policy.yaml", "", "this policy holds for no service"),
        ("slos/web/policy.yml", "", "a second policy"),
        ("slos/ops/policy.yaml", "sampling: {baseline: 1%}\n", "`sampling` is for the organisation's policy alone"),
        ("slos/ops/policy.yaml", "cardinality: {total: 9}\n", "`cardinality.total` is for the organisation's policy"),
        ("slos/ops/policy.yaml", "code_owners: [team-ops]\n", "expected an owner as `CODEOWNERS` names it"),
        ("slos/ops/policy.yaml", "data: {absent: call}\n", "call"),
    ] {
        let shell = organisation();
        put(&shell, path, &format!("version: emberline/v1\n{text}"));
        let ran = shell.run("emberline check --fail-on warning");
        assert!(ran.status == 1 && ran.out.contains(message), "{path} {text}: {ran:?}");
    }
    let shell = organisation();
    put(&shell, "slos/ops/shop.yaml", &spec("shop", ""));
    let out = ran(&shell, "emberline check", 1).out;
    assert!(out.contains("`shop` is a service of two policies: the team `ops`'s and the team `web`'s"), "{out}");
    // A waiver reaches its own folder only.
    let shell = organisation();
    put(&shell, "slos/policy.yaml", &ORGANISATION.replace(", waivers]", "]"));
    let waiver =
        "waivers: [{code: unbounded-label, place: slos/web/shop.yaml, owner: a, reason: b, expires: 2999-01-01}]\n";
    put(&shell, "slos/ops/policy.yaml", &format!("version: emberline/v1\n{waiver}"));
    assert!(ran(&shell, "emberline check", 1).out.contains("a waiver of slos/web/shop.yaml in the policy of `ops`"));
}

#[test]
fn a_central_policy_and_several_folders_are_compiled_together() {
    let shell = Shell::new();
    put(&shell, "central/org.yaml", "version: emberline/v1\nlock: [strict]\nstrict: true\n");
    put(&shell, "shop/slos/policy.yaml", "version: emberline/v1\noperator: {namespace: shop}\n");
    put(&shell, "shop/slos/cart.yaml", &spec("cart", "calls: [{service: bank, kind: sync}]\n"));
    put(&shell, "bank/slos/bank.yaml", &spec("bank", ""));
    let given = "--policy central/org.yaml --specs shop/slos --specs bank/slos";
    ran(&shell, &format!("emberline check {given}"), 0);
    ran(&shell, &format!("emberline compile {given}"), 0);
    let written = output(&shell);
    for path in ["teams/shop/prometheus/rules/cart.yaml", "prometheus/rules/bank.yaml"] {
        assert!(written.contains_key(path), "{path} is not among {:?}", written.keys());
    }
    ran(&shell, &format!("emberline compile --check {given}"), 0);
    put(&shell, "shop/slos/policy.yaml", "version: emberline/v1\nstrict: false\n");
    let out = ran(&shell, &format!("emberline check {given}"), 1).out;
    assert!(out.contains("error[locked-field]") && out.contains("central/org.yaml"), "{out}");
    let alone = ran(&shell, "emberline check --policy central/org.yaml --specs shop/slos --format json", 1).out;
    assert!(alone.contains("locked-field"), "{alone}");
    let twice = ran(&shell, "emberline check --specs shop/slos --specs shop", 2).err;
    assert!(twice.contains("would be one team"), "{twice}");
    let none = ran(&shell, "emberline check --policy nowhere.yaml --specs shop/slos", 2).err;
    assert!(none.contains("nowhere.yaml"), "{none}");
}

#[test]
fn a_change_shows_what_it_takes_from_each_team() {
    let shell = organisation();
    ran(
        &shell,
        "git init -q -b main . && git config user.email t@example.com && git config user.name t && git add -A && \
         git commit -qm base",
        0,
    );
    let weaker = |shell: &Shell| {
        let err = shell.run("emberline check --changed-since HEAD").err;
        let lines = err.lines().filter(|line| line.contains("weaker gate")).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    assert_eq!(weaker(&shell), Vec::<String>::new());
    put(&shell, "slos/pay/eu/policy.yaml", "version: emberline/v1\ncardinality: {metric: 900}\n");
    let told = weaker(&shell);
    assert!(told.len() == 1 && told[0].contains("policy of pay/eu.cardinality.metric"), "{told:?}");
    ran(&shell, "git checkout -q slos", 0);
    // The organisation's change is told once, not for each team.
    put(&shell, "slos/policy.yaml", &ORGANISATION.replace("strict: true", "strict: false"));
    let told = weaker(&shell);
    assert!(told.len() == 1 && told[0].contains("policy.strict"), "{told:?}");
    ran(&shell, "git checkout -q slos && git mv slos/pay/eu/eub.yaml slos/ops/eub.yaml", 0);
    let told = weaker(&shell);
    assert!(told.iter().any(|line| line.contains("policy of eub.cardinality.metric")), "{told:?}");
    ran(&shell, "git add -A && emberline check --staged --format json", 0);
}

#[test]
fn owners_of_folders_go_into_the_file_that_code_hosts_read() {
    let shell = organisation();
    put(&shell, ".github/CODEOWNERS", "* @everybody\n");
    ran(&shell, "mkdir .git", 0);
    assert!(ran(&shell, "emberline codeowners --check", 1).out.contains("+/slos/web/ @shop/web"));
    ran(&shell, "emberline codeowners --write", 0);
    let text = fs::read_to_string(shell.folder.path().join(".github/CODEOWNERS")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = ["* @everybody", "/slos/ @shop/sre", "/generated/ @shop/sre", "/slos/web/ @shop/web"];
    assert_eq!(lines, [&expected[..], &["/generated/teams/web/ @shop/web"]].concat());
    assert!(ran(&shell, "emberline codeowners --check", 0).err.contains("nothing to change"));
}

#[test]
fn the_notes_of_a_team_stand_in_its_folder() {
    let shell = organisation();
    put(&shell, "slos/web/notes/shop.md", "Ask the cart first.\n");
    ran(&shell, "emberline compile", 0);
    let page = shell.folder.path().join("generated/teams/web/runbooks/shop/index.html");
    assert!(fs::read_to_string(page).unwrap().contains("Ask the cart first."));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_of_a_team_is_no_second_team() {
    let shell = organisation();
    std::os::unix::fs::symlink("web", shell.folder.path().join("slos/alias")).unwrap();
    ran(&shell, "emberline compile", 0);
    assert!(!shell.folder.path().join("generated/teams/alias").exists());
    // Nothing is written where a link leads.
    let elsewhere = shell.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::remove_dir_all(shell.folder.path().join("generated/teams")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, shell.folder.path().join("generated/teams")).unwrap();
    let refused = shell.run("emberline compile");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert_eq!(Path::new(&elsewhere).read_dir().unwrap().count(), 0, "{refused:?}");
}
