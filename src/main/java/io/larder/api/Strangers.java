package io.larder.api;

import io.larder.inference.LimitExceeded;
import io.larder.inference.LimitsUnavailable;
import io.larder.ratelimit.Charge;
import io.larder.ratelimit.Limits;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Counts what did not get in, by the address it came from, over all nodes. Of keys only a failure
 * asks the limiter: whoever has a good key is neither slowed down nor, behind an address that
 * others share, shut out.
 */
@ApplicationScoped
class Strangers {
  private static final String SCOPE = "strangers at this address";

  /** Whoever has one IPv6 address has all of its network. */
  private static final int NETWORK_BYTES = 8;

  @Inject Limits limits;

  /** One more has failed: 401, or 429 when there were too many. */
  RuntimeException failed(HttpServletRequest request) {
    return ask(request, false) instanceof Limits.Answer.Stop(var refusal)
        ? new LimitExceeded(SCOPE, refusal)
        : Refusal.unauthorized();
  }

  /**
   * May something that can be guessed be tried? It counts as failed until it is known to be good:
   * however many are tried at once, no more are than one after the other.
   *
   * @throws LimitExceeded if there were too many
   * @throws LimitsUnavailable if that cannot be told, and nobody is to go on then
   */
  Trial trial(HttpServletRequest request) {
    return switch (ask(request, true)) {
      case Limits.Answer.Go(var pass, var left) -> new Trial(pass);
      case Limits.Answer.Stop(var refusal) -> throw new LimitExceeded(SCOPE, refusal);
      case Limits.Answer.Unknown unknown -> throw new LimitsUnavailable();
    };
  }

  /** Something that is being tried; whatever comes of it, it is closed. */
  static final class Trial implements AutoCloseable {
    private final Limits.Pass pass;

    private Trial(Limits.Pass pass) {
      this.pass = pass;
    }

    /** It was good, and does not count. */
    void succeeded() {
      pass.settle(policy -> 0);
    }

    @Override
    public void close() {
      pass.settleAsCharged();
    }
  }

  private Limits.Answer ask(HttpServletRequest request, boolean settled) {
    var charges =
        limits.settings().stranger().stream()
            .map(policy -> new Charge(policy, 1, settled))
            .toList();
    return limits.ask(subject(request), charges);
  }

  private static String subject(HttpServletRequest request) {
    return "stranger/" + network(request.getRemoteAddr());
  }

  /** An IPv4 address as it is, of an IPv6 address what all addresses of one network share. */
  static String network(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      // with a colon in it, it is never looked up as a name
      var bytes = InetAddress.getByName(address.replaceAll("%.*", "")).getAddress();
      return bytes.length == 4
          ? InetAddress.getByAddress(bytes).getHostAddress()
          : HexFormat.of().formatHex(Arrays.copyOf(bytes, NETWORK_BYTES));
    } catch (UnknownHostException malformed) {
      return address;
    }
  }
}
