package dev.postern.core.listener;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** What TLS can be made of in this JVM, by the names that configurations use. */
public final class TlsAlgorithms {
  private TlsAlgorithms() {}

  /**
   * Returns what the JVM calls the cipher suites.
   *
   * @throws IllegalArgumentException if it lacks one; the message names it as an item of {@code
   *     cipherSuites}
   */
  public static List<String> cipherSuites(List<String> names) {
    List<String> known = names.isEmpty() ? List.of() : List.of(supported().getCipherSuites());
    List<String> suites = new ArrayList<>();
    for (String name : names) {
      String suite = name.startsWith("TLS13_") ? "TLS_" + name.substring(6) : name;
      check("cipherSuites", suites.size(), name, known.contains(suite));
      suites.add(suite);
    }
    return suites;
  }

  /**
   * Returns what the JVM calls the key exchange groups.
   *
   * @throws IllegalArgumentException if it lacks one; the message names it as an item of {@code
   *     keyExchangeGroups}
   */
  public static List<String> groups(List<String> names) {
    String[] supported = names.isEmpty() ? null : supported().getNamedGroups();
    List<String> known = supported == null ? List.of() : Arrays.asList(supported);
    List<String> groups = new ArrayList<>();
    for (String name : names) {
      String group =
          switch (name) {
            case "X25519" -> "x25519";
            case "P-256" -> "secp256r1";
            case "P-384" -> "secp384r1";
            case "X25519_MLKEM768" -> "X25519MLKEM768";
            default -> name;
          };
      check("keyExchangeGroups", groups.size(), name, known.contains(group));
      groups.add(group);
    }
    return groups;
  }

  private static void check(String field, int index, String name, boolean known) {
    if (!known) {
      throw new IllegalArgumentException(
          field + "[" + index + "]: " + name + " is not supported by this JVM");
    }
  }

  private static SSLParameters supported() {
    try {
      return SSLContext.getDefault().getSupportedSSLParameters();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }
}
