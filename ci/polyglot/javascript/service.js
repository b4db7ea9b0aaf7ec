// The JavaScript service, instrumented by the instrumentations of HTTP, gRPC and pino. What all four services do is told in
// ../README.md.
"use strict";

const telemetry = require("./telemetry.js");

const http = require("node:http");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const { metrics } = require("@opentelemetry/api");
const pino = require("pino");
const { Queue } = require("./queue.js");

const fault = process.env.FAULT ?? "";
const CALL_LIMIT = 30_000; // milliseconds
const SUPPLIER_TAKES = 20; // milliseconds

const logger = pino();
const orders = metrics.getMeter("polyglot").createCounter("polyglot.orders", { unit: "{order}" });
const outbox = new Queue(fault);
const { polyglot } = grpc.loadPackageDefinition(loader.loadSync(path.join(__dirname, "stock.proto")));
const stock = new polyglot.Stock(process.env.GRPC_PEER, grpc.credentials.createInsecure());

// An agent below the instrumentation that passes on only the headers it knows.
class AllowList extends http.Agent {
  addRequest(request, ...rest) {
    const known = ["accept", "content-type", "host", "user-agent"];
    for (const name of request.getHeaderNames()) {
      if (!known.includes(name)) request.removeHeader(name);
    }
    super.addRequest(request, ...rest);
  }
}
const agent = fault === "header" ? new AllowList() : http.globalAgent;

function price(item) {
  return new Promise((resolve, reject) => {
    const url = `${process.env.HTTP_PEER}/price?item=${encodeURIComponent(item)}`;
    const request = http.get(url, { agent, timeout: CALL_LIMIT }, async (answer) => {
      let body = "";
      for await (const part of answer) body += part;
      if (answer.statusCode === 200) resolve(body);
      else reject(new Error(`price: ${answer.statusCode}`));
    });
    request.on("error", reject);
  });
}

function reserve(item) {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + CALL_LIMIT);
    stock.Reserve({ value: item }, { deadline }, (error) => (error ? reject(error) : resolve()));
  });
}

async function order(query) {
  const [item, customer] = [query.get("item"), query.get("customer")];
  const answer = await price(item);
  await reserve(item);
  outbox.send(item);
  // The wide label has a value for each customer.
  orders.add(1, { item: fault === "label" ? `${item}-for-${customer}` : item });
  const who = fault === "address" ? `customer-${customer}@` + "mail.shop-customers.net" : "a customer";
  logger.info(`took an order of ${who}`);
  return answer;
}

async function tellPrice() {
  await new Promise((resolve) => setTimeout(resolve, SUPPLIER_TAKES));
  logger.info("told a price");
  return "3";
}

const routes = { "/order": order, "/price": tellPrice, "/healthz": () => "ok" };

const web = http.createServer(async (request, answer) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  try {
    answer.end(await routes[pathname](searchParams));
  } catch (error) {
    logger.error(error);
    answer.writeHead(502).end(String(error));
  }
});

const rpc = new grpc.Server();
rpc.addService(polyglot.Stock.service, {
  Reserve: (call, done) => {
    logger.info("reserved an item");
    done(null, { value: `reserved ${call.request.value}` });
  },
});
rpc.bindAsync(`127.0.0.1:${process.env.GRPC_PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  web.listen(Number(process.env.HTTP_PORT), "127.0.0.1");
});

async function stop() {
  web.close();
  rpc.forceShutdown();
  await outbox.close();
  await telemetry.stop();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
