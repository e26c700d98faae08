package io.larder.valkey;

import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/**
 * How to speak TLS with Valkey: whom to trust and who we are, from the same PEM files that Valkey's
 * own {@code tls-ca-cert-file}, {@code tls-cert-file} and {@code tls-key-file} take.
 *
 * @param options for Jedis; the server's certificate chain and its name are checked
 */
record Tls(SslOptions options) {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----(?<base64>[^-]*)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final String TYPE = "PKCS12";

  /** Protects nothing: the stores it is for never leave the memory of this process. */
  private static final char[] PASSWORD = "in-memory".toCharArray();

  /**
   * Reads the settings.
   *
   * @throws InvalidSetting naming the file that cannot be used
   */
  static Tls from(Settings settings) {
    var ca = "larder.valkey.tls.ca";
    var cert = "larder.valkey.tls.cert";
    var key = "larder.valkey.tls.key";
    var trusted = settings.text(ca).map(file -> certificates(ca, Path.of(file)));
    var chain = settings.text(cert).map(file -> certificates(cert, Path.of(file)));
    var secret = settings.text(key).map(file -> privateKey(key, Path.of(file)));
    if (chain.isPresent() != secret.isPresent()) {
      throw new InvalidSetting(
          chain.isPresent() ? key : cert, "set together with the other one", "missing");
    }
    var options = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
    try {
      if (trusted.isPresent()) {
        options.truststore(stored(trust(trusted.get())), PASSWORD);
      }
      if (chain.isPresent()) {
        options.keystore(stored(identity(chain.get(), secret.orElseThrow())), PASSWORD);
      }
      return new Tls(options.keyStoreType(TYPE).trustStoreType(TYPE).build());
    } catch (GeneralSecurityException | IOException unusable) {
      throw new InvalidSetting(
          "larder.valkey.tls.*", "certificates and a key that fit", String.valueOf(unusable));
    }
  }

  private static List<Certificate> certificates(String setting, Path file) {
    try (var in = Files.newInputStream(file)) {
      var found = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (!found.isEmpty()) {
        return new ArrayList<>(found);
      }
    } catch (GeneralSecurityException | IOException unreadable) {
      throw new InvalidSetting(setting, "a PEM file of certificates", file + ": " + unreadable);
    }
    throw new InvalidSetting(setting, "a PEM file of certificates", file + ": has none");
  }

  private static PrivateKey privateKey(String setting, Path file) {
    var range = "a PEM file of one PKCS#8 private key (openssl pkcs8 -topk8 -nocrypt makes one)";
    try {
      var pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
      if (!pem.find()) {
        throw new InvalidSetting(setting, range, file + ": has none");
      }
      var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group("base64")));
      for (var algorithm : List.of("RSA", "EC", "Ed25519")) {
        var key = privateKey(algorithm, encoded);
        if (key.isPresent()) {
          return key.get();
        }
      }
    } catch (GeneralSecurityException | IOException | IllegalArgumentException unreadable) {
      // not the exception's text: it may quote the key
      throw new InvalidSetting(setting, range, file + ": " + unreadable.getClass().getSimpleName());
    }
    throw new InvalidSetting(setting, range, file + ": neither RSA, EC nor Ed25519");
  }

  private static Optional<PrivateKey> privateKey(String algorithm, PKCS8EncodedKeySpec encoded)
      throws GeneralSecurityException {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
    } catch (InvalidKeySpecException ofAnotherKind) {
      return Optional.empty();
    }
  }

  private static KeyStore identity(List<Certificate> chain, PrivateKey key)
      throws GeneralSecurityException, IOException {
    var store = emptyStore();
    store.setKeyEntry("larder", key, PASSWORD, chain.toArray(Certificate[]::new));
    return store;
  }

  private static KeyStore trust(List<Certificate> authorities)
      throws GeneralSecurityException, IOException {
    var store = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca-" + i, authorities.get(i));
    }
    return store;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(TYPE);
    store.load(null, null);
    return store;
  }

  /** Jedis reads stores, it does not take them; so they go through bytes, in memory only. */
  private static SslOptions.Resource stored(KeyStore store)
      throws GeneralSecurityException, IOException {
    var bytes = new ByteArrayOutputStream();
    store.store(bytes, PASSWORD);
    var written = bytes.toByteArray();
    return () -> new ByteArrayInputStream(written);
  }
}
