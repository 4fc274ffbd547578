package dev.postern.core.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first message of a TLS handshake, in however many pieces it comes, and puts the
 * engine of the certificate that fits its server name in its own place.
 */
final class TlsSelector extends AbstractSniHandler<TlsEntry> {
  private static final int MAX_CLIENT_HELLO = 64 * 1024;

  private final TlsEntries entries;
  private final ClientConnection connection;
  private final Duration handshakeTimeout;
  private final ConnectionObserver observer;

  TlsSelector(
      TlsEntries entries,
      ClientConnection connection,
      Duration handshakeTimeout,
      ConnectionObserver observer) {
    super(MAX_CLIENT_HELLO, handshakeTimeout.toMillis());
    this.entries = entries;
    this.connection = connection;
    this.handshakeTimeout = handshakeTimeout;
    this.observer = observer;
  }

  @Override
  protected Future<TlsEntry> lookup(ChannelHandlerContext ctx, @Nullable String serverName) {
    TlsEntry entry = entries.find(serverName);
    if (entry == null) {
      return ctx.executor()
          .newFailedFuture(new SSLHandshakeException("no certificate for the name asked for"));
    }
    return ctx.executor().newSucceededFuture(entry);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // whether a close succeeds changes nothing
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String serverName, Future<TlsEntry> future) {
    if (!future.isSuccess()) {
      ctx.close();
      return;
    }
    connection.serverName(serverName);
    SslHandler tls = future.getNow().handler(ctx.alloc(), handshakeTimeout);
    long start = System.nanoTime();
    tls.handshakeFuture()
        .addListener(end -> {
          if (end.isSuccess()) {
            observer.handshake(System.nanoTime() - start);
          }
        });
    ctx.pipeline().replace(this, "postern-tls", tls);
  }
}
