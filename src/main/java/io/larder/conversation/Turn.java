package io.larder.conversation;

import io.larder.json.JsonWriter;
import io.larder.model.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One message of a conversation, below the one that it answers.
 *
 * @param id random, 24 hexadecimal digits
 * @param parent the turn before it; empty = it is at the top
 * @param number in which order turns were stored, from 1
 * @param created when it was stored
 * @param isLost whether it is an answer that nobody gave an end, and nobody vouches for any more
 */
public record Turn(
    String id, String parent, long number, Instant created, Said said, boolean isLost) {
  /** As it is stored: whether anybody vouches for it is not looked at. */
  public Turn(String id, String parent, long number, Instant created, Said said) {
    this(id, parent, number, created, said, false);
  }

  /** Who says it. */
  public enum Role {
    /** Instructions that go before everything else. */
    SYSTEM,
    /** The caller. */
    USER,
    /** A provider's model. */
    ASSISTANT
  }

  /** How far it has come. */
  public enum State {
    /** All of it is there. */
    COMPLETE,
    /** The rest is still to come. */
    IN_PROGRESS,
    /** It broke off; what had come is there. */
    INTERRUPTED,
    /** Nothing of it came. */
    FAILED
  }

  /**
   * What is said; all of it is sealed where stored values are.
   *
   * @param content text; of parts, that of their texts
   * @param parts as they were sent, where it was more than a text; none = the text is all. Images
   *     are of users
   */
  public record Said(Role role, String content, List<Part> parts, State state, About about) {
    public Said {
      parts = List.copyOf(parts);
      if (role != Role.USER && parts.stream().anyMatch(Part.Image.class::isInstance)) {
        throw new IllegalArgumentException("content may have images only where the role is user");
      }
    }

    /** Text. */
    public Said(Role role, String content, State state, About about) {
      this(role, content, List.of(), state, about);
    }

    /** Parts. */
    static Said of(Role role, List<Part> parts, State state, About about) {
      var text =
          parts.stream()
              .filter(Part.Text.class::isInstance)
              .map(part -> ((Part.Text) part).text())
              .collect(Collectors.joining("\n\n"));
      return new Said(role, text, parts, state, about);
    }

    /** Something that a user says. */
    public static Said user(String content) {
      return new Said(Role.USER, content, State.COMPLETE, About.NOTHING);
    }

    /** Something that a user says and shows. */
    public static Said user(List<Part> parts) {
      return of(Role.USER, parts, State.COMPLETE, About.NOTHING);
    }

    /** Bytes of its content as it was sent, in UTF-8. */
    public long bytes() {
      var sent = parts.isEmpty() ? content : JsonWriter.compact(TurnJson.content(this));
      return sent.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The least version of the format in which it can be stored. */
    int format() {
      return parts.isEmpty() ? 1 : 2;
    }

    /** An answer of which nothing has come yet. */
    public static Said awaited(String model) {
      return answer("", State.IN_PROGRESS, About.NOTHING.withModel(model));
    }

    /** An answer. */
    public static Said answer(String content, State state, About about) {
      return new Said(Role.ASSISTANT, content, state, about);
    }

    /** The same from elsewhere: complete, and without what only its node can know. */
    Said taken() {
      return new Said(role, content, parts, State.COMPLETE, about.taken());
    }

    /** The same, of which no more will come. */
    Said interrupted(String why) {
      var end = content.isEmpty() ? State.FAILED : State.INTERRUPTED;
      return new Said(role, content, end, about.withError(why));
    }

    /** Its begin, of so many bytes of UTF-8 at most. */
    Said cut(long bytesMax) {
      var bytes = content.getBytes(StandardCharsets.UTF_8);
      int end = Math.clamp(bytesMax, 0, bytes.length);
      while (end > 0 && end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
        end--;
      }
      return new Said(role, new String(bytes, 0, end, StandardCharsets.UTF_8), state, about);
    }
  }

  /**
   * How an answer came about; empty or zero where it is not known.
   *
   * @param model as the caller named it
   * @param provider who gave it
   * @param cache what the cache did: {@code HIT}, {@code MISS}, …
   * @param stream under which name its stream can be resumed
   * @param error why it is not complete
   * @param trimmed how many turns of the history did not fit the request
   */
  public record About(
      String model,
      String provider,
      Usage usage,
      String cache,
      String stream,
      String error,
      int trimmed) {
    /** Nothing is known. */
    public static final About NOTHING = new About("", "", Usage.UNKNOWN, "", "", "", 0);

    private About taken() {
      return new About(model, provider, usage, cache, "", "", 0);
    }

    About withModel(String other) {
      return new About(other, provider, usage, cache, stream, error, trimmed);
    }

    /** The same with those tokens. */
    public About withUsage(Usage other) {
      return new About(model, provider, other, cache, stream, error, trimmed);
    }

    /** The same with a reason for not being complete. */
    public About withError(String other) {
      return new About(model, provider, usage, cache, stream, other, trimmed);
    }

    /** The same with so many turns left out. */
    public About withTrimmed(int other) {
      return new About(model, provider, usage, cache, stream, error, other);
    }

    /** The same of an answer that has begun. */
    public About begun(String by, String cacheStatus, String streamName) {
      return new About(model, by, usage, cacheStatus, streamName, error, trimmed);
    }
  }

  /** The same turn, with something else said. */
  public Turn with(Said other) {
    return new Turn(id, parent, number, created, other);
  }

  /** The same turn for a reader after its node has gone. */
  Turn lost() {
    var end = said.interrupted("the node that asked for it is gone");
    return new Turn(id, parent, number, created, end, true);
  }
}
