//! What the search of the first page looks through: a script, since a page opened from a file may not read another.

use emberline_core::code;
use emberline_core::plan::runbook::AlertPage;
use emberline_core::plan::watch::FOLDER;
use emberline_core::plan::{Plan, ServicePlan, SloPlan, runbook};

use crate::codes;

/// The script: `[title, address, words]` of each page; `watches` are those of alerts on the ruler.
pub(crate) fn script(plan: &Plan, watches: &[AlertPage]) -> String {
    let mut entries: Vec<[String; 3]> = Vec::new();
    for service in plan.services.iter().filter(|_| plan.teams.is_empty()) {
        let owner = service.about.owner.clone().unwrap_or_default();
        entries.push([service.name.clone(), format!("{}/index.html", service.stem), format!("service {owner}")]);
        for slo in &service.slos {
            entries.extend(of_slo(service, slo, &owner));
        }
    }
    for page in watches {
        let words = format!("{} {} alerting", page.alert, page.severity);
        entries.push([page.title.clone(), format!("{FOLDER}/{}.html", page.page), words]);
    }
    for code in code::all().into_iter().filter(|_| codes::are_here(plan)) {
        entries.push([
            code.id.to_owned(),
            format!("codes.d/{}.html", code.id),
            format!("finding code {}", code.summary),
        ]);
    }
    let entries = serde_json::to_string(&entries).unwrap_or_default();
    // One entry a line keeps differences small; `<` could end the script in an old parser.
    let lines = entries.replace("],[", "],\n[").replace('<', "\\u003c");
    format!("window.EMBERLINE_INDEX = {lines};\n")
}

fn of_slo(service: &ServicePlan, slo: &SloPlan, owner: &str) -> Vec<[String; 3]> {
    let folder = format!("{}/{}", service.stem, slo.stem);
    let title = format!("{} {}", service.name, slo.name);
    let mut entries = vec![[title.clone(), format!("{folder}/index.html"), format!("objective {owner}")]];
    for page in runbook::headings(slo) {
        let address = format!("{folder}/{}.html", page.page);
        entries.push([format!("{title}: {}", page.what), address, format!("{} {} {owner}", page.alert, page.severity)]);
    }
    entries
}
