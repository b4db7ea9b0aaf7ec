//! What rules make of given series in promtool, and the guide's examples as specs.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::{compile, tool, workspace};

/// One spec, the series that it reads, and what its rules make of them.
pub struct Given<'g> {
    /// The policy, without its version. Scrapes are 15 s apart unless it says otherwise.
    pub policy: &'g str,
    /// The spec, without its version and its service.
    pub spec: &'g str,
    /// Between two samples.
    pub interval: &'g str,
    /// Series and their samples.
    pub series: &'g [(&'g str, &'g str)],
    /// An expression, a time, and the one value that it has then; nothing where there is none.
    pub expected: &'g [(&'g str, &'g str, &'g str)],
}

impl Given<'_> {
    /// Compiles the spec, checks its rules, runs its generated proofs, and evaluates every expectation.
    pub fn holds(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let spec = format!("version: emberline/v1\nservice: shop\n{}", self.spec);
        let scrape = if self.policy.contains("scrape_interval") { "" } else { "scrape_interval: 15s\n" };
        let policy = format!("version: emberline/v1\n{scrape}{}", self.policy);
        compile(&[("shop.yaml", &spec), ("policy.yaml", &policy)], "shop", folder.path())?;
        let series: Vec<String> = self
            .series
            .iter()
            .map(|(name, values)| format!("      - {{series: '{name}', values: '{values}'}}\n"))
            .collect();
        let expected: Vec<String> = self
            .expected
            .iter()
            .map(|(expr, at, value)| {
                let samples =
                    if value.is_empty() { String::new() } else { format!("{{labels: '{{}}', value: {value}}}") };
                format!("      - {{expr: '{expr}', eval_time: {at}, exp_samples: [{samples}]}}\n")
            })
            .collect();
        let test = format!(
            "rule_files: [generated/prometheus/rules/shop.yaml]\nevaluation_interval: 30s\nfuzzy_compare: true\ntests:\n  - interval: {}\n    input_series:\n{}    promql_expr_test:\n{}",
            self.interval,
            series.concat(),
            expected.concat()
        );
        let path = folder.path().join("test.yaml");
        fs::write(&path, test)?;
        let promtool = tool("promtool")?;
        run(Command::new(&promtool)
            .args(["check", "rules"])
            .arg(folder.path().join("generated/prometheus/rules/shop.yaml")))?;
        run(Command::new(&promtool).args(["test", "rules"]).arg(&path))?;
        let proofs = fs::read_dir(folder.path().join("generated/prometheus/tests/shop"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?;
        // Beside the tests stand the rules that they load.
        let proofs: Vec<_> =
            proofs.into_iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
        ensure!(!proofs.is_empty(), "no proof was generated");
        run(Command::new(&promtool).args(["test", "rules"]).args(proofs))?;
        Ok(())
    }
}

/// The guide's examples that hold one of `fields`, in order, as objectives `example-1` and so on.
pub fn examples(fields: &[&str]) -> Result<String> {
    let page = fs::read_to_string(workspace().join("compiler/docs/reference/indicators.md"))?;
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block));
    let mut spec = "slos:\n".to_owned();
    for (nth, block) in blocks.filter(|block| fields.iter().any(|field| block.contains(field))).enumerate() {
        spec.push_str(&format!("  - name: example-{}\n    objective: 99%\n", nth + 1));
        block.lines().for_each(|line| spec.push_str(&format!("    {line}\n")));
    }
    Ok(spec)
}
