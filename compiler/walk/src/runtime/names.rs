//! Which metrics tell of a process and its resources, by their names.

use serde::Serialize;

/// What a runtime metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// The container was denied processor time.
    Throttling,
    /// The process or its container started again.
    Restarts,
    /// Memory.
    Memory,
    /// Open files and sockets.
    Files,
    /// Connection pools and pools of threads.
    Pool,
    /// Queues.
    Queue,
    /// Retries.
    Retries,
    /// Processor time.
    Processor,
    /// Threads, goroutines and tasks.
    Threads,
    /// Garbage collection.
    Collection,
    /// Caches.
    Cache,
}

/// Names of metrics with what they measure. A metric is the first resource whose pattern it matches. `*` stands for
/// any text.
const NAMES: [(Resource, &[&str]); 11] = [
    (Resource::Throttling, &["container_cpu_cfs_throttled_*"]),
    (Resource::Restarts, &["*restart*"]),
    (Resource::Collection, &["go_gc_duration_seconds_*", "jvm_gc_*", "python_gc_*", "nodejs_gc_*"]),
    (Resource::Pool, &["*pool*", "*connections_usage*", "*connections_active*"]),
    (Resource::Queue, &["*queue*", "*backlog*"]),
    (Resource::Cache, &["*cache*"]),
    (Resource::Retries, &["*retry*", "*retries*"]),
    (
        Resource::Memory,
        &[
            "process_resident_memory_bytes",
            "process_memory_usage*",
            "go_memstats_heap_inuse_bytes",
            "jvm_memory_used*",
            "nodejs_heap_size_used_bytes",
            "container_memory_working_set_bytes",
        ],
    ),
    (Resource::Files, &["process_open_fds", "process_open_file_descriptor*"]),
    (
        Resource::Processor,
        &["process_cpu_seconds_total", "process_cpu_time*", "container_cpu_usage_seconds_total", "jvm_cpu_time*"],
    ),
    (Resource::Threads, &["go_goroutines", "jvm_threads_*", "jvm_thread_count", "process_threads", "tokio_*tasks*"]),
];

/// Names that are asked for by no pattern: buckets of histograms, and when a metric was made.
pub(super) const NOT: &str = ".+_bucket|.+_created|slo:.+";

/// Labels that tell parts of a metric apart. Labels of instances and of releases are none of them.
pub(super) const PARTS: [&str; 14] = [
    "area",
    "pool",
    "pool_name",
    "db_client_connection_pool_name",
    "state",
    "db_client_connection_state",
    "jvm_memory_type",
    "queue",
    "queue_name",
    "cache",
    "cache_name",
    "result",
    "type",
    "name",
];

impl Resource {
    /// What a metric of this name measures; `None` if it is no runtime metric.
    pub(super) fn of(name: &str) -> Option<Self> {
        let is_not = name.ends_with("_bucket") || name.ends_with("_created") || name.starts_with("slo:");
        let of =
            |(resource, patterns): &(Self, &[&str])| patterns.iter().any(|it| matches(it, name)).then_some(*resource);
        if is_not { None } else { NAMES.iter().find_map(of) }
    }

    /// The resource in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Throttling => "throttling of the processor",
            Self::Restarts => "restarts",
            Self::Memory => "memory",
            Self::Files => "open files",
            Self::Pool => "pool",
            Self::Queue => "queue",
            Self::Retries => "retries",
            Self::Processor => "processor time",
            Self::Threads => "threads",
            Self::Collection => "garbage collection",
            Self::Cache => "cache",
        }
    }
}

/// The regular expression of all names.
pub(super) fn pattern() -> String {
    let names = NAMES.iter().flat_map(|(_, names)| names.iter());
    names.map(|name| name.replace('*', ".*")).collect::<Vec<_>>().join("|")
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((first, rest)) => {
            let Some(mut left) = name.strip_prefix(first) else { return false };
            loop {
                if matches(rest, left) {
                    return true;
                }
                let mut chars = left.chars();
                if chars.next().is_none() {
                    return false;
                }
                left = chars.as_str();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_resource() {
        for (name, resource) in [
            ("container_cpu_cfs_throttled_seconds_total", Some(Resource::Throttling)),
            ("kube_pod_container_status_restarts_total", Some(Resource::Restarts)),
            ("hikaricp_pool_pending", Some(Resource::Pool)),
            ("order_cache_hits_total", Some(Resource::Cache)),
            ("http_client_retries_total", Some(Resource::Retries)),
            ("http_client_retry_count", Some(Resource::Retries)),
            ("go_goroutines", Some(Resource::Threads)),
            ("go_gc_duration_seconds_sum", Some(Resource::Collection)),
            ("work_queue_wait_seconds_bucket", None),
            ("http_requests_total", None),
            ("slo:queue", None),
            ("", None),
        ] {
            assert_eq!(Resource::of(name), resource, "{name}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, is_match) in [
            ("*a*", "bab", true),
            ("*a*", "bbb", false),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("a*", "a", true),
            ("*", "ä", true),
        ] {
            assert_eq!(matches(pattern, name), is_match, "{pattern} {name}");
        }
    }
}
