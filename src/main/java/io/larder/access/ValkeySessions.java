package io.larder.access;

import io.larder.digest.Sha256;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which browsers are signed in, in Valkey, for all nodes.
 *
 * <p>Storage:
 *
 * <pre>
 * EVALSHA admit    1 larder:1:browser:{&lt;tenant&gt;/&lt;owner&gt;} id value …     to sign in
 *   HGETALL, HSET, HDEL, PEXPIRE
 * EVALSHA field    1 larder:1:browser:{…} id              to find one: once a second for each in use
 * EVALSHA fields   1 larder:1:browser:{…}                 to list them
 * EVALSHA dismiss  1 larder:1:browser:{…} id              to end one
 * EVALSHA touch    1 larder:1:browser:{…} id ms           once a minute for each in use
 * </pre>
 *
 * A field is {@code format begun used JSON}, times in ms since 1970. The hash has at most {@link
 * BrowserSession#PER_USER_MAX} fields, of about 400 bytes, and expires as long after the last
 * sign-in as a session may last.
 */
final class ValkeySessions implements SessionStore {
  private static final String PREFIX = "larder:1:browser:{";
  private static final Script ADMIT = Script.of(ValkeySessions.class, "admit.lua");
  private static final Script FIELD = Script.of(ValkeySessions.class, "field.lua");
  private static final Script FIELDS = Script.of(ValkeySessions.class, "fields.lua");
  private static final Script DISMISS = Script.of(ValkeySessions.class, "dismiss.lua");
  private static final Script TOUCH = Script.of(ValkeySessions.class, "touch.lua");

  /** Format, when it began, when it was used, and what it told of itself. */
  private static final Pattern VALUE = Pattern.compile("1 ([0-9]{1,15}) ([0-9]{1,15}) (\\{.*})");

  private final Valkey valkey;

  ValkeySessions(Valkey valkey) {
    this.valkey = valkey;
  }

  @Override
  public void keep(String subject, BrowserSession session, BrowserSession.Span span) {
    var unused =
        valkey.run(
            ADMIT,
            List.of(key(subject)),
            List.of(
                bytes(session.id()),
                bytes(write(session)),
                number(session.used().toEpochMilli()),
                number(span.idle().plus(BrowserSession.NOTED).toMillis()),
                number(span.most().toMillis()),
                number(span.longest().toMillis()),
                number(BrowserSession.PER_USER_MAX)));
  }

  private static String write(BrowserSession session) {
    return "1 "
        + session.begun().toEpochMilli()
        + " "
        + session.used().toEpochMilli()
        + " {\"address\":"
        + JsonWriter.quote(session.address())
        + ",\"agent\":"
        + JsonWriter.quote(session.agent())
        + "}";
  }

  /** The session, unless it is damaged or of another format. */
  private static Optional<BrowserSession> read(String id, String value) {
    var parts = VALUE.matcher(value);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      var told = JsonText.parse(bytes(parts.group(3))).object();
      return Optional.of(
          new BrowserSession(
              id,
              Instant.ofEpochMilli(Long.parseLong(parts.group(1))),
              Instant.ofEpochMilli(Long.parseLong(parts.group(2))),
              told.text("address").orElseThrow(),
              told.text("agent").orElseThrow()));
    } catch (RuntimeException damaged) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<BrowserSession> find(String subject, String id) {
    return valkey.run(FIELD, List.of(key(subject)), List.of(bytes(id))) instanceof byte[] value
        ? read(id, text(value))
        : Optional.empty();
  }

  @Override
  public List<BrowserSession> of(String subject) {
    var sessions = new ArrayList<BrowserSession>();
    if (valkey.run(FIELDS, List.of(key(subject)), List.of()) instanceof List<?> fields) {
      for (int i = 0; i + 1 < fields.size(); i += 2) {
        var id = text((byte[]) fields.get(i));
        read(id, text((byte[]) fields.get(i + 1))).ifPresent(sessions::add);
      }
    }
    return sessions;
  }

  @Override
  public boolean remove(String subject, String id) {
    // sent again after a lost reply, it would not know that it was the one
    var reply = valkey.runOnce(DISMISS, List.of(key(subject)), List.of(bytes(id)));
    return Long.valueOf(1).equals(reply);
  }

  @Override
  public void used(String subject, String id, Instant when) {
    var unused =
        valkey.run(TOUCH, List.of(key(subject)), List.of(bytes(id), number(when.toEpochMilli())));
  }

  /** As the room {@code jcache} names it, in the server. */
  @Override
  public boolean isShared(String httpId, String application, String attribute) {
    var key = "larder:1:session:{" + Sha256.base64Url(httpId) + "}:" + application;
    return valkey.run(FIELD, List.of(key), List.of(bytes("part:" + attribute))) instanceof byte[];
  }

  private static String key(String subject) {
    return PREFIX + subject + "}";
  }

  private static byte[] number(long number) {
    return bytes(String.valueOf(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
