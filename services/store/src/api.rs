//! Answers over HTTP, for programs.

use crate::db::Store;
use crate::{otlp, page, pprof, query};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Everything that the store serves over HTTP.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/v1/traces", post(otlp::traces_http))
        .route("/v1/logs", post(otlp::logs_http))
        .route("/v1development/profiles", post(otlp::profiles_http))
        .route("/api/traces/{id}", get(trace))
        .route("/api/logs/{id}", get(logs))
        .route("/api/profiles/{id}", get(profile))
        .route("/api/profiles", get(aggregate))
        .route("/api/search", get(search))
        .route("/api/stats", get(stats))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/", get(page::latest))
        .route("/trace/{id}", get(page::trace))
        .layer(DefaultBodyLimit::max(otlp::MOST_SENT))
        .with_state(store)
}

pub(crate) fn failed(error: &anyhow::Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot read the data file: {error:#}\n")).into_response()
}

fn bad(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response()
}

fn answer<T: Serialize>(outcome: anyhow::Result<Option<T>>) -> Response {
    match outcome {
        Ok(Some(value)) => axum::Json(value).into_response(),
        Ok(None) => {
            (StatusCode::NOT_FOUND, "the store has nothing of this trace: it was not kept, or is past its retention\n")
                .into_response()
        }
        Err(error) => failed(&error),
    }
}

pub(crate) const BAD_ID: &str = "a trace id has 32 hexadecimal digits";

async fn trace(State(store): State<Store>, Path(id): Path<String>) -> Response {
    let Some(id) = query::trace_id(&id) else { return bad(BAD_ID) };
    answer(
        store
            .read(move |file| query::trace(file, &id).map(|data| (!data.resource_spans.is_empty()).then_some(data)))
            .await,
    )
}

async fn logs(State(store): State<Store>, Path(id): Path<String>) -> Response {
    let Some(id) = query::trace_id(&id) else { return bad(BAD_ID) };
    answer(store.read(move |file| query::logs(file, &id).map(Some)).await)
}

async fn profile(State(store): State<Store>, Path(name): Path<String>) -> Response {
    let (text, packed) = name.strip_suffix(".pprof").map_or((&name[..], false), |id| (id, true));
    let Some(id) = query::trace_id(text) else { return bad(BAD_ID) };
    let samples = store.read(move |file| query::profile(file, &id)).await;
    if !packed {
        return answer(samples.map(|samples| Some(json!({ "samples": samples }))));
    }
    match samples.and_then(|samples| Ok(pprof::encode(&samples, &text.to_ascii_lowercase())?)) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response(),
        Err(error) => failed(&error),
    }
}

#[derive(Deserialize)]
struct Range {
    service: Option<String>,
    start: Option<String>,
    end: Option<String>,
    kept: Option<bool>,
    min_duration: Option<String>,
    error: Option<bool>,
    limit: Option<i64>,
}

impl Range {
    fn times(&self) -> Option<(i64, i64)> {
        Some((self.start.as_deref().map_or(Some(0), time)?, self.end.as_deref().map_or(Some(i64::MAX), time)?))
    }
}

const BAD_TIME: &str = "a time is unix seconds or RFC 3339, like 2026-01-31T12:00:00Z";

async fn aggregate(State(store): State<Store>, Query(range): Query<Range>) -> Response {
    let Some((start, end)) = range.times() else { return bad(BAD_TIME) };
    let service = range.service.unwrap_or_default();
    answer(
        store
            .read(move |file| Ok(Some(json!({ "samples": query::aggregate(file, &service, start, end, range.kept)? }))))
            .await,
    )
}

async fn search(State(store): State<Store>, Query(range): Query<Range>) -> Response {
    let Some((start, end)) = range.times() else { return bad(BAD_TIME) };
    let Ok(min_duration) = range.min_duration.as_deref().map_or(Ok(0), crate::retention::duration) else {
        return bad("min_duration is a duration like 300ms");
    };
    let wanted = query::Search {
        service: range.service,
        start,
        end,
        min_duration,
        error: range.error,
        limit: range.limit.unwrap_or(20).clamp(1, 1000),
    };
    answer(store.read(move |file| Ok(Some(json!({ "traces": query::search(file, &wanted)? })))).await)
}

async fn stats(State(store): State<Store>) -> Response {
    answer(
        store
            .read(|file| {
                query::stats(file).map(|(stats, bytes)| Some(json!({ "signals": stats, "file_bytes": bytes })))
            })
            .await,
    )
}

/// Unix nanoseconds from unix seconds (a fraction is allowed) or RFC 3339.
pub fn time(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some((seconds * 1e9) as i64);
    }
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (date.next(), date.next(), date.next()) else { return None };
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let mut clock = rest[..zone].splitn(3, ':');
    let (hour, minute): (i64, i64) = (clock.next()?.parse().ok()?, clock.next()?.parse().ok()?);
    let second: f64 = clock.next()?.parse().ok()?;
    if !(0..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || !(0..24).contains(&hour)
        || !(0..60).contains(&minute)
        || !(0.0..61.0).contains(&second)
    {
        return None;
    }
    let shift = match &rest[zone..] {
        "Z" | "z" => 0,
        offset => {
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let seconds =
                hours.parse::<i64>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?.checked_mul(60)?;
            if offset.starts_with('-') { -seconds } else { seconds }
        }
    };
    // Days since 1970 in the Gregorian calendar, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day - 1 - 719_468;
    let whole = (days * 86_400 + hour * 3600 + minute * 60).checked_sub(shift)?.checked_mul(1_000_000_000)?;
    whole.checked_add((second * 1e9) as i64)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        assert_eq!(time("1.5"), Some(1_500_000_000));
        assert_eq!(time("2026-01-01T00:00:00Z"), Some(1_767_225_600_000_000_000));
        assert_eq!(time("2026-01-01T01:00:00+01:00"), Some(1_767_225_600_000_000_000));
        assert_eq!(time("2024-02-29T12:00:00.5Z"), Some(1_709_208_000_500_000_000));
        for wrong in ["", "x", "2026-13-01T00:00:00Z", "2026-01-01", "NaN", "2026-01-01T00:00:00+é"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
