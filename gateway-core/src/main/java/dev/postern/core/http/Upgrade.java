package dev.postern.core.http;

import java.io.IOException;

/**
 * The far side of a connection that leaves HTTP: a WebSocket after 101, a tunnel after CONNECT.
 *
 * <p>Raw bytes both ways. {@link #fromPeer} gives what the far side sends; {@link #run} hands it
 * what the client sends.
 */
public interface Upgrade extends AutoCloseable {
  /** Returns the bytes that come from the far side. */
  BodyStream fromPeer();

  /**
   * Sends the client's bytes to the far side until they end, blocking.
   *
   * @param fromClient what the client sends; its end closes only this direction
   * @throws IOException if the far side breaks
   */
  void run(BodyStream fromClient) throws IOException;

  /** Closes the far side. */
  @Override
  void close();
}
