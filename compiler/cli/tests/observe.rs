//! Sources at the command line: drafts, snapshots, and specs held against both.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use shell::Shell;

const PAGE: &str = "\
# TYPE http_requests_total counter
http_requests_total{job=\"shop\",code=\"200\",instance=\"10.1.2.3:80\",who=\"jane.doe@example.com\"} 970
http_requests_total{job=\"shop\",code=\"503\",instance=\"10.1.2.4:80\",who=\"joe.bloggs@example.com\"} 3
";

const SPEC: &str = "\
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{job=\"shop\"}
        bad: http_requests_total{job=\"shop\", code=\"5xx\"}
";

fn folder() -> Shell {
    let shell = Shell::new();
    let at = |name: &str| shell.folder.path().join(name);
    fs::create_dir(at("slos")).unwrap();
    fs::write(at("slos/shop.yaml"), SPEC).unwrap();
    fs::write(at("page.txt"), PAGE).unwrap();
    shell
}

#[test]
fn a_snapshot_judges_as_its_source_does() {
    let shell = folder();
    let live = shell.run("emberline check --against page.txt");
    assert_eq!(live.status, 1, "{live:?}");
    assert!(live.out.contains("error[value-not-found]: no value of `code`"), "{live:?}");
    assert!(live.out.contains("slos/shop.yaml:9:"), "{live:?}");
    assert_eq!(shell.run("emberline observe page.txt --snapshot prod").status, 0);
    let shot = shell.run("emberline check");
    assert_eq!(shot.out.replace("`prod`", "`page.txt`"), live.out);
    // Standard input is a source as well.
    let piped = shell.run("emberline check --against - < page.txt");
    assert_eq!(piped.out.replace("standard input", "page.txt"), live.out);
}

#[test]
fn a_snapshot_is_the_same_each_time_and_names_nobody() {
    let shell = folder();
    let read = || fs::read_to_string(shell.folder.path().join("slos/observed/prod.yaml")).unwrap();
    let take = "emberline observe page.txt --snapshot prod --today 2026-11-26";
    assert_eq!(shell.run(take).status, 0);
    let first = read();
    assert_eq!(shell.run(take).status, 0);
    assert_eq!(read(), first);
    assert!(first.contains("\"503\"") && !first.contains("10.1.2.3") && !first.contains("example.com"), "{first}");
    assert!(shell.run("emberline check").out.contains("[value-not-found]"));
}

#[test]
fn no_file_of_others_is_replaced() {
    let shell = folder();
    let place = shell.folder.path().join("slos/observed/prod.yaml");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    for mine in [&b"mine\n"[..], b"\xffmine\n"] {
        fs::write(&place, mine).unwrap();
        let ran = shell.run("emberline observe page.txt --snapshot prod");
        assert!(ran.status == 2 && ran.err.contains("is no snapshot that emberline wrote"), "{ran:?}");
        assert_eq!(fs::read(&place).unwrap(), mine);
    }
    let ran = shell.run("emberline observe page.txt --snapshot ../prod");
    assert!(ran.status == 2 && ran.err.contains("cannot be the name of a snapshot"), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn no_link_leads_a_snapshot_out_of_the_specs() {
    let shell = folder();
    let away = shell.folder.path().join("away");
    fs::create_dir(&away).unwrap();
    for (links, line) in [
        ("ln -s ../away slos/observed", "emberline observe page.txt --snapshot prod"),
        ("ln -s ../away slos/observed", "emberline observe page.txt --snapshot prod --specs slos/shop.yaml"),
        ("ln -s ../away slos/observed", "cd slos && emberline observe ../page.txt --snapshot prod --specs shop.yaml"),
        (
            "mkdir slos/observed; ln -s ../../page.txt slos/observed/prod.yaml",
            "emberline observe page.txt --snapshot prod",
        ),
    ] {
        let ran = shell.run(&format!("rm -rf slos/observed; {links}; {line}"));
        assert!(ran.status == 2 && ran.err.contains("outside of"), "{links}; {line}: {ran:?}");
        assert_eq!(away.read_dir().unwrap().count(), 0, "{line}");
    }
    // A link within the specs is the team's own.
    let ran = shell.run(
        "rm -rf slos/observed; mkdir slos/kept; ln -s kept slos/observed; emberline observe page.txt --snapshot prod",
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(shell.folder.path().join("slos/kept/prod.yaml").is_file());
}

#[test]
fn a_first_spec_of_what_is_exported_is_clean() {
    let shell = folder();
    fs::remove_dir_all(shell.folder.path().join("slos")).unwrap();
    fs::write(shell.folder.path().join("page.txt"), PAGE.replace("who=", "route=").replace("@example.com", ""))
        .unwrap();
    let ran = shell.run("emberline init shop --against page.txt");
    assert_eq!(ran.status, 0, "{ran:?}");
    let spec = fs::read_to_string(shell.folder.path().join("slos/shop.yaml")).unwrap();
    assert!(spec.contains("# The objectives of one service.") && !spec.contains("your own metric"), "{spec}");
    let ran = shell.run("emberline check --against page.txt --fail-on note");
    assert!(ran.status == 0 && ran.out.starts_with("no findings"), "{ran:?}");
    let ran = shell.run("printf 'up 1\\n' | emberline init other --against -");
    assert!(ran.status == 2 && ran.err.contains("looks like a count of requests"), "{ran:?}");
}

#[test]
fn what_is_no_source_is_told_with_a_remedy() {
    let shell = folder();
    for (line, why) in [
        ("emberline observe missing.txt", "cannot read missing.txt"),
        ("printf 'a{' | emberline observe -", "is no page of metrics, line 1"),
        ("printf '' | emberline observe -", "is empty"),
        ("printf '{\"resourceSpans\":[]}' | emberline observe -", "holds no metric"),
        ("emberline observe http://127.0.0.1:1 --timeout 1s", "does not answer"),
        ("emberline observe page.txt --match job", "does not say which label has which value"),
        ("emberline check --against http://127.0.0.1:1", "does not answer"),
    ] {
        let ran = shell.run(line);
        assert!(ran.status == 2 && ran.err.contains(why), "{line}: {ran:?}");
    }
}

#[test]
fn secrets_come_from_files_and_the_environment_and_are_never_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(|line| line.unwrap());
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let said = head.join("\n").to_lowercase();
            let body = format!("no: {}", head.join(" "));
            write!(
                stream,
                "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            heads.push(said);
        }
        heads
    });
    let shell = folder();
    let at = |name: &str| shell.folder.path().join(name);
    fs::write(at("token"), "from-a-file-1234\n").unwrap();
    fs::write(at("tenant"), "tenant-from-a-file\n").unwrap();
    let observe = format!("emberline observe http://{address}");
    let lines = [
        format!("{observe} --bearer-token-file token --header X-Scope-OrgID=@tenant"),
        format!("EMBERLINE_BEARER_TOKEN=from-the-environment {observe}"),
        format!("EMBERLINE_BASIC_AUTH=me:open-sesame {observe}/prefix"),
    ];
    let ran = lines.map(|line| shell.run(&line));
    let heads = server.join().unwrap();
    for (head, part) in
        heads.iter().zip(["bearer|from-a-file-1234", "bearer|from-the-environment", "basic|bwu6b3blbi1zzxnhbwu="])
    {
        assert!(head.contains(&format!("authorization: {}", part.replace('|', " "))), "{head}");
    }
    assert!(heads[0].contains("x-scope-orgid: tenant-from-a-file"), "{}", heads[0]);
    assert!(heads[2].starts_with("get /prefix/api/v1/"), "{}", heads[2]);
    for ran in &ran {
        assert_eq!(ran.status, 2, "{ran:?}");
        let shown = format!("{}{}", ran.out, ran.err).to_lowercase();
        assert!(shown.contains("403 forbidden"), "{shown}");
        for secret in ["from-a-file", "from-the-environment", "sesame", "bwu6b3"] {
            assert!(!shown.contains(secret), "{secret} is shown: {shown}");
        }
    }
}
