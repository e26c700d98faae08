package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Splits an answer with many embeddings into answers with one each, and joins such. */
final class Embeddings {
  /** Most tokens believed; products with a length stay within a long. */
  private static final double TOKENS_MAX = 1e9;

  private static final String DATA = "data";
  private static final String USAGE = "usage";

  /**
   * Members that differ between answers of one kind; {@code id} and {@code created} are of vLLM.
   */
  private static final Set<String> NOT_IN_HEAD = Set.of(DATA, USAGE, "id", "created");

  private Embeddings() {}

  /**
   * An answer for each input.
   *
   * @param lengths what the inputs cost compared with each other, each 1 or more
   * @return empty if there is not one embedding for each of them
   */
  static Optional<List<byte[]>> split(byte[] answer, List<Long> lengths) {
    try {
      var object = JsonText.parse(answer).object();
      var items = ordered(object.items("data"), lengths.size());
      var usage = object.get(USAGE).orElse(Json.Literal.NULL);
      var singles = new ArrayList<byte[]>(items.size());
      long before = 0;
      long all = lengths.stream().mapToLong(Long::longValue).sum();
      for (int i = 0; i < items.size(); i++) {
        var share = share(usage, before, before + lengths.get(i), all);
        singles.add(bytes(answer(object, List.of(placed(items.get(i), 0)), share)));
        before += lengths.get(i);
      }
      return Optional.of(singles);
    } catch (Lossy | JsonException refused) {
      return Optional.empty();
    }
  }

  /** One for each input, in the order of the inputs. */
  private static List<Json.Obj> ordered(List<Json> data, int count) {
    var items = new TreeMap<Integer, Json.Obj>();
    for (var item : data) {
      var object = Forms.object(item);
      items.put(Forms.index(object), object);
    }
    boolean isComplete = count > 0 && data.size() == count && items.size() == count;
    if (!isComplete || items.lastKey() != count - 1) {
      throw new Lossy("not one embedding for each input");
    }
    return List.copyOf(items.values());
  }

  /** What falls to one input; whatever rounding takes from it, it gives to the next. */
  private static Json share(Json usage, long from, long to, long all) {
    if (!(usage instanceof Json.Obj counts)) {
      return usage;
    }
    var share = counts;
    for (var count : counts.members()) {
      if (count.value() != Json.Literal.NULL) {
        long tokens = tokens(count.value());
        share = share.with(count.name(), number(tokens * to / all - tokens * from / all));
      }
    }
    return share;
  }

  /**
   * One answer, in the order given.
   *
   * @return empty if they differ in more than their embeddings and tokens
   */
  static Optional<byte[]> join(List<byte[]> answers) {
    try {
      var objects = answers.stream().map(answer -> JsonText.parse(answer).object()).toList();
      if (objects.isEmpty()) {
        throw new Lossy("nothing to join");
      }
      var first = objects.getFirst();
      var data = new ArrayList<Json>();
      var usage = first.get(USAGE).orElse(Json.Literal.NULL);
      for (var object : objects) {
        if (!head(object).equals(head(first))) {
          throw new Lossy("answers of different kinds");
        }
        object.items(DATA).forEach(item -> data.add(placed(Forms.object(item), data.size())));
      }
      for (var object : objects.subList(1, objects.size())) {
        usage = sum(usage, object.get(USAGE).orElse(Json.Literal.NULL));
      }
      return Optional.of(bytes(answer(first, data, usage)));
    } catch (Lossy | JsonException refused) {
      return Optional.empty();
    }
  }

  private static Json.Obj head(Json.Obj answer) {
    return answer.without(NOT_IN_HEAD);
  }

  private static Json sum(Json one, Json other) {
    if (one == Json.Literal.NULL && other == Json.Literal.NULL) {
      return one;
    }
    var sum = Forms.object(one);
    var added = Forms.object(other);
    if (sum.members().size() != added.members().size()) {
      throw new Lossy("answers that count differently");
    }
    for (var count : added.members()) {
      var known = sum.get(count.name()).orElseThrow(() -> new Lossy("another count"));
      if (!(known == Json.Literal.NULL && count.value() == Json.Literal.NULL)) {
        sum = sum.with(count.name(), number(tokens(known) + tokens(count.value())));
      }
    }
    return sum;
  }

  private static Json.Obj placed(Json.Obj item, int place) {
    return item.with("index", number(place));
  }

  private static Json.Obj answer(Json.Obj like, List<Json> data, Json usage) {
    var answer = like.with(DATA, new Json.Arr(data));
    return like.get(USAGE).isPresent() ? answer.with(USAGE, usage) : answer;
  }

  private static long tokens(Json count) {
    if (count instanceof Json.Num number
        && number.value() >= 0
        && number.value() <= TOKENS_MAX
        && number.value() == number.whole()) {
      return number.whole();
    }
    throw new Lossy("a count that cannot be shared");
  }

  private static Json.Num number(long value) {
    return new Json.Num(Long.toString(value));
  }

  private static byte[] bytes(Json.Obj answer) {
    return JsonWriter.compact(answer).getBytes(StandardCharsets.UTF_8);
  }
}
