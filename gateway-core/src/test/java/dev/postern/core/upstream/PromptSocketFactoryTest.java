package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class PromptSocketFactoryTest {
  @Test
  void socketsSendAtOnceHoweverTheyAreMade() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 5, loopback);
        Socket open = PromptSocketFactory.INSTANCE.createSocket();
        Socket connected =
            PromptSocketFactory.INSTANCE.createSocket(loopback, server.getLocalPort())) {
      assertThat(open.getTcpNoDelay()).isTrue();
      assertThat(connected.getTcpNoDelay()).isTrue();
    }
  }
}
