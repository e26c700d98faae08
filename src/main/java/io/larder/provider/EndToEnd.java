package io.larder.provider;

import io.larder.model.Header;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which header fields go on to a provider, and which come back: all except those of the connection
 * (RFC 9110, 7.6.1), those that tell of the client rather than of the request, and cookies.
 */
final class EndToEnd {
  private static final Set<String> CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "content-length",
          "host",
          "expect");

  /** Of a request: credentials for Larder, and what concerns only the hop to Larder. */
  private static final Set<String> NOT_SENT =
      Set.of(
          "authorization",
          "x-api-key",
          "cookie",
          "accept-encoding",
          "content-type",
          "content-encoding",
          "larder-cache",
          "last-event-id",
          "origin",
          "referer",
          "forwarded",
          "via",
          "x-real-ip");

  private static final List<String> NOT_SENT_PREFIXES =
      List.of("x-forwarded-", "sec-", "access-control-");

  /** Of an answer: what Larder says itself, and what would make a browser act for the vendor. */
  private static final Set<String> NOT_RETURNED =
      Set.of(
          "set-cookie",
          "date",
          "server",
          "content-encoding",
          "alt-svc",
          "age",
          "cache-control",
          "cache-status",
          "x-cache",
          "larder-key",
          "strict-transport-security",
          "content-security-policy",
          "nel",
          "report-to",
          "clear-site-data",
          "www-authenticate",
          "location",
          "link",
          "vary",
          "expires",
          "pragma",
          "ratelimit",
          "ratelimit-policy");

  /** The vendor's limits are those of Larder's key there, which all callers share. */
  private static final List<String> NOT_RETURNED_PREFIXES =
      List.of("access-control-", "x-ratelimit-", "anthropic-ratelimit-");

  private EndToEnd() {}

  /** What a provider gets of a client's header fields. */
  static List<Header> sent(List<Header> headers) {
    return without(headers, NOT_SENT, NOT_SENT_PREFIXES);
  }

  /** What a client gets of a provider's header fields. */
  static List<Header> returned(List<Header> headers) {
    return without(headers, NOT_RETURNED, NOT_RETURNED_PREFIXES);
  }

  private static List<Header> without(
      List<Header> headers, Set<String> names, List<String> prefixes) {
    var ofTheHop = namedByConnection(headers);
    Predicate<String> stays =
        name ->
            !CONNECTION.contains(name)
                && !names.contains(name)
                && !ofTheHop.contains(name)
                && prefixes.stream().noneMatch(name::startsWith);
    return headers.stream()
        .filter(header -> stays.test(header.name().toLowerCase(Locale.ROOT)))
        .toList();
  }

  private static Set<String> namedByConnection(List<Header> headers) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase("connection"))
        .flatMap(header -> Arrays.stream(header.value().split(",", -1)))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(HashSet::new));
  }
}
