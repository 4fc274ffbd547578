package dev.postern.llm.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models on a port of their own, which shows a certificate. */
@Timeout(60)
class LlmPortTest {
  private static final String QUESTION =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  @Test
  void modelsAreServedOverTls(@TempDir Path folder) throws IOException {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .commonName("a")
            .addSubjectAlternativeName("127.0.0.1")
            .build();
    Path cert = Files.writeString(folder.resolve("cert.pem"), held.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), held.privateKeyPkcs8Pem());
    try (ScriptedProvider provider = new ScriptedProvider()) {
      String yaml =
          """
          llm:
            port: 4443
            tls: {cert: "%s", key: "%s"}
            models:
              - {name: m, provider: openAI, params: {apiKey: k, baseUrl: "%s"}}
          """
              .formatted(cert, key, provider.baseUrl());
      Gateway gateway = Gateway.from(FreePorts.of(Configs.fromYaml(yaml))).start();
      try {
        String address = "://127.0.0.1:" + gateway.port() + "/v1/chat/completions";
        HandshakeCertificates trust =
            new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
        OkHttpClient client =
            new OkHttpClient.Builder()
                .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                .build();
        try (Response answer = client.newCall(question("https" + address)).execute()) {
          assertThat(answer.code()).isEqualTo(200);
          assertThat(answer.body().string()).isEqualTo(ScriptedProvider.ANSWER);
        }
        assertThatThrownBy(() -> client.newCall(question("http" + address)).execute())
            .isInstanceOf(IOException.class);
        assertThat(provider.calls).hasSize(1);
      } finally {
        gateway.close(Duration.ZERO);
      }
    }
  }

  private static Request question(String url) {
    return new Request.Builder()
        .url(url)
        .post(RequestBody.create(QUESTION.getBytes(UTF_8), MediaType.get("application/json")))
        .build();
  }
}
