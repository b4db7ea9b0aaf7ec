//! What rules make of given series in promtool, and the guide's examples as specs.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::run;
use crate::tools::{compile, tool, workspace};

/// A unit test of the rules of the service `shop`.
pub struct Asked<'a> {
    /// Between two samples of a series.
    pub interval: &'a str,
    /// Between two evaluations of the rules.
    pub evaluation_interval: &'a str,
    /// Whether values may differ in their last digits.
    pub is_fuzzy: bool,
    /// Lines of [`series`].
    pub series: &'a str,
    /// Lines of [`expected`].
    pub expected: &'a str,
}

/// A series of a unit test, with its samples in promtool's notation.
#[must_use]
pub fn series(name: &str, samples: &str) -> String {
    format!("  - {{series: '{name}', values: '{samples}'}}\n")
}

/// What an expression gives at a time: samples as `{labels: …, value: …}`, with commas between them.
#[must_use]
pub fn expected(expr: &str, at: &str, samples: &str) -> String {
    format!("  - {{expr: '{expr}', eval_time: {at}, exp_samples: [{samples}]}}\n")
}

impl Asked<'_> {
    /// Asks promtool about the rules that [`compile`] wrote into a folder.
    ///
    /// # Errors
    /// When an expression gives something else.
    pub fn holds(&self, folder: &Path) -> Result<()> {
        let fuzzy = if self.is_fuzzy { "fuzzy_compare: true\n" } else { "" };
        let test = format!(
            "rule_files: [generated/prometheus/rules/shop.yaml]\nevaluation_interval: {}\n{fuzzy}tests:\n- interval: {}\n  input_series:\n{}  promql_expr_test:\n{}",
            self.evaluation_interval, self.interval, self.series, self.expected
        );
        let path = folder.join("test.yaml");
        fs::write(&path, test).with_context(|| format!("writing {}", path.display()))?;
        run(Command::new(tool("promtool")?).args(["test", "rules"]).arg(&path)).map(drop)
    }
}

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
    ///
    /// # Errors
    /// When any of that fails.
    pub fn holds(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let spec = format!("version: emberline/v1\nservice: shop\n{}", self.spec);
        let scrape = if self.policy.contains("scrape_interval") { "" } else { "scrape_interval: 15s\n" };
        let policy = format!("version: emberline/v1\n{scrape}{}", self.policy);
        compile(&[("shop.yaml", &spec), ("policy.yaml", &policy)], "shop", folder.path())?;
        let given: String = self.series.iter().map(|(name, samples)| series(name, samples)).collect();
        let wanted = self.expected.iter().map(|(expr, at, value)| match value.is_empty() {
            true => expected(expr, at, ""),
            false => expected(expr, at, &format!("{{labels: '{{}}', value: {value}}}")),
        });
        let wanted: String = wanted.collect();
        let promtool = tool("promtool")?;
        run(Command::new(&promtool)
            .args(["check", "rules"])
            .arg(folder.path().join("generated/prometheus/rules/shop.yaml")))?;
        let (interval, evaluation_interval) = (self.interval, "30s");
        Asked { interval, evaluation_interval, is_fuzzy: true, series: &given, expected: &wanted }
            .holds(folder.path())?;
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
///
/// # Errors
/// When the page cannot be read.
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
