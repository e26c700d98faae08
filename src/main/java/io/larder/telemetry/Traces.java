package io.larder.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;

/**
 * Spans of lookups in the cache and of calls to providers, where the server has OpenTelemetry. They
 * are made when what they tell of is over, so that nothing is done where nobody traces. They never
 * have what was asked or answered.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">Semantic
 *     conventions for generative AI</a>
 */
public final class Traces {
  /** Nobody traces. */
  public static final Traces OFF = new Traces(OpenTelemetry.noop(), false);

  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("larder.cache.result");
  private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("larder.provider");
  private static final AttributeKey<Boolean> STREAM = AttributeKey.booleanKey("larder.stream");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> VENDOR = AttributeKey.stringKey("gen_ai.provider.name");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
  private static final AttributeKey<Long> TOKENS_IN =
      AttributeKey.longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> TOKENS_OUT =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private final Tracer tracer;
  private final boolean isOn;

  private Traces(OpenTelemetry openTelemetry, boolean isOn) {
    this.tracer = openTelemetry.getTracer("io.larder");
    this.isOn = isOn;
  }

  /** Spans go there. */
  static Traces to(OpenTelemetry openTelemetry) {
    return new Traces(openTelemetry, true);
  }

  /** Whether anybody traces. */
  public boolean isOn() {
    return isOn;
  }

  /** Where in a trace something is done. */
  public static final class Place {
    private final Context context;

    private Place(Context context) {
      this.context = context;
    }
  }

  /** Where this thread is now. */
  public Place here() {
    return new Place(Context.current());
  }

  /** The task, whose spans belong to where this thread is now, whatever thread runs it. */
  public Runnable carried(Runnable task) {
    return isOn ? Context.current().wrap(task) : task;
  }

  /** A lookup in the cache is over. */
  void lookup(String result, Duration time) {
    if (isOn) {
      var end = Instant.now();
      tracer
          .spanBuilder("cache lookup")
          .setStartTimestamp(end.minus(time))
          .setAttribute(RESULT, result)
          .startSpan()
          .end(end);
    }
  }

  /**
   * A call to a provider, attempts included.
   *
   * @param operation as the conventions name it, such as {@code chat}
   * @param vendor whose API it is, as the conventions name it
   * @param provider its name in the configuration
   * @param model as the provider was asked for it
   * @param stream whether the answer was to come as a stream
   * @param inputTokens 0 = not told
   * @param outputTokens 0 = not told
   * @param error empty = none; else a status, or what has happened, from a closed set
   */
  public record Call(
      String operation,
      String vendor,
      String provider,
      String model,
      boolean stream,
      long inputTokens,
      long outputTokens,
      String error) {}

  /** A call to a provider is over, to the last byte of its answer. */
  public void call(Place place, Call call, Duration time) {
    if (!isOn) {
      return;
    }
    var end = Instant.now();
    var span =
        tracer
            .spanBuilder(call.operation() + ' ' + call.model())
            .setParent(place.context)
            .setSpanKind(SpanKind.CLIENT)
            .setStartTimestamp(end.minus(time))
            .setAttribute(OPERATION, call.operation())
            .setAttribute(VENDOR, call.vendor())
            .setAttribute(MODEL, call.model())
            .setAttribute(PROVIDER, call.provider())
            .setAttribute(STREAM, call.stream())
            .startSpan();
    if (call.inputTokens() > 0) {
      span.setAttribute(TOKENS_IN, call.inputTokens());
    }
    if (call.outputTokens() > 0) {
      span.setAttribute(TOKENS_OUT, call.outputTokens());
    }
    if (!call.error().isEmpty()) {
      span.setAttribute(ERROR, call.error());
      span.setStatus(StatusCode.ERROR);
    }
    span.end(end);
  }
}
