// Starts the SDK before the service loads what is instrumented. Endpoint, sampler, service name and delays come from OTEL_*
// variables.
"use strict";

const { GrpcInstrumentation } = require("@opentelemetry/instrumentation-grpc");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { PinoInstrumentation } = require("@opentelemetry/instrumentation-pino");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const sdk = new NodeSDK({
  instrumentations: [new HttpInstrumentation(), new GrpcInstrumentation(), new PinoInstrumentation()],
});
sdk.start();

exports.stop = () => sdk.shutdown();
