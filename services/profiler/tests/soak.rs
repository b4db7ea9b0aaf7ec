//! The profiler in a busy process: hundreds of short requests and threads, a few slow requests in one known function, and a
//! receiver that speaks OTLP. One test, since a process has one profiler.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry_proto::tonic::collector::profiles::v1development::profiles_service_server::{
    ProfilesService, ProfilesServiceServer,
};
use opentelemetry_proto::tonic::collector::profiles::v1development::{
    ExportProfilesServiceRequest, ExportProfilesServiceResponse,
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use rustix::time::{ClockId, clock_gettime};
use tonic::{Request, Response, Status};

const SLOW: usize = 8;
const QUICK: usize = 400;
/// Processor time of a slow request.
const LONG: Duration = Duration::from_millis(250);

#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Vec<ExportProfilesServiceRequest>>>);

#[tonic::async_trait]
impl ProfilesService for Receiver {
    async fn export(
        &self,
        request: Request<ExportProfilesServiceRequest>,
    ) -> Result<Response<ExportProfilesServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportProfilesServiceResponse::default()))
    }
}

/// What makes a request slow. Its name and its lines are what the profile has to show.
#[inline(never)]
fn hot(for_so_long: Duration) -> u64 {
    // The thread's own processor time: how many samples that makes does not depend on its neighbours.
    let used = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let (began, mut sum) = (used(), 0_u64);
    while used() - began < for_so_long {
        sum = (0..20_000).fold(sum, |sum, item| black_box(sum.wrapping_mul(31).wrapping_add(item)));
    }
    sum
}
const HOT_LINES: std::ops::RangeInclusive<i64> = 45..=54;

#[test]
fn samples_know_their_trace_function_file_and_line() {
    let receiver = Receiver::default();
    let address = serve(receiver.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .on_thread_start(profiler::on_thread_start)
        .on_thread_stop(profiler::on_thread_stop)
        .build()
        .unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let handle = profiler::start(profiler::Config {
        frequency_hz: 199,
        source_root: root.display().to_string(),
        resource: vec![("service.name".to_owned(), "soak".to_owned())],
        endpoint: format!("http://{address}"),
        export_interval: Duration::from_millis(500),
    })
    .unwrap();
    assert!(matches!(profiler::start(config_of_another()), Err(profiler::Error::Taken)));

    let slow = runtime.block_on(load());
    // Threads that come and go while signals are under way.
    for _ in 0..20 {
        let threads: Vec<_> = (0..20).map(|_| std::thread::spawn(short_life)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
    profiler::set_enabled(false);
    assert!(!profiler::is_enabled());
    std::thread::sleep(Duration::from_millis(1_200));
    let before = handle.stats().samples.load(Ordering::Relaxed);
    runtime.block_on(async { tokio::spawn(async { hot(LONG) }).await }).unwrap();
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(handle.stats().samples.load(Ordering::Relaxed), before, "switched off, nothing is sampled");
    handle.shutdown();

    let requests = receiver.0.lock().unwrap();
    assert!(!requests.is_empty(), "nothing arrived");
    let (mut all, mut inside, mut traces) = (0, 0, BTreeSet::new());
    for request in requests.iter() {
        judge(request, &slow, &mut all, &mut inside, &mut traces);
    }
    assert_eq!(traces.len(), SLOW, "every slow request was sampled");
    // The processor time that was used is the time that is told, whatever the machine does beside. The tolerance is for
    // what ends between two looks: a busy machine gives such a period to the request that comes next.
    let used = 199 * LONG.as_millis() as i64 * SLOW as i64 / 1000;
    assert!(
        (used * 7 / 10..=used * 13 / 10).contains(&all),
        "{all} periods told of {used}, {SLOW} requests of {LONG:?}"
    );
    assert!(inside * 10 >= all * 8, "{inside} of {all} samples lie in the hot function");
}

fn config_of_another() -> profiler::Config {
    profiler::Config {
        frequency_hz: 99,
        source_root: String::new(),
        resource: Vec::new(),
        endpoint: String::new(),
        export_interval: Duration::from_secs(1),
    }
}

fn short_life() {
    profiler::on_thread_start();
    hot(Duration::from_millis(2));
    profiler::on_thread_stop();
    hot(Duration::from_millis(1));
}

/// Quick and slow requests side by side, each in a span of its own and across a yield; the slow ones' trace ids.
async fn load() -> BTreeSet<Vec<u8>> {
    let provider = SdkTracerProvider::builder().build();
    let tracer = provider.tracer("soak");
    let mut slow = BTreeSet::new();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..QUICK {
        let is_slow = number % (QUICK / SLOW) == 0;
        let context = opentelemetry::Context::new().with_span(tracer.start("request"));
        if is_slow {
            slow.insert(context.span().span_context().trace_id().to_bytes().to_vec());
        }
        let request = async move {
            hot(Duration::from_micros(200));
            tokio::task::yield_now().await;
            if is_slow {
                hot(LONG);
            }
        };
        tasks.spawn(request.with_context(context));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    slow
}

/// Adds up the samples of slow traces, and those of them that lie in the hot function at its file and lines.
fn judge(
    request: &ExportProfilesServiceRequest,
    slow: &BTreeSet<Vec<u8>>,
    all: &mut i64,
    inside: &mut i64,
    traces: &mut BTreeSet<Vec<u8>>,
) {
    let tables = request.dictionary.as_ref().unwrap();
    let at = |index: i32| usize::try_from(index).unwrap();
    assert_eq!((tables.string_table[0].as_str(), tables.link_table[0].trace_id.len()), ("", 0), "entry 0 is zero");
    let profiles = request.resource_profiles.iter().flat_map(|resource| &resource.scope_profiles);
    for profile in profiles.flat_map(|scope| &scope.profiles) {
        assert_eq!(profile.period, 1_000_000_000 / 199);
        for sample in &profile.samples {
            let link = &tables.link_table[at(sample.link_index)];
            if !slow.contains(&link.trace_id) {
                continue;
            }
            assert!(link.span_id.iter().any(|byte| *byte != 0));
            traces.insert(link.trace_id.clone());
            let count = sample.values[0] / profile.period;
            *all += count;
            let locations = &tables.stack_table[at(sample.stack_index)].location_indices;
            let mut lines = locations.iter().flat_map(|location| &tables.location_table[at(*location)].lines);
            let is_hot = lines.any(|line| {
                let function = &tables.function_table[at(line.function_index)];
                tables.string_table[at(function.name_strindex)].ends_with("soak::hot")
                    && tables.string_table[at(function.filename_strindex)] == "services/profiler/tests/soak.rs"
                    && HOT_LINES.contains(&line.line)
            });
            *inside += if is_hot { count } else { 0 };
        }
    }
}

/// A receiver on a free port, in a thread of its own.
fn serve(receiver: Receiver) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            let server = tonic::transport::Server::builder().add_service(ProfilesServiceServer::new(receiver));
            server.serve_with_incoming(incoming).await.unwrap();
        });
    });
    told.recv_timeout(Duration::from_secs(10)).unwrap()
}
