package io.larder.access;

import io.larder.model.Caller;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where it is kept which browsers are signed in, by {@link Caller#subject}. Every method throws
 * {@link ValkeyUnavailable} if the store is down or does not take what is to be kept.
 */
interface SessionStore {
  /**
   * Keeps a new session. Those that are over go, and beyond {@link BrowserSession#PER_USER_MAX} the
   * one that was not used for longest.
   */
  void keep(String subject, BrowserSession session, BrowserSession.Span span);

  /** One session, whether it is over or not. */
  Optional<BrowserSession> find(String subject, String id);

  /** All of a user, those that are over perhaps among them. */
  List<BrowserSession> of(String subject);

  /** Ends a session, and says whether it was there. */
  boolean remove(String subject, String id);

  /** Notes when a session was used, if it is there still. */
  void used(String subject, String id, Instant when);

  /**
   * Whether the server's own session is where all nodes find it.
   *
   * @param httpId its id
   * @param application as the server calls it
   * @param attribute one that it has
   */
  boolean isShared(String httpId, String application, String attribute);
}
