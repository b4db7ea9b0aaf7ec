//! Shapes with one fault each: what, specs, capture, code and hop of the finding.

type Shape = (&'static str, &'static str, &'static str, &'static str, &'static str);

const BROKEN: &str = "broken-propagation";
const MISSING: &str = "missing-hop";
const ORPHAN: &str = "orphan-span";
const UNDECLARED: &str = "undeclared-edge";
const SAMPLING: &str = "sampling-mismatch";
const LOG: &str = "log-outside-trace";

pub(crate) const SHAPES: &[Shape] = &[
    // The header is lost, and the peer is named in every way.
    (
        "by peer.service",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT peer.service=shop\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by service.peer.name",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT service.peer.name=shop\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by server.address",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT server.address=shop\n\nshop SERVER",
        MISSING,
        "web -> shop",
    ),
    (
        "by net.peer.name",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT net.peer.name=shop\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by url.full",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT url.full=http://shop:8080/orders\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by http.url",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT http.url=http://shop.default/orders\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by http.host",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT http.host=shop:80\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by a Kubernetes name",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT server.address=shop.ns.svc.cluster.local:8080\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by a short Kubernetes name",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT server.address=shop.ns\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by a pod's name",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT server.address=shop-0.shop.ns.svc.cluster.local\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by Envoy's cluster",
        "web -> shop",
        "web SERVER /\n  web CLIENT upstream_cluster=outbound|80||shop.ns.svc.cluster.local\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by an address",
        "web -> shop /buy",
        "web SERVER /\n  web CLIENT server.address=10.1.2.3\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by nothing, without a route",
        "web -> shop /buy",
        "web SERVER\n  web CLIENT\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "by nothing, told by the path",
        "web -> shop /buy",
        "web SERVER url.path=/buy\n  web CLIENT\n\nshop SERVER at=900",
        MISSING,
        "web -> shop",
    ),
    (
        "by nothing, told by the older path",
        "web -> shop /buy",
        "web SERVER http.target=/buy?id=7\n  web CLIENT\n\nshop SERVER at=900",
        MISSING,
        "web -> shop",
    ),
    (
        "by nothing, told by the name",
        "web -> shop /buy",
        "web SERVER name=POST_/buy\n  web CLIENT\n\nshop SERVER at=900",
        MISSING,
        "web -> shop",
    ),
    (
        "by a method with its service",
        "web -> shop Buy",
        "web SERVER rpc.method=shop.v1.Shop/Buy",
        MISSING,
        "web -> shop",
    ),
    (
        "to a peer that no spec declares",
        "web;shop",
        "web SERVER /\n  web CLIENT server.address=shop.ns.svc\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    ("to a peer without a spec", "web", "web SERVER /\n  web CLIENT stock\n\nstock SERVER", BROKEN, "web -> stock"),
    (
        "with an answer that is an error",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop status=2 http.response.status_code=500\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "behind a gateway without a spec",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    nginx SERVER\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "behind a sidecar",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    web.default CLIENT\n\nshop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "in every hop",
        "web -> shop /a;shop -> mail /b",
        "web SERVER\n  web CLIENT shop.ns\n\nshop SERVER at=2 took=6\n  shop CLIENT mail.ns at=3 took=4\n\nmail SERVER at=4 took=2",
        BROKEN,
        "shop -> mail",
    ),
    // The hop is missing.
    ("nobody answers", "web -> shop", "web SERVER /\n  web CLIENT shop", MISSING, "web -> shop"),
    ("the call is not made", "web -> shop", "web SERVER / http.response.status_code=200", MISSING, "web -> shop"),
    (
        "the call is not made by an RPC that is OK",
        "web -> shop",
        "web SERVER rpc.method=Buy rpc.grpc.status_code=0",
        MISSING,
        "web -> shop",
    ),
    ("a declared route is the one of a probe", "web -> shop /health", "web SERVER /health", MISSING, "web -> shop"),
    (
        "a failed call to another peer",
        "web -> shop;web -> stock /x",
        "web SERVER /\n  web CLIENT stock status=2",
        MISSING,
        "web -> shop",
    ),
    (
        "a failed call to a third party",
        "web -> shop",
        "web SERVER /\n  web CLIENT server.address=api.example.com status=2",
        MISSING,
        "web -> shop",
    ),
    (
        "a failed call to a database",
        "web -> shop",
        "web SERVER /\n  web CLIENT db.system.name=redis status=2",
        MISSING,
        "web -> shop",
    ),
    (
        "a nested client whose call is not answered",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    web CLIENT shop",
        MISSING,
        "web -> shop",
    ),
    (
        "one of two calls is not answered",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER\n  web CLIENT shop",
        MISSING,
        "web -> shop",
    ),
    // The wrong context.
    ("of the request", "web -> shop", "web SERVER /\n  web CLIENT shop\n  shop SERVER", BROKEN, "web -> shop"),
    (
        "of an INTERNAL span around the call",
        "web -> shop",
        "web SERVER /\n  web INTERNAL\n    web CLIENT shop\n    shop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "of an INTERNAL span beside the call",
        "web -> shop",
        "web SERVER /\n  web INTERNAL\n    shop SERVER\n  web CLIENT shop",
        BROKEN,
        "web -> shop",
    ),
    (
        "of the request, past a sidecar",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n  web.default CLIENT\n    shop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "of the call to a database",
        "web -> shop",
        "web SERVER /\n  web CLIENT db.system=redis\n    shop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "of the call to another peer",
        "web -> shop;web -> stock /x",
        "web SERVER /\n  web CLIENT stock\n    shop SERVER",
        BROKEN,
        "web -> shop",
    ),
    (
        "of the request, in a message",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n  mail CONSUMER",
        BROKEN,
        "web -> mail",
    ),
    ("no SERVER span", "web -> shop", "web SERVER /\n  web CLIENT shop\n    shop INTERNAL", BROKEN, "web -> shop"),
    (
        "a CLIENT span below the caller's",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop CLIENT db.system=redis",
        BROKEN,
        "web -> shop",
    ),
    ("a call of a route outside of its request", "web -> shop /buy", "web CLIENT shop\n  shop SERVER", BROKEN, "web"),
    (
        "a call of a request in a trace of its own",
        "web -> shop",
        "web SERVER /\n\nweb CLIENT shop\n  shop SERVER",
        MISSING,
        "web -> shop",
    ),
    // Messages.
    ("a message without a link", "web ~> mail", "web SERVER /\n  web PRODUCER\n\nmail CONSUMER", BROKEN, "mail"),
    (
        "receive and process without a link",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER name=q_receive\n  mail CONSUMER name=q_process",
        BROKEN,
        "mail",
    ),
    (
        "process without a link",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER messaging.operation.type=process",
        BROKEN,
        "mail",
    ),
    (
        "a message with a trace of its own",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER",
        BROKEN,
        "mail",
    ),
    (
        "a message with a link only",
        "web => mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=1",
        BROKEN,
        "mail",
    ),
    ("a link to nothing", "web ~> mail", "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=9", BROKEN, "mail"),
    (
        "process with a link to nothing, below receive",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER name=q_receive\n  mail CONSUMER name=q_process link=9",
        BROKEN,
        "mail",
    ),
    ("a message worked on within other work", "web ~> mail", "mail INTERNAL\n  mail CONSUMER", BROKEN, "mail -> mail"),
    (
        "a function's message without a link",
        "web ~> mail",
        "mail SERVER messaging.system=aws_sqs messaging.operation.type=process",
        BROKEN,
        "mail",
    ),
    (
        "an id that calls to two services share",
        "web -> shop",
        "web SERVER / id=1\n  web CLIENT id=2 shop\n    shop SERVER id=3\n  shop INTERNAL id=2",
        "duplicate-span-id",
        "shop",
    ),
    (
        "an undeclared call that shares its id with its request",
        "web;shop",
        "web SERVER / id=1\n  web CLIENT id=2\nshop SERVER id=2 parent=1",
        UNDECLARED,
        "web -> shop",
    ),
    (
        "a poll that received messages and links to none",
        "web ~> mail",
        "mail CONSUMER messaging.operation.type=receive messaging.batch.message_count=2",
        BROKEN,
        "mail",
    ),
    (
        "a poll within other work that received messages and links to none",
        "web ~> mail",
        "mail INTERNAL\n  mail CONSUMER name=q_poll messaging.batch.message_count=2",
        BROKEN,
        "mail -> mail",
    ),
    // Edges.
    (
        "a call that nobody declared",
        "web;shop",
        "web SERVER /\n  web CLIENT\n    shop SERVER",
        UNDECLARED,
        "web -> shop",
    ),
    (
        "a call that nobody declared, past a gateway",
        "web;shop",
        "web SERVER /\n  web CLIENT gateway\n    gateway SERVER\n      gateway CLIENT\n        shop SERVER",
        UNDECLARED,
        "web -> shop",
    ),
    (
        "a call that nobody declared, past sidecars",
        "web;shop",
        "web SERVER /\n  web CLIENT\n    web.ns CLIENT\n      shop.ns SERVER\n        shop SERVER",
        UNDECLARED,
        "web -> shop",
    ),
    (
        "a call to a sidecar alone",
        "web;shop",
        "web SERVER /\n  web CLIENT\n    shop.ns SERVER",
        UNDECLARED,
        "web -> shop.ns",
    ),
    (
        "a call to a service without a spec",
        "web",
        "web SERVER /\n  web CLIENT\n    stock SERVER",
        UNDECLARED,
        "web -> stock",
    ),
    (
        "a message that nobody declared",
        "web;mail",
        "web SERVER /\n  web PRODUCER\n    mail CONSUMER",
        UNDECLARED,
        "web -> mail",
    ),
    // Lost parents.
    ("a lost parent", "web", "web SERVER / parent=99", ORPHAN, "web"),
    (
        "a lost parent within a service behind a load balancer",
        "web;web behind alb",
        "web SERVER /\n  web INTERNAL parent=99",
        ORPHAN,
        "web",
    ),
    (
        "a lost parent in the same process, behind a load balancer",
        "web;web behind alb",
        "web SERVER / parent=99 flags=257",
        ORPHAN,
        "web",
    ),
    (
        "a lost parent of a callee that is not behind one",
        "web -> shop;web behind alb",
        "web SERVER / parent=99\n  web CLIENT shop\n  shop SERVER parent=98 flags=769",
        ORPHAN,
        "shop",
    ),
    (
        "no call under way, though behind a load balancer",
        "web -> shop;shop behind alb",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER\n  shop SERVER parent=99 at=900 flags=769",
        ORPHAN,
        "shop",
    ),
    (
        "a call without an answer, though behind a load balancer",
        "web -> shop;shop behind alb",
        "web SERVER /\n  web CLIENT shop",
        MISSING,
        "web -> shop",
    ),
    (
        "a call to a function without an answer",
        "web -> fn",
        "web SERVER /\n  web CLIENT fn\n\nfn SERVER parent=99 flags=769 faas.trigger=http at=900",
        MISSING,
        "web -> fn",
    ),
    (
        "a parent that a function lost within itself",
        "web",
        "web SERVER faas.trigger=http\n  web INTERNAL parent=99",
        ORPHAN,
        "web",
    ),
    // Sampling.
    (
        "not sampled below sampled",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER flags=768\n      shop INTERNAL",
        SAMPLING,
        "web -> shop",
    ),
    (
        "sampled below not sampled",
        "web -> shop",
        "web SERVER / flags=256\n  web CLIENT shop flags=257\n    shop SERVER flags=769",
        SAMPLING,
        "web -> web",
    ),
    (
        "a sampler that contradicts its callers, as its own logs say",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\nshop LOG flags=2",
        SAMPLING,
        "shop",
    ),
    (
        "the same by flags of zero, where others are not zero",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\nshop LOG\n\nshop SERVER\nshop LOG flags=1",
        SAMPLING,
        "shop",
    ),
    ("the spans that it does not sample", "web -> shop", ONE_OF_FIVE, MISSING, "web -> shop"),
    // Records that name traces.
    ("a log of a sampled trace", "web", "web SERVER /\nweb LOG trace=9 flags=1", LOG, "web"),
    (
        "a log without flags, of a service that writes none",
        "web -> shop",
        "web SERVER /\n  web CLIENT shop\n    shop SERVER\nweb LOG flags=1\nshop LOG trace=9",
        LOG,
        "shop",
    ),
    (
        "a link to a sampled trace that nobody exported",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=9 link_flags=769",
        BROKEN,
        "mail",
    ),
    (
        "the same without flags, of a service that writes none",
        "web ~> mail",
        "web SERVER /\n  web PRODUCER\n\nmail CONSUMER link=9 link_flags=768",
        BROKEN,
        "mail",
    ),
];

/// A hop of which one call of five is not answered. Another request comes ten milliseconds later.
pub(crate) const ONE_OF_FIVE: &str = "\
web SERVER /
  web CLIENT shop
    shop SERVER

web SERVER / at=100
  web CLIENT shop at=100
    shop SERVER at=100

web SERVER / at=200
  web CLIENT shop at=200
    shop SERVER at=200

web SERVER / at=300
  web CLIENT shop at=300
    shop SERVER at=300

web SERVER / at=400
  web CLIENT shop at=400

shop SERVER at=420";
