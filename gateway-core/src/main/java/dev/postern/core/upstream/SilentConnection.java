package dev.postern.core.upstream;

import java.io.IOException;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.internal.connection.RealCall;
import okhttp3.internal.connection.RealConnection;
import okhttp3.internal.http.RealInterceptorChain;
import okhttp3.internal.http1.Http1ExchangeCodec;
import org.jspecify.annotations.Nullable;

/*
 * A connection that is used again must have been silent since its last response. Whatever an
 * upstream sent beyond that (more content than it announced, content where there is none, a response
 * that nobody asked for) would be taken for the answer to the next request, of whomever that is.
 * OkHttp does not look; worse, what came in one packet with the response waits in its buffer, which
 * only its own types can reach.
 */
final class SilentConnection {
  private SilentConnection() {}

  /**
   * Checks the connection of a call that is about to be sent on it.
   *
   * @throws IOException if something waits on it to be read
   */
  static void require(Interceptor.Chain chain) throws IOException {
    if (chain.connection() instanceof RealConnection connection && speaks(connection, chain)) {
      throw new IOException("bytes that nobody asked for followed the last response");
    }
  }

  private static boolean speaks(RealConnection connection, Interceptor.Chain chain)
      throws IOException {
    Http1ExchangeCodec codec = codec(connection, chain);
    return codec != null
        && (codec.getSocket().getSource().getBuffer().size() > 0 || hasInput(connection));
  }

  /** Of two users of the codec only the one that OkHttp made reads and writes. */
  private static @Nullable Http1ExchangeCodec codec(
      RealConnection connection, Interceptor.Chain chain) throws IOException {
    return chain instanceof RealInterceptorChain real
            && chain.call() instanceof RealCall call
            && !connection.isMultiplexed$okhttp()
            && connection.newCodec$okhttp(call.getClient(), real)
                instanceof Http1ExchangeCodec http1
        ? http1
        : null;
  }

  /** With TLS this sees what was decrypted, and leaves session tickets alone. */
  private static boolean hasInput(Connection connection) throws IOException {
    return connection.socket().getInputStream().available() > 0;
  }
}
