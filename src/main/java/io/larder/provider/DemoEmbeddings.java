package io.larder.provider;

import io.larder.digest.Sha256;
import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Vectors as {@code embeddings} of the OpenAI API has them: of length 1 and by chance, but always
 * the same for the same text.
 */
final class DemoEmbeddings {
  private static final int DIMENSIONS = 16;

  /** As OpenAI's largest. */
  private static final int DIMENSIONS_MAX = 3072;

  /** As OpenAI's. */
  private static final int INPUTS_MAX = 2048;

  /** Numbers in one answer, some ten bytes each. */
  private static final int NUMBERS_MAX = 1_000_000;

  private final String model;
  private final List<String> inputs;
  private final long dimensions;
  private final boolean base64;

  DemoEmbeddings(Json.Obj request) {
    this.model = request.text("model").orElse("demo");
    this.inputs = inputs(request);
    this.dimensions = request.has("dimensions") ? request.number("dimensions") : DIMENSIONS;
    this.base64 = request.text("encoding_format").orElse("").equals("base64");
  }

  /** A text, several, a list of tokens, or several of those. */
  private static List<String> inputs(Json.Obj request) {
    var one = request.text("input");
    if (one.isPresent()) {
      return List.of(one.get());
    }
    var items = request.items("input");
    boolean tokens = !items.isEmpty() && items.getFirst() instanceof Json.Num;
    return tokens
        ? List.of(JsonWriter.compact(new Json.Arr(items)))
        : items.stream()
            .map(item -> item.asText().orElseGet(() -> JsonWriter.compact(item)))
            .toList();
  }

  /** Why there are no vectors, as an error of the OpenAI API; nothing if there are. */
  Optional<String> refusal() {
    if (inputs.isEmpty() || inputs.size() > INPUTS_MAX) {
      return Optional.of(refusal("input", "1 to " + INPUTS_MAX + " texts"));
    }
    if (dimensions < 1 || dimensions > DIMENSIONS_MAX || dimensions * inputs.size() > NUMBERS_MAX) {
      var range = "1 to " + DIMENSIONS_MAX + ", and " + NUMBERS_MAX + " numbers in all at most";
      return Optional.of(refusal("dimensions", range));
    }
    return Optional.empty();
  }

  private static String refusal(String param, String range) {
    return String.format(
        Locale.ROOT,
        "{\"error\":{\"message\":\"%s must be %s\",\"type\":\"invalid_request_error\","
            + "\"param\":\"%s\",\"code\":null}}",
        param,
        range,
        param);
  }

  /** The answer. */
  String json() {
    var data = new StringJoiner(",");
    int tokens = 0;
    for (int i = 0; i < inputs.size(); i++) {
      var vector = vector(inputs.get(i), (int) dimensions);
      data.add(
          "{\"object\":\"embedding\",\"index\":"
              + i
              + ",\"embedding\":"
              + (base64 ? bytes(vector) : numbers(vector))
              + "}");
      tokens += DemoText.tokens(inputs.get(i));
    }
    return String.format(
        Locale.ROOT,
        "{\"object\":\"list\",\"data\":[%s],\"model\":%s,"
            + "\"usage\":{\"prompt_tokens\":%d,\"total_tokens\":%d}}",
        data,
        JsonWriter.quote(model),
        tokens,
        tokens);
  }

  private static float[] vector(String input, int dimensions) {
    var vector = new float[dimensions];
    var chance = ByteBuffer.allocate(0);
    double square = 0;
    for (int i = 0; i < dimensions; i++) {
      if (chance.remaining() < Integer.BYTES) {
        chance = ByteBuffer.wrap(Sha256.of(i + "\n" + input));
      }
      vector[i] = chance.getInt() / -(float) Integer.MIN_VALUE;
      square += (double) vector[i] * vector[i];
    }
    // a hash of zeros alone has no direction; it does not happen
    var length = Math.sqrt(square);
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static String numbers(float[] vector) {
    var numbers = new StringJoiner(",", "[", "]");
    for (float number : vector) {
      numbers.add(Float.toString(number));
    }
    return numbers.toString();
  }

  /** As OpenAI's own clients ask for them: 32 bits each, the lowest byte first. */
  private static String bytes(float[] vector) {
    var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : vector) {
      bytes.putFloat(number);
    }
    return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
  }
}
