package io.larder.live;

import io.larder.model.Caller;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names streams so that nothing has to be stored for it: the name says which answer it is and how
 * it is shown, and is signed (HMAC-SHA-256) together with who got it. Nobody else can use it.
 *
 * <p>What it is signed with is shared by all nodes, see {@link SharedSecret}.
 */
public final class StreamIds {
  private static final int FINGERPRINT_BYTES = 32;
  private static final int SIGNED_BYTES = 1 + FINGERPRINT_BYTES + Long.BYTES;
  private static final int MAC_BYTES = 16;

  private final SharedSecret secret;

  /**
   * A stream that a caller may see.
   *
   * @param view how it is shown, 0 to 255
   */
  public record Named(FlightId flight, int view) {}

  StreamIds(SharedSecret secret) {
    this.secret = secret;
  }

  /**
   * The name of a stream for that caller: base64url, {@code view ‖ key ‖ answer ‖ signature}.
   *
   * @param view how it is shown, 0 to 255
   */
  public String name(FlightId flight, int view, Caller caller) {
    var named =
        ByteBuffer.allocate(SIGNED_BYTES + MAC_BYTES)
            .put((byte) view)
            .put(HexFormat.of().parseHex(flight.key()))
            .putLong(flight.answerId());
    named.put(sign(secret.current(), named.array(), caller));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(named.array());
  }

  /** The stream of that name, unless there is no such name or it is another caller's. */
  public Optional<Named> read(String name, Caller caller) {
    try {
      var bytes = Base64.getUrlDecoder().decode(name);
      if (bytes.length != SIGNED_BYTES + MAC_BYTES) {
        return Optional.empty();
      }
      if (!isSigned(bytes, caller, secret.all()) && !isSigned(bytes, caller, secret.allNow())) {
        return Optional.empty();
      }
      var named = ByteBuffer.wrap(bytes);
      int view = named.get() & 0xFF;
      var key = new byte[FINGERPRINT_BYTES];
      named.get(key);
      return Optional.of(
          new Named(new FlightId(HexFormat.of().formatHex(key), named.getLong()), view));
    } catch (IllegalArgumentException | BufferUnderflowException foreign) {
      return Optional.empty();
    }
  }

  private static boolean isSigned(byte[] bytes, Caller caller, List<byte[]> secrets) {
    var signature = Arrays.copyOfRange(bytes, SIGNED_BYTES, bytes.length);
    return secrets.stream()
        .anyMatch(secret -> MessageDigest.isEqual(signature, sign(secret, bytes, caller)));
  }

  private static byte[] sign(byte[] secret, byte[] named, Caller caller) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update(named, 0, SIGNED_BYTES);
      var tenant = caller.tenant().getBytes(StandardCharsets.UTF_8);
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(tenant.length).array());
      mac.update(tenant);
      return Arrays.copyOf(mac.doFinal(caller.id().getBytes(StandardCharsets.UTF_8)), MAC_BYTES);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has HmacSHA256", impossible);
    }
  }
}
