package io.larder.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads JSON strictly, as RFC 8259 and I-JSON (RFC 7493) have it: UTF-8 only, no name twice in an
 * object, no number beyond a double, nothing after the value, at most {@value #DEPTH_MAX} levels.
 */
final class JsonReader {
  /** Deepest nesting read. Tool schemas in use reach 30; every level costs a stack frame. */
  static final int DEPTH_MAX = 200;

  private static final int NAME_LENGTH_MAX = 4096;
  private static final int NUMBER_LENGTH_MAX = 400;
  private static final int SMALL_OBJECT_MEMBERS = 8;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(NAME_LENGTH_MAX)
                  .maxNumberLength(NUMBER_LENGTH_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          // messages must never quote the text: it may hold a prompt
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final JsonParser parser;
  private final int valuesMax;
  private int values;

  private JsonReader(JsonParser parser, int valuesMax) {
    this.parser = parser;
    this.valuesMax = valuesMax;
  }

  /**
   * Reads an object and where its members stand.
   *
   * @param valuesMax most values, however deep
   * @throws JsonException if the text is anything else
   */
  static JsonText object(byte[] text, int valuesMax) {
    requireUtf8(text);
    try (var parser = FACTORY.createParser(text)) {
      return new JsonReader(parser, valuesMax).top(text);
    } catch (JsonProcessingException malformed) {
      throw new JsonException(explain(malformed));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private JsonText top(byte[] text) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new JsonException("must be a JSON object");
    }
    var members = new ArrayList<Json.Member>();
    var spans = new ArrayList<JsonText.Span>();
    var names = new Names();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      int nameStart = start();
      var name = names.add(parser.currentName());
      parser.nextToken();
      int start = start();
      members.add(new Json.Member(name, value()));
      // a string's end is known only once it has been read to the end
      parser.finishToken();
      spans.add(
          new JsonText.Span(nameStart, start, (int) parser.currentLocation().getByteOffset()));
    }
    int end = (int) parser.currentLocation().getByteOffset();
    if (parser.nextToken() != null) {
      throw new JsonException("has text after the JSON object, at byte " + start());
    }
    return new JsonText(text, new Json.Obj(members), List.copyOf(spans), end - 1);
  }

  private int start() {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private Json value() throws IOException {
    if (++values > valuesMax) {
      throw new JsonException("has more than " + valuesMax + " values");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> nested();
      case START_ARRAY -> array();
      case VALUE_STRING -> new Json.Str(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE -> Json.Literal.TRUE;
      case VALUE_FALSE -> Json.Literal.FALSE;
      case VALUE_NULL -> Json.Literal.NULL;
      default -> throw new JsonException("has an unexpected token at byte " + start());
    };
  }

  private Json nested() throws IOException {
    var members = new ArrayList<Json.Member>();
    var names = new Names();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      var name = names.add(parser.currentName());
      parser.nextToken();
      members.add(new Json.Member(name, value()));
    }
    return new Json.Obj(members);
  }

  private Json array() throws IOException {
    var items = new ArrayList<Json>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value());
    }
    return new Json.Arr(items);
  }

  private Json number() throws IOException {
    var number = new Json.Num(parser.getText());
    if (Double.isInfinite(number.value())) {
      throw new JsonException("has a number out of range at byte " + start());
    }
    return number;
  }

  private static void requireUtf8(byte[] text) {
    // Jackson would also take UTF-16 and UTF-32, which show a zero byte among the first four
    for (int i = 0; i < text.length; i++) {
      if (text[i] < 0 || (text[i] == 0 && i < 4)) {
        decode(text);
        return;
      }
    }
  }

  private static void decode(byte[] text) {
    for (int i = 0; i < Math.min(4, text.length); i++) {
      if (text[i] == 0) {
        throw new JsonException("must be UTF-8");
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
    } catch (CharacterCodingException invalid) {
      throw new JsonException("must be UTF-8");
    }
  }

  private static String explain(JsonProcessingException malformed) {
    var at = malformed.getLocation() == null ? 0 : malformed.getLocation().getByteOffset();
    var message = malformed.getOriginalMessage();
    if (message.contains("nesting depth")) {
      return "is nested deeper than " + DEPTH_MAX + " levels";
    }
    if (message.contains("Number value length")) {
      return "has a number longer than " + NUMBER_LENGTH_MAX + " characters at byte " + at;
    }
    if (message.contains("Name length")) {
      return "has a name longer than " + NAME_LENGTH_MAX + " characters at byte " + at;
    }
    return message.contains("end-of-input")
        ? "ends in the middle, at byte " + at
        : "is not valid JSON at byte " + at;
  }

  /** The names seen in one object; a list as long as it is short, which it nearly always is. */
  private static final class Names {
    private final List<String> few = new ArrayList<>(SMALL_OBJECT_MEMBERS);
    private Set<String> many = Set.of();

    String add(String name) {
      boolean fresh =
          few.size() < SMALL_OBJECT_MEMBERS ? !few.contains(name) : isNewAmongMany(name);
      if (!fresh) {
        throw new JsonException("has the name \"" + shorten(name) + "\" twice in one object");
      }
      if (few.size() < SMALL_OBJECT_MEMBERS) {
        few.add(name);
      }
      return name;
    }

    private boolean isNewAmongMany(String name) {
      if (many.isEmpty()) {
        many = new HashSet<>(few);
      }
      return many.add(name);
    }

    private static String shorten(String name) {
      return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }
  }
}
