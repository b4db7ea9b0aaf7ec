//! Shapes that are in order: what, specs, capture.

type Shape = (&'static str, &'static str, &'static str);

pub(crate) const SHAPES: &[Shape] = &[
    // How a request ends.
    ("a redirect", "web -> shop", "web SERVER / http.response.status_code=302"),
    ("not modified", "web -> shop", "web SERVER / http.response.status_code=304"),
    ("not modified, older attribute", "web -> shop", "web SERVER / http.status_code=304"),
    ("a client's error", "web -> shop", "web SERVER / http.response.status_code=404"),
    ("a client's error, older attribute", "web -> shop", "web SERVER / http.status_code=401"),
    ("too many requests", "web -> shop", "web SERVER / http.response.status_code=429"),
    ("a preflight", "web -> shop", "web SERVER / http.request.method=OPTIONS http.response.status_code=204"),
    ("a preflight, older attribute", "web -> shop", "web SERVER / http.method=OPTIONS http.status_code=200"),
    ("a health check", "web -> shop", "web SERVER /healthz http.response.status_code=200"),
    ("a health check without a route", "web -> shop", "web SERVER url.path=/actuator/health/liveness"),
    ("a health check told by its name", "web -> shop", "web SERVER name=GET_/readyz"),
    ("a probe of Kubernetes", "web -> shop", "web SERVER / user_agent.original=kube-probe/1.31"),
    ("a probe of a load balancer", "web -> shop", "web SERVER / http.user_agent=ELB-HealthChecker/2.0"),
    ("a scrape", "web -> shop", "web SERVER /metrics"),
    (
        "a health check of gRPC",
        "web -> shop",
        "web SERVER name=grpc.health.v1.Health/Check rpc.service=grpc.health.v1.Health rpc.method=Check",
    ),
    ("gRPC not found", "web -> shop", "web SERVER rpc.method=Buy rpc.grpc.status_code=5"),
    (
        "gRPC invalid argument by name",
        "web -> shop",
        "web SERVER rpc.method=Buy rpc.response.status_code=INVALID_ARGUMENT",
    ),
    ("Connect not found", "web -> shop", "web SERVER rpc.method=Buy rpc.connect_rpc.error_code=not_found"),
    ("a failed request", "web -> shop", "web SERVER / status=2 http.response.status_code=500"),
    ("a failed call to the peer", "web -> shop", "web SERVER /\n  web CLIENT shop status=2"),
    (
        "a failed call to the peer by its host",
        "web -> shop",
        "web SERVER /\n  web CLIENT server.address=shop.default.svc:80 status=2 error.type=refused",
    ),
    // SERVER spans and their parents.
    (
        "sidecars of a mesh on both sides",
        "web -> shop",
        "web SERVER /\n  web CLIENT\n    web.default CLIENT\n      shop.default SERVER\n        shop SERVER",
    ),
    (
        "a sidecar with SERVER and CLIENT on each side",
        "web -> shop",
        "gateway SERVER\n  gateway CLIENT\n    web.prod SERVER\n      web.prod CLIENT\n        web SERVER /\n          web CLIENT shop\n            web.prod SERVER\n              web.prod CLIENT\n                shop.prod SERVER\n                  shop.prod CLIENT\n                    shop SERVER",
    ),
    (
        "an inbound sidecar only",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop.default SERVER\n      shop SERVER",
    ),
    (
        "a gateway without a spec between services",
        "web -> shop",
        "web SERVER /\n  web CLIENT gateway\n    gateway SERVER\n      gateway CLIENT shop\n        shop SERVER",
    ),
    (
        "nginx with a SERVER span only",
        "web -> shop",
        "nginx SERVER\n  web SERVER /\n    web CLIENT shop\n      shop SERVER",
    ),
    ("nginx between services", "web -> shop", "web SERVER /\n  web CLIENT shop\n    nginx SERVER\n      shop SERVER"),
    (
        "a proxy with an INTERNAL span",
        "web -> shop",
        "web SERVER /\n  web CLIENT\n    envoy INTERNAL\n      shop SERVER",
    ),
    ("a nested handler", "web -> shop", "web SERVER /\n  web SERVER /\n    web CLIENT shop\n      shop SERVER"),
    (
        "a handler below a server engine's span",
        "web -> shop",
        "web INTERNAL\n  web SERVER /\n    web CLIENT shop\n      shop SERVER\n        shop INTERNAL\n          shop SERVER",
    ),
    ("a service that calls itself", "web", "web SERVER /\n  web CLIENT web\n    web SERVER /b"),
    (
        "requests that share ids with their calls, as in Zipkin",
        "web -> shop",
        "web SERVER / id=1\n  web CLIENT id=2\nshop SERVER id=2 parent=1\n  shop INTERNAL id=3 parent=2\nweb INTERNAL id=4 parent=2",
    ),
    (
        "a root call that shares its id with its request",
        "web",
        "loadgen CLIENT id=7\nweb SERVER / id=7\n  web INTERNAL id=8",
    ),
    (
        "a declared service of others that calls further",
        "web -> bank!;shop",
        "web SERVER /\n  web CLIENT bank\n    bank SERVER\n      bank CLIENT\n        shop SERVER",
    ),
    // CLIENT spans.
    (
        "gRPC over an HTTP client",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop rpc.method=Buy\n    web CLIENT server.address=shop\n      shop SERVER",
    ),
    (
        "a call below the spans of a connection",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    web INTERNAL name=connect\n    web INTERNAL\n      web CLIENT server.address=10.0.0.7\n        shop SERVER",
    ),
    (
        "a call that was retried and redirected in one span",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER http.response.status_code=503 status=2\n    shop SERVER at=2",
    ),
    (
        "a hedged call",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop status=2 error.type=cancelled\n  web CLIENT shop\n    shop SERVER",
    ),
    ("a call to a third party", "web", "web SERVER /\n  web CLIENT server.address=api.example.com"),
    ("a call to an external service", "web -> bank!", "web SERVER /\n  web CLIENT bank"),
    (
        "a database beside",
        "web -> shop",
        "web SERVER /\n  web CLIENT db.system=redis server.address=redis\n  web CLIENT shop\n    shop SERVER",
    ),
    (
        "a peer by a Kubernetes name",
        "web -> shop",
        "web SERVER /\n  web CLIENT server.address=shop.ns.svc.cluster.local:8080\n    shop SERVER",
    ),
    (
        "a name that only looks like the peer",
        "web -> shop",
        "web SERVER /\n  web CLIENT server.address=shop.example.com\n  web CLIENT shop\n    shop SERVER",
    ),
    // Routes.
    ("another route", "web -> shop /buy", "web SERVER /"),
    ("another path", "web -> shop /buy", "web SERVER url.path=/home"),
    ("another method of RPC", "web -> shop Buy", "web SERVER rpc.method=List"),
    // Messages.
    (
        "receive and process with links",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER name=orders_publish\n\nmail CONSUMER name=orders_receive link=1\n  mail CONSUMER name=orders_process link=1",
    ),
    (
        "receive without a link, process with one",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER messaging.operation.type=receive\n  mail CONSUMER messaging.operation.type=process link=1",
    ),
    (
        "a consumer in its producer's trace, though links were declared",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n    mail CONSUMER",
    ),
    (
        "process below receive in one trace",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n    mail CONSUMER name=q_receive\n      mail CONSUMER name=q_process",
    ),
    (
        "a poll in a batch, though the consumer continues the trace",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER name=q_receive link=1\n  mail CONSUMER name=q_process link=1",
    ),
    ("an empty poll", "web ~> mail", "mail CONSUMER messaging.operation=receive messaging.batch.message_count=0"),
    (
        "an empty poll of the newer conventions",
        "web ~> mail",
        "mail CLIENT messaging.operation.type=receive messaging.system=aws_sqs messaging.batch.message_count=0",
    ),
    (
        "a poll by a loop",
        "web ~> mail",
        "mail INTERNAL\n  mail CONSUMER name=q_receive messaging.system=kafka messaging.batch.message_count=0",
    ),
    (
        "a request that reads from a queue",
        "web ~> mail",
        "mail SERVER /next\n  mail CONSUMER messaging.operation=receive link=2\n\nweb PRODUCER",
    ),
    (
        "a poll with a CLIENT span",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER messaging.system=aws_sqs\n\nmail CLIENT messaging.system=aws_sqs messaging.operation.type=receive link=1\n  mail CONSUMER messaging.operation.type=process link=1",
    ),
    (
        "a message sent with a CLIENT span",
        "web => mail",
        "web SERVER /\n  web CLIENT messaging.system=aws_sqs messaging.operation.type=send server.address=sqs.eu-west-1.amazonaws.com\n    mail CONSUMER",
    ),
    (
        "create and send",
        "web => mail",
        "web SERVER /\n  web PRODUCER messaging.operation.type=create\n    mail CONSUMER messaging.operation.type=process\n  web CLIENT messaging.operation.type=send messaging.system=rabbitmq server.address=mail",
    ),
    (
        "a message that is settled",
        "web ~> mail",
        "mail CONSUMER messaging.operation.type=settle messaging.system=servicebus",
    ),
    (
        "a message that is forwarded",
        "web => mail;mail => audit",
        "web SERVER /\n  web PRODUCER\n    mail CONSUMER\n      audit CONSUMER",
    ),
    ("a push to an HTTP endpoint", "web => mail", "web SERVER /\n  web PRODUCER\n    mail SERVER /push"),
    (
        "a message worked on by an INTERNAL span",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n    mail INTERNAL name=orders_process",
    ),
    ("a message that nobody has taken yet", "web ~> mail;web => audit", "web SERVER /\n  web PRODUCER\n  web PRODUCER"),
    (
        "a function that messages trigger",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail SERVER faas.trigger=pubsub messaging.system=aws_sqs messaging.operation.type=process link=1",
    ),
    // Who begins a trace.
    ("a function behind HTTP", "web -> shop", "web SERVER faas.trigger=http\n  web CLIENT shop\n    shop SERVER"),
    ("a job with a CLIENT root", "web -> shop", "web CLIENT shop\n  shop SERVER"),
    ("a job with an INTERNAL root", "web -> shop", "web INTERNAL\n  web CLIENT shop\n    shop SERVER"),
    ("a job without a spec", "web -> shop", "cron CLIENT web\n  web SERVER /\n    web CLIENT shop\n      shop SERVER"),
    ("a load generator", "web", "loadgen CLIENT\n  web SERVER /"),
    ("a browser's call", "web", "browser CLIENT @telemetry.sdk.language=webjs\n  web SERVER /"),
    (
        "a page's load below the server",
        "web",
        "web SERVER /\n  pages INTERNAL name=documentLoad @telemetry.sdk.language=webjs\n    pages INTERNAL name=documentFetch @telemetry.sdk.language=webjs",
    ),
    (
        "a page's load in a declared service below the server",
        "web;pages -> web /none",
        "web SERVER /\n  pages INTERNAL name=documentLoad @browser.language=en\n    pages CLIENT name=resourceFetch @browser.language=en",
    ),
    ("a server below a page's load", "web", "pages INTERNAL name=documentLoad\n  web SERVER /"),
    // A load balancer that exports nothing.
    (
        "a load balancer before the edge",
        "web -> shop;web behind alb",
        "web SERVER / parent=99 flags=0\n  web CLIENT shop\n    shop SERVER",
    ),
    (
        "a load balancer before a callee",
        "web -> shop;shop behind alb",
        "web SERVER /\n  web CLIENT shop\n  shop SERVER parent=99 flags=769",
    ),
    (
        "a load balancer before the edge, with known remote parent",
        "web -> shop;web behind alb",
        "web SERVER / parent=99 flags=769\n  web CLIENT shop\n    shop SERVER",
    ),
    ("a function behind its platform", "web", "web SERVER parent=99 flags=769 faas.trigger=http"),
    (
        "a function behind its platform, called",
        "web -> fn",
        "web SERVER /\n  web CLIENT fn\n  fn SERVER parent=99 flags=769 @cloud.platform=aws_lambda",
    ),
    (
        "a probe of a peer that traces none",
        "web -> shop",
        "web INTERNAL\n  web CLIENT shop url.full=http://shop/healthz",
    ),
    // Flags.
    (
        "flags of an exporter that writes no trace flags",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER flags=768\n      shop INTERNAL flags=256",
    ),
    ("flags of none", "web -> shop", "web SERVER /\n  web CLIENT shop\n    shop SERVER flags=0"),
    (
        "flags of exporters that write none at all",
        "web -> shop",
        "web SERVER / flags=256\n  web CLIENT shop flags=256\n    shop SERVER flags=768",
    ),
    // Traces that were not sampled at their roots.
    ("a log of a trace that was not sampled", "web", "web SERVER /\n\nweb LOG flags=2"),
    ("the same by flags of zero, where others are not zero", "web", "web SERVER /\nweb LOG flags=1\n\nweb LOG flags=0"),
    (
        "a link to a message that was not sampled",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=1 link_flags=769\n\nmail CONSUMER link=9 link_flags=768",
    ),
    (
        "a link without flags to a trace that a log calls not sampled",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=9 link_flags=768\n\nweb LOG trace=9 flags=2",
    ),
    ("a log of a span that is left out", "web", "web SERVER /\nweb LOG flags=2"),
    ("a probe that is not sampled", "web; shop", "web CLIENT name=GET_/healthz url.path=/healthz\nshop LOG flags=2"),
];

pub(crate) const DOUBTFUL: &[Shape] = &[
    ("a gateway with a spec and without CLIENT spans", "web -> shop", "web SERVER /\n  shop SERVER"),
    ("a client by hand below an INTERNAL span", "web -> shop", "web SERVER /\n  web INTERNAL\n    shop SERVER"),
    ("a poll that may have been empty", "web ~> mail", "mail CONSUMER messaging.operation.type=receive"),
    (
        "a call without a peer while others call the callee",
        "web -> shop /buy",
        "web SERVER / took=30\n  web CLIENT took=30\n\nshop SERVER at=5\n\nshop SERVER at=900",
    ),
    (
        "a peer that the spec does not name, and that answered elsewhere",
        "web;shop",
        "web SERVER /\n  web CLIENT shop\n\nshop SERVER at=900",
    ),
];
