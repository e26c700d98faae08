package io.larder.cache;

import io.larder.digest.Sha256;
import io.larder.setting.InvalidSetting;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals values with AES-256-GCM (NIST SP 800-38D): the first key seals, all of them open, so that a
 * key can be replaced while values under the old one are still about.
 *
 * <p>Sealed bytes: which key (4 bytes of its SHA-256) ‖ nonce (12, random) ‖ ciphertext and tag.
 * With random nonces a key is good for 2^32 values; replace it before.
 */
public final class Encryption {
  private static final int KEY_BYTES = 32;
  private static final int KEYS_MAX = 8;
  private static final int ID_BYTES = 4;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String RANGE =
      "1 to " + KEYS_MAX + " keys of 256 bits in base64, comma separated, the newest first";

  private final Map<Integer, SecretKeySpec> keys;
  private final int newest;
  private final SecureRandom random = new SecureRandom();

  private Encryption(Map<Integer, SecretKeySpec> keys, int newest) {
    this.keys = keys;
    this.newest = newest;
  }

  /**
   * Encryption with those keys, the newest first; none = no encryption.
   *
   * @throws InvalidSetting if one is no key, without telling it
   */
  static Optional<Encryption> of(String setting, List<String> base64) {
    if (base64.isEmpty()) {
      return Optional.empty();
    }
    if (base64.size() > KEYS_MAX) {
      throw new InvalidSetting(setting, RANGE, base64.size() + " keys");
    }
    var keys = new LinkedHashMap<Integer, SecretKeySpec>();
    for (var text : base64) {
      var key = decode(setting, text);
      keys.put(id(key), new SecretKeySpec(key, "AES"));
    }
    return Optional.of(new Encryption(keys, keys.keySet().iterator().next()));
  }

  private static byte[] decode(String setting, String base64) {
    try {
      var key = Base64.getDecoder().decode(base64);
      if (key.length == KEY_BYTES) {
        return key;
      }
      throw new InvalidSetting(setting, RANGE, "a key of " + key.length * 8 + " bits");
    } catch (IllegalArgumentException noBase64) {
      throw new InvalidSetting(setting, RANGE, "something else than base64");
    }
  }

  private static int id(byte[] key) {
    return ByteBuffer.wrap(Sha256.of(key)).getInt();
  }

  /**
   * Seals bytes.
   *
   * @param bound what they belong to; they open only together with the same
   */
  public byte[] seal(byte[] plain, byte[] bound) {
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      var sealed = cipher(Cipher.ENCRYPT_MODE, newest, nonce, bound).doFinal(plain);
      return ByteBuffer.allocate(ID_BYTES + NONCE_BYTES + sealed.length)
          .putInt(newest)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has AES/GCM", impossible);
    }
  }

  /** What was sealed, unless it is damaged, belongs to something else, or the key is not here. */
  public Optional<byte[]> open(byte[] sealed, byte[] bound) {
    if (sealed.length < ID_BYTES + NONCE_BYTES) {
      return Optional.empty();
    }
    int id = ByteBuffer.wrap(sealed).getInt();
    if (!keys.containsKey(id)) {
      return Optional.empty();
    }
    var nonce = Arrays.copyOfRange(sealed, ID_BYTES, ID_BYTES + NONCE_BYTES);
    int from = ID_BYTES + NONCE_BYTES;
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, id, nonce, bound);
      return Optional.of(cipher.doFinal(sealed, from, sealed.length - from));
    } catch (GeneralSecurityException damaged) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, int id, byte[] nonce, byte[] bound)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, keys.get(id), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(bound);
    return cipher;
  }

  @Override
  public String toString() {
    return keys.size() + " keys";
  }
}
