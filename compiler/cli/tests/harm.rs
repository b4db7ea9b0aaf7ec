//! What the program must not do to files that are not its own, nor show of them: by the real binary.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::path::Path;

use shell::{Ran, Shell};

const SPEC: &str = include_str!("checkout.yaml");

/// A repository with a spec, a note, evidence, and a secret beside the specs.
fn repository() -> Shell {
    let shell = Shell::new();
    for (path, text) in [
        ("slos/checkout.yaml", SPEC),
        ("slos/notes/checkout.md", "- known\n"),
        ("generated/incidents/q/incident.md", "evidence\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("secret", "top: secret\n"),
    ] {
        write(&shell, path, text);
    }
    shell
}

fn write(shell: &Shell, path: &str, text: &str) {
    let path = shell.folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn text(shell: &Shell, path: &str) -> Option<String> {
    fs::read_to_string(shell.folder.path().join(path)).ok()
}

/// Every path below the folder, with the text of files.
fn everything(folder: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let entries = ignore::WalkBuilder::new(folder).standard_filters(false).build().map(|entry| entry.unwrap());
    let mut all: Vec<_> =
        entries.map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).ok())).collect();
    all.sort();
    all
}

fn done(ran: &Ran, status: i32) {
    assert_eq!(ran.status, status, "{ran:?}");
}

#[test]
fn a_manifest_in_the_root_removes_nothing() {
    let shell = repository();
    write(&shell, ".emberline-manifest", ".git/HEAD\nslos/checkout.yaml\n");
    let before = everything(shell.folder.path());
    let ran = shell.run("emberline compile --out .");
    done(&ran, 2);
    assert_eq!(
        ran.err,
        "error: the output folder . encloses the folder of specs slos\nhelp: name a folder beside the specs, such as `--out \
         generated`; nothing was read or written\n"
    );
    assert_eq!(everything(shell.folder.path()), before);
}

#[test]
fn a_manifest_removes_no_evidence_and_says_so() {
    let shell = repository();
    // As `printf 'evidence\n' | sha256sum` prints it: a right hash is no permission.
    let hash = shell.run("sha256sum < generated/incidents/q/incident.md").out;
    let line = format!("{}  incidents/q/incident.md\n", hash.split(' ').next().unwrap());
    write(&shell, "generated/.emberline-manifest", &line);
    let ran = shell.run("emberline compile");
    done(&ran, 0);
    assert_eq!(text(&shell, "generated/incidents/q/incident.md").unwrap(), "evidence\n");
    let said = "`generated/.emberline-manifest` listed files that emberline never writes: `incidents/q/incident.md`";
    assert!(ran.out.contains("warning[stale-artefact]") && ran.out.contains(said), "{ran:?}");
    let ran = shell.run("emberline compile --fail-on warning");
    assert!(ran.status == 0 && !ran.out.contains("listed files"), "the line is gone: {ran:?}");
}

#[test]
fn what_somebody_edited_stays_and_what_goes_is_named() {
    let shell = repository();
    for name in ["edited", "intact"] {
        write(&shell, &format!("slos/{name}.yaml"), &SPEC.replace("service: checkout", &format!("service: {name}")));
    }
    done(&shell.run("emberline compile"), 0);
    // Anybody can ask whether somebody edited what is committed.
    done(&shell.run("cd generated && sha256sum --check --strict --quiet .emberline-manifest"), 0);
    let (edited, intact) = ("generated/prometheus/rules/edited.yaml", "generated/prometheus/rules/intact.yaml");
    done(&shell.run(&format!("echo '# by hand' >> {edited} && rm slos/edited.yaml slos/intact.yaml")), 0);

    let ran = shell.run("emberline compile --check --format json");
    done(&ran, 1);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let of = |path: &str| {
        let found = document["findings"].as_array().unwrap().iter().find(|it| it["path"] == path).unwrap().clone();
        (found["severity"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    let stays = format!("`{edited}` belongs to a spec that is gone, and stays: it is not what emberline wrote there");
    assert_eq!(of(edited), ("error".into(), stays.clone()));
    assert_eq!(of(intact), ("error".into(), format!("`{intact}` belongs to a spec that is gone")));

    let ran = shell.run("emberline compile --format json");
    done(&ran, 0);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let removed: Vec<&str> = document["removed"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(removed.contains(&intact) && !removed.contains(&edited), "{removed:?}");
    assert!(removed.is_sorted() && removed.iter().all(|path| text(&shell, path).is_none()));
    for path in &removed {
        assert!(ran.err.contains(&format!("removed {path}: its spec is gone\n")), "{}", ran.err);
    }
    assert_eq!(document["findings"][0]["message"], stays);
    assert_eq!(document["findings"][0]["hint"], "remove it, or move what you want to keep out of `generated`");
    assert!(text(&shell, edited).unwrap().ends_with("# by hand\n"));
    // It is told of as long as it stands, in the gate too.
    done(&shell.run("emberline compile --fail-on warning"), 1);
    done(&shell.run("emberline compile --check"), 1);
    done(&shell.run(&format!("rm {edited} && emberline compile && emberline compile --check")), 0);
}

#[test]
fn output_among_the_specs_or_around_them_is_refused() {
    let shell = repository();
    done(&shell.run("mkdir other && ln -s slos link && ln -s ../slos other/up && ln -s . here"), 0);
    let before = everything(shell.folder.path());
    for (specs, out) in [
        ("slos", "slos"),
        ("slos", "./slos/"),
        ("slos", "slos/generated"),
        ("slos", "slos/notes/new/deep"),
        ("slos", "."),
        ("slos", "other/.."),
        ("slos", "nowhere/../slos/x"),
        ("slos", "$PWD"),
        ("slos", "$PWD/slos/x"),
        ("slos", "/"),
        ("slos", "link"),
        ("slos", "link/x"),
        ("slos", "other/up/x"),
        ("slos", "here"),
        ("slos", "here/here/slos"),
        ("link", "slos/x"),
        ("link", "link"),
        ("other/up", "."),
        (".", "generated"),
        ("slos/checkout.yaml", "slos"),
        ("slos/checkout.yaml", "."),
    ] {
        for more in ["", "--check", "--force --only rules"] {
            let ran = shell.run(&format!("emberline compile --specs {specs} --out {out} {more}"));
            done(&ran, 2);
            assert!(ran.err.starts_with("error: the output folder ") && ran.out.is_empty(), "{specs} {out}: {ran:?}");
        }
    }
    assert_eq!(everything(shell.folder.path()), before);
    // Names that begin alike are no such thing.
    for out in ["slos-generated", "other/slos"] {
        done(&shell.run(&format!("emberline compile --out {out} && rm -r {out}")), 0);
    }
    done(&shell.run("emberline compile --specs slos/checkout.yaml"), 0);
}

#[test]
fn links_out_of_the_specs_show_nothing() {
    for (link, target) in [
        ("slos/x.yaml", "../secret"),
        ("slos/x.yaml", "/etc/passwd"),
        ("slos/policy.yaml", "../secret"),
        ("slos/prices.yaml", "../secret"),
        ("slos/more", "../.git"),
        ("slos/notes/checkout.md", "../../secret"),
        ("slos/notes/checkout.md", "/etc/passwd"),
        // Inside the specs, but no note.
        ("slos/notes/checkout.md", "../checkout.yaml"),
        ("slos/notes/checkout", "../../generated"),
    ] {
        let shell = repository();
        done(&shell.run(&format!("rm -f {link} && ln -s {target} {link}")), 0);
        for command in ["check", "compile", "compile --check --format json"] {
            let ran = shell.run(&format!("emberline {command}"));
            done(&ran, 2);
            let said = format!("error: {link} is a link to {target}, outside of slos");
            assert!(ran.err.starts_with(&said) && ran.out.is_empty(), "{link} -> {target}: {ran:?}");
            assert!(!ran.err.contains("top: secret") && !ran.err.contains("root:"), "{ran:?}");
        }
        assert!(text(&shell, "generated/runbooks/index.md").is_none());
    }
}

#[test]
fn links_that_stay_inside_work() {
    let shell = repository();
    done(
        &shell.run("mkdir slos/deep && mv slos/checkout.yaml slos/deep/real && ln -s deep/real slos/checkout.yaml"),
        0,
    );
    done(&shell.run("mv slos/notes/checkout.md slos/notes/known.txt && ln -s known.txt slos/notes/checkout.md"), 0);
    done(&shell.run("ln -s slos named && emberline compile --specs named"), 0);
    assert!(text(&shell, "generated/runbooks/checkout/index.html").unwrap().contains("known"));
    // The folder of notes may be such a link as well.
    done(&shell.run("mv slos/notes slos/learned && ln -s learned slos/notes && emberline compile --check"), 0);
}

#[test]
fn a_commit_s_links_are_read_as_the_work_tree_s() {
    let shell = repository();
    let unbounded = |service: &str| {
        SPEC.replace("service: checkout", &format!("service: {service}"))
            .replace("labels:", "labels:\n      user_id: {}")
    };
    write(&shell, "slos/linked.txt", &unbounded("linked"));
    let prepared = "rm -r .git && ln -s linked.txt slos/linked.yaml && ln -s slos named && ln -s .. slos/.up && ln -s \
                    slos/linked.txt one.yaml && git init -q -b main . && git config user.email t@example.com && git \
                    config user.name t && git add -A && git commit -q -m first";
    done(&shell.run(prepared), 0);
    let named = ["slos", "named", "./named/", "$PWD/named", "named/../slos", "one.yaml", "."];
    for specs in named {
        done(&shell.run(&format!("emberline check --specs {specs}")), 1);
        let ran = shell.run(&format!("emberline check --changed-since HEAD --specs {specs}"));
        assert_eq!(ran.status, 0, "what stands in a linked spec was there before: {specs}: {ran:?}");
    }
    // What a change brings is still seen.
    write(&shell, "slos/new.yaml", &unbounded("new"));
    done(&shell.run("sed -i 's/user_id: {}/user_id: {} # touched/' slos/linked.txt"), 0);
    for (specs, new) in [("named", "named/new.yaml"), ("$PWD/named", "named/new.yaml"), ("slos", "slos/new.yaml")] {
        let ran = shell.run(&format!("emberline check --changed-since HEAD --format json --specs {specs}"));
        assert!(ran.status == 1 && ran.out.contains(&format!("\"path\": \"{new}\"")), "{specs}: {ran:?}");
    }
    done(&shell.run("cd slos && emberline check --changed-since HEAD --specs . && exit 9"), 1);
}
