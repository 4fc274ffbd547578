package dev.postern.core.listener;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which client certificates are accepted: the JVM's rules for chain, validity and use, from the
 * given authorities alone, and no names with control characters in them.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager rules;

  private ClientTrust(X509ExtendedTrustManager rules) {
    this.rules = rules;
  }

  static ClientTrust of(List<X509Certificate> authorities) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("root" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager rules) {
          return new ClientTrust(rules);
        }
      }
      throw new IOException("root: this JVM has no trust manager for X.509");
    } catch (GeneralSecurityException e) {
      throw new IOException("root: " + e.getMessage(), e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    rules.checkClientTrusted(chain, authType, engine);
    checkNames(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    rules.checkClientTrusted(chain, authType, socket);
    checkNames(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    rules.checkClientTrusted(chain, authType);
    checkNames(chain[0]);
  }

  private static void checkNames(X509Certificate leaf) throws CertificateException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names == null) {
      return;
    }
    for (List<?> name : names) {
      if (name.get(1) instanceof String text && text.chars().anyMatch(Character::isISOControl)) {
        throw new CertificateException("control character in a name of the certificate");
      }
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    rules.checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    rules.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    rules.checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return rules.getAcceptedIssuers();
  }
}
