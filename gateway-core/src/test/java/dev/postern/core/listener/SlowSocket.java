package dev.postern.core.listener;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A socket that sends every byte in a segment of its own. */
final class SlowSocket extends Socket {
  SlowSocket(int port) throws IOException {
    super(InetAddress.getLoopbackAddress(), port);
    setTcpNoDelay(true);
    setSoTimeout(10_000);
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(byte[] bytes, int start, int length) throws IOException {
        for (int i = start; i < start + length; i++) {
          out.write(bytes[i]);
          out.flush();
        }
      }
    };
  }
}
