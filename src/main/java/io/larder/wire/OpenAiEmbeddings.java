package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;

/**
 * Embeddings of the OpenAI API. They never come as a stream; one request may ask for many.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/embeddings/create">OpenAI, create
 *     embeddings</a>
 */
public final class OpenAiEmbeddings implements WireFormat {
  /** Most inputs that are looked up one by one; what the vendor takes at most. */
  public static final int INPUTS_MAX = 2048;

  /**
   * Each input of a batch gets a request of its own, with all other members again: no more bytes of
   * these than this, or the batch is left in one piece.
   */
  private static final int REPEATED_BYTES_MAX = 2 * 1024 * 1024;

  private static final String INPUT = "input";

  @Override
  public Wire wire() {
    return Wire.OPENAI_EMBEDDINGS;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = text.object();
    WireRequest.requireNoStream(object);
    if (inputs(object.get(INPUT).orElse(Json.Literal.NULL)).isEmpty()) {
      throw new BadRequest(
          INPUT,
          "input must be a string, an array of token numbers, an array of at least one of these, or"
              + " what else the provider takes");
    }
    // an embedding is the same each time
    return WireRequest.of(
        text, new WireRequest.Traits(false, OpenAi.isStateful(object), true, OpenAi.OMITTED));
  }

  /**
   * What is to be embedded, each by itself; nothing if the value is no input. Of inputs that other
   * vendors take, images say, and of more than can be split, it is not known here what belongs to
   * which embedding: they are one.
   */
  private static List<Json> inputs(Json value) {
    return switch (value) {
      case Json.Str text -> List.of(text);
      case Json.Obj other -> List.of(other);
      case Json.Arr array when array.items().isEmpty() -> List.of();
      case Json.Arr array when isBatch(array) -> array.items();
      case Json.Arr one -> List.of(one);
      default -> List.of();
    };
  }

  private static boolean isBatch(Json.Arr array) {
    var items = array.items();
    return items.size() <= INPUTS_MAX
        && (items.stream().allMatch(Json.Str.class::isInstance)
            || items.stream().allMatch(OpenAiEmbeddings::isTokens));
  }

  private static boolean isTokens(Json value) {
    return value instanceof Json.Arr array
        && !array.items().isEmpty()
        && array.items().stream().allMatch(Json.Num.class::isInstance);
  }

  /**
   * The inputs of a request, each of which can be answered by itself.
   *
   * @param request one that this format has read
   */
  public static Batch batch(WireRequest request) {
    return new Batch(request, inputs(request.object().get(INPUT).orElse(Json.Literal.NULL)));
  }

  /** There are no streams of this format. */
  @Override
  public Sign read(SseFrame frame) {
    return Sign.NOTHING;
  }

  @Override
  public Sign read(byte[] answer) {
    Json.Obj object;
    try {
      object = JsonText.parse(answer).object();
    } catch (JsonException foreign) {
      return Sign.NOT_JSON;
    }
    if (object.has("error")) {
      return Sign.ERROR;
    }
    boolean isComplete = !object.items("data").isEmpty();
    return new Sign(
        Sign.Kind.END, OpenAi.usage(object), isComplete ? "" : Sign.INCOMPLETE.unfit(), Cut.NONE);
  }

  @Override
  public Optional<byte[]> fold(List<SseFrame> frames) {
    return Optional.empty();
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Optional.empty();
  }

  @Override
  public byte[] error(int status, String code, String param, String message) {
    return OpenAi.error(status, code, param, message);
  }

  @Override
  public byte[] errorEvent(String code, String message) {
    return OpenAi.errorEvent(code, message);
  }

  /**
   * The inputs of one request. Answers can be split into one for each input, and those joined again
   * with others, so that each input is remembered by itself whatever batch it came in.
   */
  public static final class Batch {
    private final WireRequest request;
    private final List<Json> inputs;

    private Batch(WireRequest request, List<Json> inputs) {
      this.request = request;
      this.inputs = inputs;
    }

    /** How many inputs there are, 1 to {@value OpenAiEmbeddings#INPUTS_MAX}. */
    public int size() {
      return inputs.size();
    }

    /** Whether each input can be looked up and kept by itself, at a reasonable price. */
    public boolean isWorthSplitting() {
      long others = (long) request.length() - request.raw(INPUT).length;
      return size() > 1 && others * size() <= REPEATED_BYTES_MAX;
    }

    /** The request for one input alone, the same whatever batch the input is in. */
    public WireRequest single(int place) {
      return request.with(INPUT, JsonWriter.compact(inputs.get(place)));
    }

    /**
     * The request for some of the inputs.
     *
     * @param places which, at least one
     */
    public WireRequest some(List<Integer> places) {
      var some = new Json.Arr(places.stream().map(inputs::get).toList());
      return request.with(INPUT, JsonWriter.compact(some));
    }

    /**
     * The answer to each input, as if it had been asked for alone. The tokens are shared out in
     * proportion to the lengths of the inputs; the shares add up to what was spent.
     *
     * @param answer the answer to this batch
     * @return empty if the answer does not have one embedding for each input
     */
    public Optional<List<byte[]>> split(byte[] answer) {
      return Embeddings.split(answer, inputs.stream().map(Batch::length).toList());
    }

    /** What an input costs, compared with others of its batch; 1 or more. */
    private static long length(Json input) {
      long length =
          switch (input) {
            case Json.Str text -> text.text().length();
            case Json.Arr tokens -> tokens.items().size();
            default -> throw new IllegalStateException("an input is a string or tokens");
          };
      return Math.max(1, length);
    }

    /**
     * One answer made of many, in that order, with their tokens added up.
     *
     * @return empty if they are not of one kind: of different models, say
     */
    public static Optional<byte[]> join(List<byte[]> answers) {
      return Embeddings.join(answers);
    }
  }
}
