package io.larder.inference;

import io.larder.job.Progress;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.model.Caller;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.provider.UnknownModel;
import io.larder.setting.InvalidSetting;
import io.larder.wire.BadRequest;
import io.larder.wire.OpenAiChat;
import io.larder.wire.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Fills the cache before anybody asks: sends requests as a caller would, some at a time, and keeps
 * the answers. What is in the cache already is not asked for again.
 *
 * <p>Requests come as JSON lines. A line is a chat request, or {@code {"request":{…},
 * "endpoint":"/v1/embeddings", "ttl":3600, "scope":"tenant", "tags":["docs"],
 * "namespace":"eval-7"}}, all but the request optional.
 */
public final class Warming {
  /** Lines of one warming. */
  public static final int LINES_MAX = 10_000;

  private static final String CHAT = "/v1/chat/completions";
  private static final Set<String> WRAPPER =
      Set.of("request", "endpoint", "ttl", "scope", "tags", "namespace");

  private final Inference inference;
  private final InferenceSettings settings;

  Warming(Inference inference, InferenceSettings settings) {
    this.inference = inference;
    this.settings = settings;
  }

  /**
   * One request to be sent.
   *
   * @param number of its line, from 1
   */
  public record Line(int number, WireFormat format, String request, LarderCache larder) {}

  /**
   * The requests of {@code larder.cache.warm.file}; none without one.
   *
   * @throws InvalidSetting if it cannot be read, or a line is wrong
   */
  public List<Line> ofFile() {
    if (settings.warmFile().isEmpty()) {
      return List.of();
    }
    var file = settings.warmFile().get();
    try {
      return parse(Files.readString(file));
    } catch (IOException | BadRequest wrong) {
      throw new InvalidSetting(
          "larder.cache.warm.file", "a file of JSON lines", file + ": " + wrong.getMessage());
    }
  }

  /**
   * Reads all lines before any is sent; blank ones are left out.
   *
   * @throws BadRequest naming the first line that is wrong, and why
   */
  public List<Line> parse(String jsonLines) {
    var lines = new ArrayList<Line>();
    int number = 0;
    for (var text : jsonLines.split("\\R", -1)) {
      number++;
      if (!text.isBlank()) {
        if (lines.size() == LINES_MAX) {
          throw new BadRequest("", "at most " + LINES_MAX + " requests; there are more");
        }
        lines.add(line(number, text));
      }
    }
    if (lines.isEmpty()) {
      throw new BadRequest("", "there is no request: one JSON object a line is wanted");
    }
    return lines;
  }

  private static Line line(int number, String text) {
    try {
      var json = JsonText.parse(text.getBytes(StandardCharsets.UTF_8));
      var wrapped = json.raw("request");
      if (wrapped.isEmpty() || json.object().has("messages")) {
        return checked(number, new OpenAiChat(), text, LarderCache.parse(""));
      }
      for (Json.Member member : json.object().members()) {
        if (!WRAPPER.contains(member.name())) {
          throw new BadRequest(member.name(), "there is no member " + member.name());
        }
      }
      var request = new String(wrapped.get(), StandardCharsets.UTF_8);
      return checked(number, format(json.object()), request, LarderCache.of(json.object()));
    } catch (BadRequest wrong) {
      throw new BadRequest(wrong.param().orElse(""), "line " + number + ": " + wrong.getMessage());
    } catch (JsonException malformed) {
      throw new BadRequest("", "line " + number + " " + malformed.getMessage());
    }
  }

  private static WireFormat format(Json.Obj line) {
    var endpoint = line.get("endpoint").flatMap(Json::asText).orElse(CHAT);
    for (var wire : Wire.values()) {
      if (endpoint.equals("/v1/" + wire.path())) {
        return WireFormat.of(wire);
      }
    }
    throw new BadRequest("endpoint", "endpoint must be one such as " + CHAT);
  }

  private static Line checked(int number, WireFormat format, String request, LarderCache larder) {
    format.parse(request.getBytes(StandardCharsets.UTF_8));
    return new Line(number, format, request, larder);
  }

  /**
   * Sends the requests, as many at once as {@code larder.cache.warm.concurrency} allows, until all
   * are answered or the job is cancelled.
   */
  public void run(List<Line> lines, Caller caller, Progress progress) throws InterruptedException {
    var free = new Semaphore(settings.warmConcurrency());
    int all = settings.warmConcurrency();
    for (var line : lines) {
      free.acquire();
      if (progress.isCancelled()) {
        free.release();
        break;
      }
      inference
          .waiters()
          .execute(
              () -> {
                try {
                  warm(line, caller, progress);
                } finally {
                  free.release();
                }
              });
    }
    free.acquire(all);
  }

  private void warm(Line line, Caller caller, Progress progress) {
    try {
      var failure = send(line, caller);
      if (failure.isEmpty()) {
        progress.done(1);
      } else {
        progress.failed("line " + line.number() + ": " + failure.get());
      }
    } catch (IOException
        | BadRequest
        | UnknownModel
        | ModelRefused
        | CallFailed
        | TooSlow
        | Crowded
        | NotAdmitted failed) {
      progress.failed("line " + line.number() + ": " + failed.getMessage());
    }
  }

  /** Sends a request, and says why its answer is not in the cache now, if it is not. */
  private Optional<String> send(Line line, Caller caller) throws IOException {
    var directives = new CacheDirectives(false, false, false, Optional.empty(), line.larder());
    var body = line.request().getBytes(StandardCharsets.UTF_8);
    var headers = List.of(new Header("Content-Type", "application/json"));
    var step = inference.begin(caller, line.format(), body, headers, directives);
    if (!(step instanceof Inference.Step.ToAsk(Asking asking))) {
      return Optional.empty();
    }
    var answer = asking.ask();
    Exchange.drain(answer);
    return asking.hasKept()
        ? Optional.empty()
        : Optional.of("status " + answer.status() + ", not kept");
  }
}
