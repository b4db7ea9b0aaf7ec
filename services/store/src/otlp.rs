//! OTLP in, over HTTP (protobuf and JSON, gzip) and gRPC. A success is answered after the commit only.

use crate::db::{Busy, Store, now};
use crate::profiles_json;
use crate::rows::{self, Batch};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use opentelemetry_proto::tonic::collector::logs::v1::{
    self as logs,
    logs_service_server::{LogsService, LogsServiceServer},
};
use opentelemetry_proto::tonic::collector::profiles::v1development::{
    self as profiles,
    profiles_service_server::{ProfilesService, ProfilesServiceServer},
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    self as trace,
    trace_service_server::{TraceService, TraceServiceServer},
};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};
use std::io::Read;
use tonic::codec::CompressionEncoding;

/// Bytes of a body as sent.
pub const MOST_SENT: usize = 16 << 20;
/// Bytes of a body once it is unpacked.
pub const MOST_UNPACKED: usize = 64 << 20;

/// `google.rpc.Status`, which OTLP asks for in errors.
#[derive(Clone, PartialEq, Message, Serialize)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

fn refuse(json: bool, status: StatusCode, message: String) -> Response {
    // 3 is INVALID_ARGUMENT, 14 UNAVAILABLE.
    let code = if status == StatusCode::SERVICE_UNAVAILABLE { 14 } else { 3 };
    let mut response = (status, encode(json, &Status { code, message })).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    response
}

fn encode<T: Message + Serialize>(json: bool, message: &T) -> Response {
    if json {
        return axum::Json(message).into_response();
    }
    ([(header::CONTENT_TYPE, "application/x-protobuf")], message.encode_to_vec()).into_response()
}

fn unpack(headers: &HeaderMap, body: Bytes) -> Result<Bytes, (StatusCode, String)> {
    match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity" | b"") => Ok(body),
        Some(b"gzip") => {
            let mut plain = Vec::new();
            let most = MOST_UNPACKED as u64 + 1;
            flate2::read::MultiGzDecoder::new(&body[..]).take(most).read_to_end(&mut plain).map_err(|error| {
                (StatusCode::BAD_REQUEST, format!("the body is not gzip as its header says: {error}"))
            })?;
            if plain.len() > MOST_UNPACKED {
                return Err((
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!("the body has more than {MOST_UNPACKED} bytes once unpacked: send smaller batches"),
                ));
            }
            Ok(plain.into())
        }
        Some(_) => {
            Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body's encoding is unknown: send gzip, or none".into()))
        }
    }
}

async fn receive<T: Message + Default + Send + 'static, A: Message + Serialize>(
    store: Store,
    headers: HeaderMap,
    body: Bytes,
    from_json: fn(&[u8]) -> Result<T, serde_json::Error>,
    rows: fn(T, usize) -> Batch,
    answer: fn(i64, String) -> A,
) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = kind == "application/json";
    if !json && kind != "application/x-protobuf" {
        return refuse(
            false,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/x-protobuf or application/json".into(),
        );
    }
    let decoded = tokio::task::spawn_blocking(move || {
        let plain = unpack(&headers, body)?;
        let bad = |error: String| (StatusCode::BAD_REQUEST, format!("the body is not what its path takes: {error}"));
        let request = if json {
            from_json(&plain).map_err(|error| bad(error.to_string()))?
        } else {
            T::decode(&plain[..]).map_err(|error| bad(error.to_string()))?
        };
        Ok(rows(request, plain.len()))
    })
    .await;
    match decoded {
        Ok(Ok(batch)) => {
            let (rejected, reason) = (batch.rejected, batch.reason.clone());
            match store.write(batch, now()).await {
                Ok(()) => encode(json, &answer(rejected, reason)),
                Err(Busy(why)) => refuse(json, StatusCode::SERVICE_UNAVAILABLE, why),
            }
        }
        Ok(Err((status, why))) => refuse(json, status, why),
        Err(error) => refuse(json, StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

fn json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text)
}

fn of_traces(rejected: i64, reason: String) -> trace::ExportTraceServiceResponse {
    trace::ExportTraceServiceResponse {
        partial_success: (rejected > 0)
            .then_some(trace::ExportTracePartialSuccess { rejected_spans: rejected, error_message: reason }),
    }
}

fn of_logs(rejected: i64, reason: String) -> logs::ExportLogsServiceResponse {
    logs::ExportLogsServiceResponse {
        partial_success: (rejected > 0)
            .then_some(logs::ExportLogsPartialSuccess { rejected_log_records: rejected, error_message: reason }),
    }
}

fn of_profiles(rejected: i64, reason: String) -> profiles::ExportProfilesServiceResponse {
    profiles::ExportProfilesServiceResponse {
        partial_success: (rejected > 0)
            .then_some(profiles::ExportProfilesPartialSuccess { rejected_profiles: rejected, error_message: reason }),
    }
}

pub(crate) async fn traces_http(State(store): State<Store>, headers: HeaderMap, body: Bytes) -> Response {
    receive(store, headers, body, json, rows::of_traces, of_traces).await
}

pub(crate) async fn logs_http(State(store): State<Store>, headers: HeaderMap, body: Bytes) -> Response {
    receive(store, headers, body, json, rows::of_logs, of_logs).await
}

pub(crate) async fn profiles_http(State(store): State<Store>, headers: HeaderMap, body: Bytes) -> Response {
    receive(store, headers, body, profiles_json::parse, rows::of_profiles, of_profiles).await
}

/// The three gRPC services over one store.
#[derive(Clone)]
pub struct Grpc(pub Store);

impl Grpc {
    async fn store(&self, batch: Batch) -> Result<(i64, String), tonic::Status> {
        let outcome = (batch.rejected, batch.reason.clone());
        self.0.write(batch, now()).await.map_err(|Busy(why)| tonic::Status::unavailable(why))?;
        Ok(outcome)
    }

    /// Serves until `stop` resolves.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), tonic::transport::Error> {
        macro_rules! service {
            ($server:ident) => {
                $server::new(self.clone())
                    .accept_compressed(CompressionEncoding::Gzip)
                    .max_decoding_message_size(MOST_UNPACKED)
            };
        }
        tonic::transport::Server::builder()
            .add_service(service!(TraceServiceServer))
            .add_service(service!(LogsServiceServer))
            .add_service(service!(ProfilesServiceServer))
            .serve_with_incoming_shutdown(tonic::transport::server::TcpIncoming::from(listener), stop)
            .await
    }
}

#[tonic::async_trait]
impl TraceService for Grpc {
    async fn export(
        &self,
        request: tonic::Request<trace::ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<trace::ExportTraceServiceResponse>, tonic::Status> {
        let request = request.into_inner();
        let bytes = request.encoded_len();
        let (rejected, reason) = self.store(rows::of_traces(request, bytes)).await?;
        Ok(tonic::Response::new(of_traces(rejected, reason)))
    }
}

#[tonic::async_trait]
impl LogsService for Grpc {
    async fn export(
        &self,
        request: tonic::Request<logs::ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<logs::ExportLogsServiceResponse>, tonic::Status> {
        let request = request.into_inner();
        let bytes = request.encoded_len();
        let (rejected, reason) = self.store(rows::of_logs(request, bytes)).await?;
        Ok(tonic::Response::new(of_logs(rejected, reason)))
    }
}

#[tonic::async_trait]
impl ProfilesService for Grpc {
    async fn export(
        &self,
        request: tonic::Request<profiles::ExportProfilesServiceRequest>,
    ) -> Result<tonic::Response<profiles::ExportProfilesServiceResponse>, tonic::Status> {
        let request = request.into_inner();
        let bytes = request.encoded_len();
        let (rejected, reason) = self.store(rows::of_profiles(request, bytes)).await?;
        Ok(tonic::Response::new(of_profiles(rejected, reason)))
    }
}
