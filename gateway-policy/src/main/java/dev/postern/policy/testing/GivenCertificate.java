package dev.postern.policy.testing;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A certificate that only says what a test wants it to say. */
@SuppressWarnings("JavaUtilDate") // that of the class it extends
final class GivenCertificate extends X509Certificate {
  private static final long serialVersionUID = 1L;

  private static final int DNS = 2;
  private static final int URI = 6;

  private final transient X500Principal subject;
  private final transient X500Principal issuer;
  private final transient List<String> names;

  GivenCertificate(ClientCertificate given) {
    this.subject = name("subject", String.valueOf(given.subject()));
    this.issuer = name("issuer", String.valueOf(given.issuer()));
    this.names = given.subjectAltNames();
  }

  static X500Principal name(String field, String text) {
    try {
      return new X500Principal(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          field + ": \"" + text + "\" (expected: a name as CN=alice,O=Acme)", e);
    }
  }

  @Override
  public X500Principal getSubjectX500Principal() {
    return subject;
  }

  @Override
  public X500Principal getIssuerX500Principal() {
    return issuer;
  }

  @Override
  public Collection<List<?>> getSubjectAlternativeNames() {
    List<List<?>> all = new ArrayList<>();
    names.forEach(name -> all.add(List.of(name.contains("://") ? URI : DNS, name)));
    return all;
  }

  @Override
  public byte[] getEncoded() throws CertificateEncodingException {
    throw new CertificateEncodingException("a certificate of a test has no bytes");
  }

  @Override
  public int getVersion() {
    return 3;
  }

  @Override
  public BigInteger getSerialNumber() {
    return BigInteger.ONE;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in the JDK's class
  public X500Principal getIssuerDN() {
    return issuer;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in the JDK's class
  public X500Principal getSubjectDN() {
    return subject;
  }

  @Override
  public Date getNotBefore() {
    return new Date(0);
  }

  @Override
  public Date getNotAfter() {
    return new Date(Long.MAX_VALUE);
  }

  @Override
  public void checkValidity() {
    // Always valid.
  }

  @Override
  public void checkValidity(Date date) {
    // Always valid.
  }

  @Override
  public byte[] getTBSCertificate() {
    return new byte[0];
  }

  @Override
  public byte[] getSignature() {
    return new byte[0];
  }

  @Override
  public String getSigAlgName() {
    return "none";
  }

  @Override
  public String getSigAlgOID() {
    return "";
  }

  @Override
  public byte @Nullable [] getSigAlgParams() {
    return null;
  }

  @Override
  public boolean @Nullable [] getIssuerUniqueID() {
    return null;
  }

  @Override
  public boolean @Nullable [] getSubjectUniqueID() {
    return null;
  }

  @Override
  public boolean @Nullable [] getKeyUsage() {
    return null;
  }

  @Override
  public int getBasicConstraints() {
    return -1;
  }

  @Override
  public void verify(PublicKey key) {
    throw new UnsupportedOperationException("a certificate of a test has no signature");
  }

  @Override
  public void verify(PublicKey key, String provider) {
    verify(key);
  }

  @Override
  public PublicKey getPublicKey() {
    throw new UnsupportedOperationException("a certificate of a test has no key");
  }

  @Override
  public boolean hasUnsupportedCriticalExtension() {
    return false;
  }

  @Override
  public Set<String> getCriticalExtensionOIDs() {
    return Set.of();
  }

  @Override
  public Set<String> getNonCriticalExtensionOIDs() {
    return Set.of();
  }

  @Override
  public byte @Nullable [] getExtensionValue(String oid) {
    return null;
  }

  @Override
  public String toString() {
    return "certificate of " + subject.getName() + " by " + issuer.getName();
  }
}
