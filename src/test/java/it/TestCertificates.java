package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority of its own, a server certificate for localhost and 127.0.0.1, and a
 * client certificate, as files in the forms that servers and Java want. Those of two instances do
 * not trust each other. Made with the JDK's keytool; valid for two days.
 */
public final class TestCertificates implements AutoCloseable {
  private static final String PASSWORD = "test-password";
  private static final String CA = "ca";
  private static final String SERVER = "server";
  private static final String CLIENT = "client";

  private final TemporaryFolder folder = TemporaryFolder.create("larder-certificates-");

  private TestCertificates() {}

  /** Makes all of them. */
  public static TestCertificates create() {
    var made = new TestCertificates();
    try {
      made.generate();
      made.export();
      return made;
    } catch (IOException failed) {
      made.close();
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      made.close();
      throw new IllegalStateException(failed);
    } catch (RuntimeException | Error failed) {
      made.close();
      throw failed;
    }
  }

  /** The authority's certificate, PEM. */
  public Path caPem() {
    return file("ca.pem");
  }

  /** The server's certificate, PEM. */
  public Path serverCertificatePem() {
    return file("server.pem");
  }

  /** The server's private key, PKCS#8 as PEM, without a password. */
  public Path serverKeyPem() {
    return file("server-key.pem");
  }

  /** The client's certificate, PEM. */
  public Path clientCertificatePem() {
    return file("client.pem");
  }

  /** The client's private key, PKCS#8 as PEM, without a password. */
  public Path clientKeyPem() {
    return file("client-key.pem");
  }

  /** The authority's certificate, PKCS#12. */
  public Path trustStore() {
    return file("trust.p12");
  }

  /** The client's certificate and private key, PKCS#12. */
  public Path clientKeyStore() {
    return file("client.p12");
  }

  /** Of both PKCS#12 stores and the key in them. */
  public String password() {
    return PASSWORD;
  }

  /** Trusts the authority and shows the client's certificate when asked. */
  public SSLContext clientContext() {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(load(clientKeyStore()), PASSWORD.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust().getTrustManagers(), null);
      return context;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Trusts the authority and has no certificate to show. */
  public SSLContext anonymousContext() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust().getTrustManagers(), null);
      return context;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void close() {
    folder.close();
  }

  private void generate() throws IOException {
    keytool(CA, "-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign");
    keytool(
        SERVER,
        "-signer",
        CA,
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-ext",
        "eku=serverAuth",
        "-ext",
        "ku=digitalSignature");
    keytool(CLIENT, "-signer", CA, "-ext", "eku=clientAuth", "-ext", "ku=digitalSignature");
  }

  private void keytool(String alias, String... options) throws IOException {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    var command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-alias", alias));
    command.addAll(List.of("-dname", "CN=larder test " + alias));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    // a clock that is set back a little in between must not fail a test
    command.addAll(List.of("-startdate", "-1H", "-validity", "2"));
    command.addAll(List.of("-keystore", file("all.p12").toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    command.addAll(List.of(options));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (var said = process.getInputStream()) {
      var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool failed: " + text);
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private void export() throws IOException, GeneralSecurityException {
    var all = load(file("all.p12"));
    Certificate ca = all.getCertificate(CA);
    writePem(caPem(), "CERTIFICATE", ca.getEncoded());
    writePem(serverCertificatePem(), "CERTIFICATE", all.getCertificate(SERVER).getEncoded());
    Key serverKey = all.getKey(SERVER, PASSWORD.toCharArray());
    writePem(serverKeyPem(), "PRIVATE KEY", serverKey.getEncoded());

    writePem(clientCertificatePem(), "CERTIFICATE", all.getCertificate(CLIENT).getEncoded());
    Key clientKey = all.getKey(CLIENT, PASSWORD.toCharArray());
    writePem(clientKeyPem(), "PRIVATE KEY", clientKey.getEncoded());

    var trust = empty();
    trust.setCertificateEntry(CA, ca);
    store(trust, trustStore());
    var client = empty();
    client.setKeyEntry(
        CLIENT,
        all.getKey(CLIENT, PASSWORD.toCharArray()),
        PASSWORD.toCharArray(),
        all.getCertificateChain(CLIENT));
    store(client, clientKeyStore());
  }

  private TrustManagerFactory trust() throws IOException, GeneralSecurityException {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(load(trustStore()));
    return trust;
  }

  private Path file(String name) {
    return folder.path().resolve(name);
  }

  private static void writePem(Path file, String kind, byte[] der) throws IOException {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static void store(KeyStore store, Path file)
      throws IOException, GeneralSecurityException {
    try (var out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
  }
}
