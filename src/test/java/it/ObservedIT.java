package it;

import static it.Api.ask;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators see of requests if they want to: lines in the log, spans at a collector. */
final class ObservedIT {
  private static final String SECRET = "nobody may read this";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static final Queue<String> EXPORTED = new ConcurrentLinkedQueue<>();
  private static HttpServer collector;
  private static ScriptedProvider provider;
  private static LarderProcess node;

  @BeforeAll
  static void start() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    collector.createContext(
        "/",
        exchange -> {
          EXPORTED.add(new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    provider = ScriptedProvider.start();
    provider.script(
        "m",
        (request, answer) -> {
          if (request.body().contains("\"stream\":true")) {
            answer.streamHead();
            answer.piece(Chunks.first(SECRET) + Chunks.STOP + Chunks.USAGE + Chunks.DONE);
            answer.streamEnd();
          } else {
            answer.whole(200, "application/json", Chunks.whole(SECRET));
          }
        });
    provider.script(
        "refused", (request, answer) -> answer.whole(400, "application/json", "{\"error\":{}}"));
    node =
        LarderProcess.start(
            "observed",
            Map.of(
                "LARDER_PROVIDER_P_URL", provider.url(),
                "LARDER_API_REQUEST_LOG", "all",
                "OTEL_SDK_DISABLED", "false",
                "OTEL_TRACES_EXPORTER", "otlp,console",
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_LOGS_EXPORTER", "none",
                "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + collector.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY", "100"),
            Map.of(
                "telemetry.xml",
                "<featureManager><feature>mpTelemetry-2.1</feature></featureManager>"));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    provider.close();
    collector.stop(0);
  }

  private static List<String> lines(String part) {
    return node.log()
        .lines()
        .filter(line -> line.contains("RequestLog") && line.contains(part))
        .map(line -> line.substring(line.indexOf('{')))
        .toList();
  }

  private static String line(String part) {
    Await.until("a line is logged", () -> !lines(part).isEmpty());
    assertThat(lines(part)).hasSize(1);
    return lines(part).getFirst();
  }

  private static JsonNode json(String line) throws IOException {
    return new ObjectMapper().readTree(line);
  }

  @Test
  void requests_answeredAndRefused_areLinesOfJsonWithoutContent() throws IOException {
    var asked = ask("m", SECRET);
    var key = node.chat(asked).headers().firstValue("Larder-Key").orElseThrow();
    node.chat(asked);
    var miss = json(line("\"cache\":\"MISS\",\"key\":\"" + key));
    assertThat(miss.get("method").asText()).isEqualTo("POST");
    assertThat(miss.get("path").asText()).isEqualTo("/v1/chat/completions");
    assertThat(miss.get("status").asInt()).isEqualTo(200);
    assertThat(miss.get("ms").asLong()).isBetween(0L, 30_000L);
    assertThat(miss.get("caller").asText()).isEqualTo("admin");
    assertThat(miss.get("tenant").asText()).isEqualTo("default");
    assertThat(miss.get("provider").asText()).isEqualTo("p");
    assertThat(miss.get("time").asText()).matches("20.*Z");
    assertThat(line("\"cache\":\"HIT\",\"key\":\"" + key)).contains("\"status\":200");

    var stranger = node.uri("/api/conversations?title=" + SECRET.replace(' ', '+'));
    LarderProcess.send(
        HttpRequest.newBuilder(stranger).header("x-api-key", "lk_stranger_key").build());
    assertThat(line("\"path\":\"/api/conversations\""))
        .contains("\"status\":401")
        .doesNotContain("caller");

    node.chat(asked.replace("{\"model\"", "{\"stream\":true,\"temperature\":1,\"model\""));
    assertThat(node.log())
        .doesNotContain(SECRET)
        .doesNotContain(SECRET.replace(' ', '+'))
        .doesNotContain("lk_stranger_key")
        .doesNotContain(LarderProcess.KEY);
  }

  @Test
  void log_changedInServerXml_followsWithoutARestart() throws IOException {
    var xml = Files.readString(node.serverXml());
    // the environment goes first, so it is another setting that is changed
    Files.writeString(
        node.serverXml(),
        xml.replace(
            "\"larder.log.levels\" defaultValue=\"*=info\"",
            "\"larder.log.levels\" value=\"*=info:io.larder.*=fine\""));
    try {
      Await.until("levels are changed", () -> node.log().contains("io.larder.*=fine"));
    } finally {
      Files.writeString(node.serverXml(), xml);
    }
  }

  @Test
  void traces_ofAnsweredRequests_haveLookupAndCallWithoutContent() {
    node.chat(ask("m", SECRET + " traced"), "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
    node.chat(
        ask("m", SECRET + " traced").replace("{", "{\"stream\":true,"),
        "Cache-Control",
        "no-store",
        "traceparent",
        "00-" + TRACE.replace('4', '5') + "-00f067aa0ba902b7-01");
    node.chat(ask("refused", "x"));
    awaitSpan("'chat m' : " + TRACE + " \\w+ CLIENT .*gen_ai.operation.name=chat");
    awaitSpan("'chat m' : " + TRACE.replace('4', '5') + " \\w+ CLIENT .*larder.stream=true");
    awaitSpan("'cache lookup' : " + TRACE + " .*larder.cache.result=absent");
    awaitSpan("'chat refused' .*error.type=400");
    var call = span("'chat m' : " + TRACE);
    assertThat(call)
        .contains("gen_ai.provider.name=openai", "gen_ai.request.model=m", "larder.provider=p")
        .contains("gen_ai.usage.input_tokens=", "gen_ai.usage.output_tokens=");
    Await.until(
        "the collector has it", () -> EXPORTED.stream().anyMatch(one -> one.contains("chat m")));
    assertThat(EXPORTED).noneMatch(one -> one.contains(SECRET));
  }

  private static void awaitSpan(String pattern) {
    var wanted = Pattern.compile(pattern);
    Await.until(pattern, () -> wanted.matcher(node.log() + node.console()).find());
  }

  private static String span(String part) {
    return (node.log() + node.console())
        .lines()
        .filter(line -> line.contains(part))
        .findFirst()
        .orElseThrow();
  }
}
