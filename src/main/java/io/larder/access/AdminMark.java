package io.larder.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * By what sessions remember the administrator's key. Operators choose that key, so it may be weak:
 * its mark takes {@link #ROUNDS} rounds to make, and whoever reads sessions can try few guesses a
 * second. All nodes make the same mark of the same key.
 *
 * @see <a href="https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html">
 *     OWASP, password storage</a>
 */
final class AdminMark {
  /** Unlike the mark of any other key. */
  static final String PREFIX = "admin:";

  private static final int ROUNDS = 600_000;
  private static final int BITS = 256;
  private static final byte[] SALT = "larder session".getBytes(StandardCharsets.US_ASCII);

  private final byte[] keyHash;

  /** Made when it is first needed, since it takes a third of a second; empty = not yet. */
  private volatile String made = "";

  AdminMark(byte[] keyHash) {
    this.keyHash = keyHash.clone();
  }

  String text() {
    if (made.isEmpty()) {
      made = PREFIX + HexFormat.of().formatHex(make());
    }
    return made;
  }

  boolean is(String mark) {
    return MessageDigest.isEqual(
        text().getBytes(StandardCharsets.UTF_8), mark.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] make() {
    var slow = new PBEKeySpec(HexFormat.of().formatHex(keyHash).toCharArray(), SALT, ROUNDS, BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(slow).getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", impossible);
    } finally {
      slow.clearPassword();
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
