package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** What an administrator's client sends to one node. */
final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LarderProcess node;

  Api(LarderProcess node) {
    this.node = node;
  }

  HttpResponse<byte[]> get(String path) {
    return LarderProcess.send(node.request(path).GET().build());
  }

  HttpResponse<byte[]> delete(String path) {
    return LarderProcess.send(node.request(path).DELETE().build());
  }

  HttpResponse<byte[]> post(String path, String body) {
    return LarderProcess.send(
        node.request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** Invalidates, and fails the test if that did not work. */
  void invalidate(String path) {
    var answer = delete("/api/cache" + path);
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(204);
  }

  /** Waits until a job is over, and gives its last word. */
  JsonNode awaitJob(HttpResponse<byte[]> accepted) {
    assertThat(accepted.statusCode()).as(text(accepted)).isEqualTo(202);
    var id = json(accepted).get("id").asText();
    Await.until("job " + id + " is over", () -> !state(id).equals("running"));
    return json(get("/api/jobs/" + id));
  }

  String state(String job) {
    return json(get("/api/jobs/" + job)).get("state").asText();
  }

  /** An answer other than 503: what a busy machine cannot tell now, it tells later. */
  static HttpResponse<byte[]> settled(Supplier<HttpResponse<byte[]>> request) {
    var answer = new AtomicReference<>(request.get());
    Await.until(
        "the store answers",
        () -> {
          if (answer.get().statusCode() == 503) {
            answer.set(request.get());
          }
          return answer.get().statusCode() != 503;
        });
    return answer.get();
  }

  /** A gauge or counter of the node without labels of its own. */
  double figure(String name) {
    return text(get("/metrics"))
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  static JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return JSON.readTree(text(answer));
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(text(answer), malformed);
    }
  }

  static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  static String cache(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    return header(answer, "X-Cache");
  }

  /** A chat request. */
  static String ask(String model, String text) {
    return "{\"model\":\""
        + model
        + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
        + text
        + "\"}]}";
  }

  static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
