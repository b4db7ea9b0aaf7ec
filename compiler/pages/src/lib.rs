//! Runbook pages: Markdown for whoever reads the repository, and a site of static HTML that needs no server and no network.
//!
//! What a page says is decided by `emberline_core::plan::runbook`; here it is laid out. Templates escape what they are
//! given, and every address is made of stems, which are plain ASCII.
//!
//! ```text
//! index.html   assets.d/{style.css, page.js, index.js}   codes.d/CODE.html
//! watchers.d/ALERT.html   watchers.d/ALERT.md
//! SERVICE/index.html   SERVICE/SLO/index.html   SERVICE/SLO/ALERT.html   SERVICE/SLO/ALERT.md
//! ```
//!
//! The folders that belong to no service have a dot in their names, which stems have not.

mod codes;
mod notes;
mod search;
mod svg;
mod template;
mod view;

pub use notes::{Notes, Unclaimed};
pub use template::Fault;

use emberline_core::emit::Artefact;
use emberline_core::plan::watch::FOLDER;
use emberline_core::plan::{Plan, ServicePlan, SloPlan, runbook};
use emberline_core::target::Target;
use emberline_prose::template::{Value, context, typed};

/// Appearance and behaviour of every page.
const ASSETS: [(&str, &str); 3] = [
    ("style.css", include_str!("../assets/style.css")),
    ("page.js", include_str!("../assets/page.js")),
    ("search.js", include_str!("../assets/search.js")),
];

/// The pages of one unit: a service's, or for the last unit the index, what all pages share, and those of finding codes.
///
/// # Errors
/// When a template is at fault, which is a fault of this crate.
pub fn emit(plan: &Plan, unit: usize, notes: &Notes) -> Result<Vec<Artefact>, Fault> {
    match plan.services.get(unit) {
        Some(service) => of_service(plan, service, notes),
        None => global(plan),
    }
}

fn artefact(path: &str, text: String) -> Artefact {
    Artefact { path: format!("{}/{path}", Target::Runbooks.folder()), text }
}

fn global(plan: &Plan) -> Result<Vec<Artefact>, Fault> {
    // With teams, the pages of services are in the teams' folders, which have such a page too.
    let own = plan.services.iter().filter(|_| plan.teams.is_empty());
    let services: Vec<_> = own.map(view::listed).collect();
    // Of a large organisation the page lists the first, and its script the rest: it shall stay small.
    let listed = &services[..services.len().min(LISTED)];
    let watches = runbook::watch_pages(plan);
    let watch_views: Vec<_> = watches.iter().map(view::alert).collect();
    let index = template::render(
        "index.html",
        context! { codes => codes::are_here(plan), watches => typed(&watch_views), watch_folder => FOLDER, root => "", title => "Runbooks", services => typed(&listed), more => services.len() - listed.len() },
    )?;
    let in_markdown = template::render("index.md", context! { services => typed(&services) })?;
    let mut artefacts = vec![artefact("index.html", index), artefact("index.md", in_markdown)];
    artefacts.extend(ASSETS.iter().map(|(name, text)| artefact(&format!("assets.d/{name}"), (*text).to_owned())));
    artefacts.push(artefact("assets.d/index.js", search::script(plan, &watches)));
    for (page, view) in watches.iter().zip(&watch_views) {
        for (end, form) in [("html", "watch.html"), ("md", "watch.md")] {
            let values = context! { root => "../", title => page.title.as_str(), page => typed(view) };
            artefacts.push(artefact(&format!("{FOLDER}/{}.{end}", page.page), template::render(form, values)?));
        }
    }
    if codes::are_here(plan) {
        artefacts.extend(codes::pages()?.into_iter().map(|(path, text)| artefact(&path, text)));
    }
    Ok(artefacts)
}

/// So many services are listed on the first page.
const LISTED: usize = 100;

fn of_service(plan: &Plan, service: &ServicePlan, notes: &Notes) -> Result<Vec<Artefact>, Fault> {
    let about = typed(&view::service(plan, service));
    let graph = svg::graph(service, "../");
    let learned = notes.of_service(&service.stem);
    let slos: Vec<_> = service.slos.iter().map(|slo| view::objective(plan, slo)).collect();
    let page = template::render(
        "service.html",
        context! { root => "../", title => service.name.as_str(), service => about.clone(), slos => typed(&slos), graph => graph.as_str(), notes => notes::html(&learned) },
    )?;
    let mut artefacts = vec![artefact(&format!("{}/index.html", service.stem), page)];
    for slo in &service.slos {
        artefacts.extend(of_slo(plan, service, slo, &about, notes)?);
    }
    Ok(artefacts)
}

fn of_slo(
    plan: &Plan,
    service: &ServicePlan,
    slo: &SloPlan,
    about: &Value,
    notes: &Notes,
) -> Result<Vec<Artefact>, Fault> {
    let folder = format!("{}/{}", service.stem, slo.stem);
    let pages = runbook::pages(plan, service, slo);
    let graph = Value::from_safe_string(svg::graph(service, "../../"));
    let objective = typed(&view::objective(plan, slo));
    let learned = notes.of_slo(&service.stem, &slo.stem);
    let learned_html = notes::html(&learned);
    let asks = runbook::glance(plan, slo);
    let overview = template::render(
        "slo.html",
        context! {
            root => "../../", title => format!("{} {}", slo.service, slo.name), service => about.clone(), slo => objective.clone(),
            plot => svg::plot(&runbook::plot(slo)),
            glance => typed(&view::asks(&asks)), notes => learned_html.as_str(),
        },
    )?;
    let mut artefacts = vec![artefact(&format!("{folder}/index.html"), overview)];
    for page in &pages {
        let view = typed(&view::alert(page));
        let values = context! {
            root => "../../", title => page.title.as_str(), service => about.clone(), slo => objective.clone(), page => view.clone(), graph => graph.clone(),
            notes => learned_html.as_str(), trace => runbook::TRACE,
        };
        artefacts.push(artefact(&format!("{folder}/{}.html", page.page), template::render("alert.html", values)?));
        let values = context! { service => about.clone(), slo => objective.clone(), page => view.clone(), notes => learned.as_str() };
        artefacts.push(artefact(&format!("{folder}/{}.md", page.page), template::render("alert.md", values)?));
    }
    Ok(artefacts)
}
