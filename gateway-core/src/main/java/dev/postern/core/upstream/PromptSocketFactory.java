package dev.postern.core.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/**
 * Makes sockets that send what they are given at once.
 *
 * <p>By default a socket keeps a small segment back while an earlier one is unacknowledged, and the
 * other side acknowledges late: a request of more than one segment would wait 40 ms for its end.
 */
final class PromptSocketFactory extends SocketFactory {
  static final PromptSocketFactory INSTANCE = new PromptSocketFactory();

  private final SocketFactory sockets = SocketFactory.getDefault();

  private PromptSocketFactory() {}

  @Override
  public Socket createSocket() throws IOException {
    return prompt(sockets.createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return prompt(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return prompt(sockets.createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return prompt(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return prompt(sockets.createSocket(host, port, local, localPort));
  }

  private static Socket prompt(Socket socket) throws SocketException {
    socket.setTcpNoDelay(true);
    return socket;
  }
}
