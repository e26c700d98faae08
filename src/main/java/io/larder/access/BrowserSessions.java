package io.larder.access;

import io.larder.access.BrowserSession.Span;
import io.larder.model.Caller;
import io.larder.valkey.ValkeyUnavailable;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Which browsers are signed in as whom, on all nodes. A browser whose session is not here is not
 * signed in, whatever its cookie leads to; so to end a session is to remove it here, within a
 * second for all nodes.
 *
 * <p>While the store is out of reach, sessions that a node has seen lately stay good there, as keys
 * do; see {@link Near}.
 */
public final class BrowserSessions implements AutoCloseable {
  private static final int ID_BYTES = 16;
  private static final Pattern ID = Pattern.compile("[0-9a-f]{" + 2 * ID_BYTES + "}");

  private final SessionStore store;
  private final Near<BrowserSession> near;
  private final Uses uses;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** Whether a session is good. */
  public enum Standing {
    GOOD,
    /** It was ended, or is of another user. */
    OVER,
    /** The store gives no answer, and this node has not seen it lately. */
    UNSURE
  }

  /** Names a session among those of all users. */
  private record Name(String subject, String id) {
    /** Neither part has a space. */
    static Name of(String text) {
      int space = text.indexOf(' ');
      return new Name(text.substring(0, Math.max(0, space)), text.substring(space + 1));
    }

    @Override
    public String toString() {
      return subject + " " + id;
    }
  }

  BrowserSessions(SessionStore store, InstantSource clock, LongSupplier nanos) {
    this.store = store;
    this.clock = clock;
    this.near = new Near<>(named(store::find), nanos);
    this.uses = new Uses((text, when) -> used(Name.of(text), when), clock, "larder-session-uses");
  }

  private interface Finding<T> {
    T of(String subject, String id);
  }

  private static <T> Function<String, T> named(Finding<T> finding) {
    return text -> {
      var name = Name.of(text);
      return finding.of(name.subject(), name.id());
    };
  }

  private void used(Name name, Instant when) {
    store.used(name.subject(), name.id(), when);
  }

  /**
   * Signs a browser in. One more than a user may have ends the one that was not used for longest.
   *
   * @param address where it comes from
   * @param agent what it calls itself
   * @throws ValkeyUnavailable if the store does not take it; nobody is signed in then
   */
  public BrowserSession begin(Caller caller, String address, String agent, Span span) {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    var now = clock.instant();
    var session =
        new BrowserSession(
            HexFormat.of().formatHex(bytes),
            now,
            now,
            cut(address, BrowserSession.ADDRESS_LENGTH_MAX),
            cut(agent, BrowserSession.AGENT_LENGTH_MAX));
    store.keep(caller.subject(), session, span);
    return session;
  }

  /** At most so many characters, those that are shown. */
  private static String cut(String text, int lengthMax) {
    var shown = new StringBuilder();
    text.codePoints()
        .filter(point -> !Character.isISOControl(point) && Character.isDefined(point))
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .limit(lengthMax)
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }

  /** Whether a session of that user is good now. Notes that it is used. */
  public Standing use(Caller caller, String id) {
    if (!isId(id)) {
      return Standing.OVER;
    }
    var name = new Name(caller.subject(), id).toString();
    return switch (near.find(name)) {
      case Near.Found.There<BrowserSession> there -> {
        uses.note(name);
        yield Standing.GOOD;
      }
      case Near.Found.Nothing<BrowserSession> nothing -> Standing.OVER;
      case Near.Found.Unsure<BrowserSession> unsure -> Standing.UNSURE;
    };
  }

  private static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /**
   * The user's sessions, the last used first, without those that have ended by themselves.
   *
   * @throws ValkeyUnavailable if the store is down
   */
  public List<BrowserSession> of(Caller caller, Span span) {
    var now = clock.instant();
    return store.of(caller.subject()).stream()
        .filter(one -> !one.isOver(now, span))
        .sorted(Comparator.comparing(BrowserSession::used).reversed())
        .toList();
  }

  /**
   * Ends one of the user's sessions.
   *
   * @return false if there is none of that id
   * @throws ValkeyUnavailable if the store is down
   */
  public boolean end(Caller caller, String id) {
    return end(caller.subject(), id);
  }

  /**
   * The same.
   *
   * @param subject as {@link Caller#subject} names the user
   */
  public boolean end(String subject, String id) {
    if (!isId(id)) {
      return false;
    }
    boolean was = store.remove(subject, id);
    near.removed(new Name(subject, id).toString());
    return was;
  }

  /**
   * Ends all of the user's sessions but one.
   *
   * @param but the id of that one; empty = all
   * @return how many have ended by that
   * @throws ValkeyUnavailable if the store is down
   */
  public int endAllBut(Caller caller, String but) {
    int ended = 0;
    for (var session : store.of(caller.subject())) {
      if (!session.id().equals(but) && end(caller, session.id())) {
        ended++;
      }
    }
    return ended;
  }

  /**
   * Whether the server's own session is where all nodes find it. The server does not say when it
   * could not write one.
   *
   * @param httpId its id
   * @param application as the server calls it
   * @param attribute one that it has
   * @throws ValkeyUnavailable if the store is down
   */
  public boolean isShared(String httpId, String application, String attribute) {
    return store.isShared(httpId, application, attribute);
  }

  /** Notes that are due are written. */
  void writeUses() {
    uses.write();
  }

  @Override
  public void close() {
    uses.close();
  }
}
