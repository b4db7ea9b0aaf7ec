package polyglot;

import com.google.protobuf.StringValue;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** The Java service, instrumented by the agent. What all four services do is told in ../README.md. */
public final class Service {
  private static final String FAULT = System.getenv().getOrDefault("FAULT", "");
  private static final int CALL_LIMIT = 30; // seconds
  private static final int SUPPLIER_TAKES = 20; // milliseconds
  private static final Logger LOGGER = Logger.getLogger("polyglot");
  private static final AttributeKey<String> ITEM = AttributeKey.stringKey("item");

  /** What a generator would make of ../stock.proto. */
  private static final MethodDescriptor<StringValue, StringValue> RESERVE =
      MethodDescriptor.<StringValue, StringValue>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName("polyglot.Stock", "Reserve"))
          .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
          .build();

  private final CloseableHttpClient http = client();
  private final ManagedChannel stock =
      Grpc.newChannelBuilder(System.getenv("GRPC_PEER"), InsecureChannelCredentials.create()).build();
  private final LongCounter orders =
      GlobalOpenTelemetry.getMeter("polyglot").counterBuilder("polyglot.orders").setUnit("{order}").build();
  private final Queue outbox = new Queue(FAULT);

  public static void main(String[] arguments) throws IOException {
    new Service().serve();
  }

  /** In the faulty client, an interceptor below the instrumentation passes on only the headers it knows. */
  private static CloseableHttpClient client() {
    Set<String> known = Set.of("accept", "connection", "content-type", "host", "user-agent");
    HttpRequestInterceptor allowList = (request, entity, context) -> {
      for (Header header : request.getHeaders()) {
        if (!known.contains(header.getName().toLowerCase())) {
          request.removeHeaders(header.getName());
        }
      }
    };
    var builder = HttpClients.custom();
    return (FAULT.equals("header") ? builder.addRequestInterceptorLast(allowList) : builder).build();
  }

  private void serve() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    Server rpc = NettyServerBuilder
        .forAddress(new InetSocketAddress(here, port("GRPC_PORT")), InsecureServerCredentials.create())
        .addService(ServerServiceDefinition.builder("polyglot.Stock")
            .addMethod(RESERVE, ServerCalls.asyncUnaryCall((item, answer) -> {
              LOGGER.info("reserved an item");
              answer.onNext(StringValue.of("reserved " + item.getValue()));
              answer.onCompleted();
            }))
            .build())
        .build()
        .start();
    HttpServer web = HttpServer.create(new InetSocketAddress(here, port("HTTP_PORT")), 0);
    var threads = Executors.newFixedThreadPool(8);
    web.setExecutor(threads);
    web.createContext("/order", exchange -> answer(exchange, this::order));
    web.createContext("/price", exchange -> answer(exchange, this::price));
    web.createContext("/healthz", exchange -> answer(exchange, query -> "ok"));
    // The agent's own hook flushes beside this one, so the queue must be empty soon.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      web.stop(0);
      threads.shutdown();
      rpc.shutdownNow();
      outbox.close();
    }));
    web.start();
  }

  private String order(Map<String, String> query) throws IOException {
    String item = query.get("item");
    String customer = query.get("customer");
    String url = System.getenv("HTTP_PEER") + "/price?item=" + URLEncoder.encode(item, StandardCharsets.UTF_8);
    String price = http.execute(new HttpGet(url), answer -> {
      if (answer.getCode() != 200) {
        throw new IOException("price: " + answer.getCode());
      }
      return EntityUtils.toString(answer.getEntity());
    });
    var options = CallOptions.DEFAULT.withDeadlineAfter(CALL_LIMIT, TimeUnit.SECONDS);
    ClientCalls.blockingUnaryCall(stock, RESERVE, options, StringValue.of(item));
    outbox.send(item);
    // The wide label has a value for each customer.
    orders.add(1, Attributes.of(ITEM, FAULT.equals("label") ? item + "-for-" + customer : item));
    String who = FAULT.equals("address") ? "customer-" + customer + "@" + "mail.shop-customers.net" : "a customer";
    LOGGER.info("took an order of " + who);
    return price;
  }

  private String price(Map<String, String> query) throws InterruptedException {
    Thread.sleep(SUPPLIER_TAKES);
    LOGGER.info("told a price");
    return "3";
  }

  private interface Handler {
    String handle(Map<String, String> query) throws IOException, InterruptedException;
  }

  private static void answer(HttpExchange exchange, Handler handler) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    Map<String, String> pairs = query == null ? Map.of() : Arrays.stream(query.split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    int status = 200;
    String text;
    try {
      text = handler.handle(pairs);
    } catch (IOException | InterruptedException | RuntimeException fault) {
      LOGGER.log(Level.SEVERE, "no answer", fault);
      status = 502;
      text = fault.toString();
    }
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static int port(String name) {
    return Integer.parseInt(System.getenv(name));
  }
}
