//! Dashboards of Perses, by its own linter.

use std::fs;

use anyhow::{Context, Result};
use emberline_proofs::engines::perses::faults;
use emberline_proofs::tools::workspace;
use serde_json::{Value, json};

use crate::compiled;

#[test]
fn percli_takes_every_dashboard() -> Result<()> {
    let (_folder, count, generated) = compiled("perses")?;
    let mut dashboards = 0;
    for folder in generated.iter().map(|folder| folder.join("perses")) {
        dashboards += fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?.count();
        let said = faults(&folder)?;
        assert!(said.is_none(), "percli refuses {}: {}", folder.display(), said.unwrap_or_default());
    }
    println!("| percli lint takes {dashboards} dashboards of {count} random objectives and ours");
    assert!(dashboards > 50, "only {dashboards} dashboards were judged");
    Ok(())
}

#[test]
fn percli_refuses_broken_dashboards() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("checkout.json");
    let whole: Value = serde_json::from_slice(&fs::read(workspace().join("generated/perses/checkout.json"))?)?;
    fs::write(&file, whole.to_string())?;
    assert!(faults(folder.path())?.is_none(), "percli refuses what is committed");
    type Break = fn(&mut Value);
    let breaks: [(&str, Break); 4] = [
        ("a panel that the layout names and nobody defines", |board| {
            board["spec"]["layouts"][0]["spec"]["items"][0]["content"]["$ref"] = json!("#/spec/panels/none");
        }),
        ("a duration that is none", |board| board["spec"]["duration"] = json!("soon")),
        ("a name with a space", |board| board["metadata"]["name"] = json!("check out")),
        ("no panel", |board| board["spec"]["panels"] = json!(7)),
    ];
    for (what, plant) in breaks {
        let mut board = whole.clone();
        plant(&mut board);
        fs::write(&file, board.to_string())?;
        assert!(faults(folder.path())?.is_some(), "percli takes {what}");
    }
    Ok(())
}
