//! The compiled site served on this machine, with numbers from a Prometheus. It answers GET only, knows no path but those of
//! pages, and asks Prometheus nothing but the queries of the plan.

mod live;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use emberline_core::plan::Plan;
use emberline_core::target::Target;
use emberline_observe::http::Access;
use emberline_pages::Notes;

use live::Prometheus;

/// What every page is given besides: numbers, drawn where the page has room for them.
const SCRIPT: &str = include_str!("preview.js");
/// The script's address; no page has a dot at the beginning of its path.
const SCRIPT_PATH: &str = "/.preview.js";

/// What is served.
pub(crate) struct Site {
    plan: Plan,
    notes: Notes,
    prometheus: Option<Prometheus>,
}

impl Site {
    /// The pages of a plan, with numbers where an address of Prometheus is given.
    pub(crate) fn new(plan: Plan, notes: Notes, prometheus: Option<&str>, access: &Access) -> Self {
        Self { plan, notes, prometheus: prometheus.map(|address| Prometheus::new(address, access)) }
    }

    /// A page or what pages share. Only the unit that it belongs to is made.
    fn page(&self, path: &str) -> Option<String> {
        let folder = path.split('/').next().unwrap_or_default();
        let unit = self.plan.services.iter().position(|service| service.stem == folder);
        let unit = unit.unwrap_or(self.plan.services.len());
        let wanted = format!("{}/{path}", Target::Runbooks.folder());
        let pages = emberline_pages::emit(&self.plan, unit, &self.notes).ok()?;
        pages.into_iter().find(|page| page.path == wanted).map(|page| page.text)
    }

    /// The numbers of an objective, or of all of them in short.
    fn numbers(&self, path: &str) -> Option<Result<serde_json::Value, String>> {
        let prometheus = self.prometheus.as_ref()?;
        if path.is_empty() {
            return Some(prometheus.all());
        }
        let (service, slo) = path.split_once('/')?;
        let service = self.plan.services.iter().find(|it| it.stem == service)?;
        Some(prometheus.of(service.slos.iter().find(|it| it.stem == slo)?))
    }
}

/// The routes. `at` is where it listens: a request for another host comes from a page that has no business here.
pub(crate) fn router(site: Site, at: SocketAddr) -> Router {
    Router::new()
        .route("/", get(|state| async move { serve(state, String::from("index.html")).await }))
        .route(SCRIPT_PATH, get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], SCRIPT) }))
        .route("/.live", get(|state| async move { numbers(state, String::new()).await }))
        .route("/.live/{*path}", get(|state, Path(path): Path<String>| async move { numbers(state, path).await }))
        .route("/{*path}", get(|state, Path(path): Path<String>| async move { serve(state, path).await }))
        .layer(middleware::from_fn(move |request, next| guarded(at, request, next)))
        .with_state(Arc::new(site))
}

/// Refuses requests under a foreign name (DNS rebinding), and says what a page may do.
async fn guarded(at: SocketAddr, request: Request, next: Next) -> Response {
    if !is_ours(request.headers(), at) {
        return (StatusCode::FORBIDDEN, "this address is not served\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let only_ours = "default-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, only_ours),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

fn is_ours(headers: &HeaderMap, at: SocketAddr) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let port = format!(":{}", at.port());
    // Somebody who listens on an address of the network chose to be reached under any name.
    !at.ip().is_loopback() || [format!("localhost{port}"), at.to_string()].iter().any(|ours| ours == host)
}

async fn serve(State(site): State<Arc<Site>>, path: String) -> Response {
    let wanted = if path.ends_with('/') { format!("{path}index.html") } else { path };
    let kind = match wanted.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let live = site.prometheus.is_some() && wanted.ends_with(".html");
    let text = match tokio::task::spawn_blocking(move || site.page(&wanted)).await {
        Ok(Some(text)) => text,
        Ok(None) => return (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let script = format!("<script src=\"{SCRIPT_PATH}\"></script>\n</body>");
    let text = if live { text.replace("</body>", &script) } else { text };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

async fn numbers(State(site): State<Arc<Site>>, path: String) -> Response {
    match tokio::task::spawn_blocking(move || site.numbers(&path)).await {
        Ok(Some(Ok(numbers))) => axum::Json(numbers).into_response(),
        Ok(Some(Err(why))) => (StatusCode::BAD_GATEWAY, why).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "there is no such objective\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
