package io.larder.access;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sessions of a node that shares nothing. */
final class MemorySessions implements SessionStore {
  /** Beyond, a user who signs in takes the place of any other. */
  static final int USERS_MAX = 10_000;

  private final InstantSource clock;
  private final Map<String, Map<String, BrowserSession>> users = new HashMap<>();

  MemorySessions(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void keep(String subject, BrowserSession session, BrowserSession.Span span) {
    var now = clock.instant();
    if (!users.containsKey(subject) && users.size() >= USERS_MAX) {
      users.values().forEach(all -> all.values().removeIf(one -> one.isOver(now, span)));
      users.values().removeIf(Map::isEmpty);
      if (users.size() >= USERS_MAX) {
        users.remove(users.keySet().iterator().next());
      }
    }
    var sessions = users.computeIfAbsent(subject, absent -> new HashMap<>());
    sessions.values().removeIf(one -> one.isOver(now, span));
    while (sessions.size() >= BrowserSession.PER_USER_MAX) {
      sessions.values().stream()
          .min(Comparator.comparing(BrowserSession::used))
          .ifPresent(one -> sessions.remove(one.id()));
    }
    sessions.put(session.id(), session);
  }

  @Override
  public synchronized Optional<BrowserSession> find(String subject, String id) {
    return Optional.ofNullable(users.getOrDefault(subject, Map.of()).get(id));
  }

  @Override
  public synchronized List<BrowserSession> of(String subject) {
    return List.copyOf(users.getOrDefault(subject, Map.of()).values());
  }

  @Override
  public synchronized boolean remove(String subject, String id) {
    var sessions = users.get(subject);
    return sessions != null && sessions.remove(id) != null;
  }

  @Override
  public synchronized void used(String subject, String id, Instant when) {
    var sessions = users.get(subject);
    if (sessions != null) {
      sessions.computeIfPresent(
          id, (same, one) -> new BrowserSession(id, one.begun(), when, one.address(), one.agent()));
    }
  }

  /** The server keeps it in the same memory. */
  @Override
  public boolean isShared(String httpId, String application, String attribute) {
    return true;
  }
}
