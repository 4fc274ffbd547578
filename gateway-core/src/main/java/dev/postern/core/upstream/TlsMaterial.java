package dev.postern.core.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Pem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where the TLS towards endpoints comes from: files and names.
 *
 * <p>What is missing or unreadable is an error when it is loaded; nothing is ever used unverified
 * instead.
 *
 * @param cert the client's certificate chain, PEM, or null for none
 * @param key the key of that certificate, PEM, or null for none
 * @param root the authorities to trust, PEM, or null for the JVM's own
 * @param hostname the name to ask for and verify instead of the endpoint's host, or null
 * @param insecure whether to verify nothing
 * @param insecureHost whether to verify the chain but no name
 * @param subjectAltNames names of which the certificate must carry one, instead of the host; empty
 *     for the host
 */
public record TlsMaterial(
    @Nullable Path cert,
    @Nullable Path key,
    @Nullable Path root,
    @Nullable String hostname,
    boolean insecure,
    boolean insecureHost,
    List<String> subjectAltNames) {
  private static final Logger LOG = System.getLogger(TlsMaterial.class.getName());
  private static final int LARGEST_FILE = 1 << 20;

  /** Checks what belongs together. */
  public TlsMaterial {
    subjectAltNames = List.copyOf(subjectAltNames);
    if ((cert == null) != (key == null)) {
      throw new IllegalArgumentException("cert and key: one without the other (expected: both)");
    }
  }

  /** Returns the files that the material is read from. */
  List<Path> files() {
    List<Path> files = new ArrayList<>(3);
    for (Path file : new @Nullable Path[] {cert, key, root}) {
      if (file != null) {
        files.add(file);
      }
    }
    return files;
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if one cannot be read, or key and certificate do not belong
   *     together; the message says which
   */
  public TlsIdentity load() {
    if (insecure) {
      LOG.log(Level.WARNING, "backendTLS: insecure: true: no certificate is verified");
    } else if (insecureHost) {
      LOG.log(Level.WARNING, "backendTLS: insecureHost: true: any host's certificate will do");
    }
    List<String> origin = new ArrayList<>();
    String chain = read("cert", cert, origin);
    String privateKey = read("key", key, origin);
    String roots = read("root", root, origin);
    try {
      X509TrustManager trust = insecure ? TrustAll.INSTANCE : trust(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity(chain, privateKey), new TrustManager[] {trust}, null);
      return new TlsIdentity(
          List.of(this, origin),
          context,
          trust,
          hostname,
          !insecure && !insecureHost,
          subjectAltNames);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("backendTLS: " + e.getMessage(), e);
    }
  }

  /** Reads a file, and notes what makes one content differ from another. */
  private static @Nullable String read(String field, @Nullable Path file, List<String> origin) {
    if (file == null) {
      return null;
    }
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new IllegalArgumentException(field + ": " + file + ": larger than 1 MiB");
      }
      String text = Files.readString(file);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      origin.add(HexFormat.of().formatHex(digest));
      return text;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new IllegalArgumentException(field + ": " + file + ": cannot be read", e);
    }
  }

  private X509TrustManager trust(@Nullable String roots)
      throws GeneralSecurityException, IOException {
    KeyStore store = null;
    if (roots != null) {
      store = emptyStore();
      int number = 0;
      for (X509Certificate authority : at("root", root, () -> Pem.certificates(roots))) {
        store.setCertificateEntry("root" + number++, authority);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager trust) {
        return trust;
      }
    }
    throw new IllegalStateException("the JVM has no X.509 trust");
  }

  private KeyManager @Nullable [] identity(@Nullable String chain, @Nullable String privateKey)
      throws GeneralSecurityException, IOException {
    if (chain == null || privateKey == null) {
      return null;
    }
    List<X509Certificate> certificates = at("cert", cert, () -> Pem.certificates(chain));
    PrivateKey secret = at("key", key, () -> Pem.privateKey(privateKey));
    at(
        "key",
        key,
        () -> {
          Pem.requirePair(secret, certificates.getFirst());
          return secret;
        });
    char[] password = new char[0];
    KeyStore store = emptyStore();
    store.setKeyEntry("client", secret, password, certificates.toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private interface Step<T> {
    T run();
  }

  private static <T> T at(String field, @Nullable Path file, Step<T> step) {
    try {
      return step.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          field + ": " + requireNonNull(file) + ": " + e.getMessage(), e);
    }
  }
}
