package io.larder.api;

import io.larder.inference.LimitExceeded;
import io.larder.ratelimit.Charge;
import io.larder.ratelimit.Limits;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Counts what did not get in, by the address it came from, over all nodes. Only a failure asks the
 * limiter: whoever has a good key is neither slowed down nor, behind an address that others share,
 * shut out.
 */
@ApplicationScoped
class Strangers {
  private static final String SCOPE = "strangers at this address";

  /** Whoever has one IPv6 address has all of its network. */
  private static final int NETWORK_BYTES = 8;

  @Inject Limits limits;

  /** One more has failed: 401, or 429 when there were too many. */
  RuntimeException failed(HttpServletRequest request) {
    return ask(request).<RuntimeException>map(over -> over).orElseGet(Refusal::unauthorized);
  }

  /** Whether there were too many already, without counting. */
  Optional<LimitExceeded> over(HttpServletRequest request) {
    return limits.left(subject(request), limits.settings().stranger()).stream()
        .filter(left -> left.remaining() == 0 && !left.policy().shadow())
        .findFirst()
        .flatMap(left -> ask(request));
  }

  private Optional<LimitExceeded> ask(HttpServletRequest request) {
    var charges =
        limits.settings().stranger().stream().map(policy -> new Charge(policy, 1)).toList();
    return limits.ask(subject(request), charges) instanceof Limits.Answer.Stop(var refusal)
        ? Optional.of(new LimitExceeded(SCOPE, refusal))
        : Optional.empty();
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
