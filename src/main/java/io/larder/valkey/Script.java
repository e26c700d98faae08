package io.larder.valkey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script, kept beside its owner on the class path and run by its digest. */
public final class Script {
  private final byte[] source;
  private final byte[] sha1;

  private Script(byte[] source) {
    this.source = source;
    this.sha1 = sha1(source).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The script of that file name in the owner's package.
   *
   * @throws IllegalStateException if there is none: a fault of the build
   */
  public static Script of(Class<?> owner, String file) {
    try (var in = owner.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("no script " + file + " beside " + owner.getName());
      }
      return new Script(in.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Runs the script; its text is sent only to a server that does not know the digest, such as one
   * that was just promoted.
   */
  @Nullable Object run(UnifiedJedis jedis, List<byte[]> keys, List<byte[]> args) {
    try {
      return jedis.evalsha(sha1, keys, args);
    } catch (JedisNoScriptException unknownDigest) {
      return jedis.eval(source, keys, args);
    }
  }

  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-1", impossible);
    }
  }
}
