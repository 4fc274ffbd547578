package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * Stands in front of the HTTP codec of one connection and lets only sound HTTP/1 pass.
 *
 * A head is passed on when it is complete and clean. In the place of one that is not, the codec
 * gets a small request of our own making that says how to answer; so the answer stands in its place
 * behind those of earlier requests on the connection. Its method is longer than the guard lets any
 * client's be. After that, all input is thrown away: what follows a refused head is never a request.
 * A body that breaks the chunked coding is reported to the connection, whose exchange is under way.
 *
 * HTTP/2 is told by its preface, after which another guard takes the place of this one.
 */
final class Http1Guard extends ChannelInboundHandlerAdapter {
  /** The method of requests that stand for refused ones; the status is the path. */
  static final String REFUSED = "REFUSED-BEFORE-IT-REACHED-THE-HTTP-CODEC";

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private enum State {
    START,
    HEAD,
    LENGTH,
    CHUNKED,
    DISCARD
  }

  private final ClientConnection connection;
  private final HttpLimits limits;
  private final HeadScanner head;
  private final ChunkScanner chunks;

  private State state = State.START;
  private @Nullable ByteBuf held;
  private boolean headIsOwn;
  private long remaining;
  private @Nullable ScheduledFuture<?> headTimer;

  Http1Guard(ClientConnection connection, HttpLimits limits) {
    this.connection = connection;
    this.limits = limits;
    this.head = new HeadScanner(limits);
    this.chunks = new ChunkScanner(limits.maxHeaderBytes());
  }

  /** Throws away whatever comes from now on. Event loop only. */
  void discard() {
    state = State.DISCARD;
    release();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf buf = (ByteBuf) message;
    if (state == State.DISCARD) {
      buf.release();
      return;
    }
    if (held != null) {
      held.discardReadBytes();
      held.writeBytes(buf);
      buf.release();
      buf = held;
      held = null;
      headIsOwn = true;
    } else {
      headIsOwn = false;
    }
    if (state == State.START && !recognise(ctx, buf)) {
      return;
    }
    pass(ctx, buf);
  }

  /** Returns whether the connection speaks HTTP/1. */
  private boolean recognise(ChannelHandlerContext ctx, ByteBuf buf) {
    int known = Math.min(PREFACE.length, buf.readableBytes());
    for (int i = 0; i < known; i++) {
      if (buf.getByte(buf.readerIndex() + i) != PREFACE[i]) {
        state = State.HEAD;
        return true;
      }
    }
    if (known < PREFACE.length) {
      hold(ctx, buf);
      return false;
    }
    if (!connection.mayBeHttp2()) {
      state = State.HEAD;
      return true; // and refused, as no method of HTTP/1 is called PRI
    }
    cancelHeadTimer();
    Http2Guard http2 = new Http2Guard(PREFACE.length);
    ctx.pipeline().replace(this, "postern-guard", http2);
    http2.channelRead(ctx.pipeline().context(http2), buf);
    return false;
  }

  /** Passes on what is sound of {@code buf}, and holds an unfinished head back. */
  private void pass(ChannelHandlerContext ctx, ByteBuf buf) {
    int at = buf.readerIndex();
    int end = buf.writerIndex();
    while (at < end) {
      switch (state) {
        case HEAD -> {
          if (!head.scan(buf, at)) {
            Refusal refusal = head.refusal();
            passUpTo(ctx, buf, at);
            if (refusal == null) {
              hold(ctx, buf);
            } else {
              buf.release();
              refuse(ctx, refusal);
            }
            return;
          }
          at += head.position();
          headComplete();
        }
        case LENGTH -> {
          long skipped = Math.min(remaining, end - at);
          remaining -= skipped;
          at += (int) skipped;
          if (remaining == 0) {
            state = State.HEAD;
          }
        }
        case CHUNKED -> {
          at = chunks.scan(buf, at);
          if (chunks.broken()) {
            passUpTo(ctx, buf, at);
            buf.release();
            discard();
            connection.bodyBroken();
            return;
          }
          if (chunks.done()) {
            state = State.HEAD;
          }
        }
        case START, DISCARD -> throw new IllegalStateException();
      }
    }
    ctx.fireChannelRead(buf);
  }

  private void headComplete() {
    cancelHeadTimer();
    switch (head.framing()) {
      case NONE -> {}
      case LENGTH -> {
        remaining = head.length();
        state = State.LENGTH;
      }
      case CHUNKED -> {
        chunks.reset();
        state = State.CHUNKED;
      }
    }
    head.reset();
  }

  private static void passUpTo(ChannelHandlerContext ctx, ByteBuf buf, int at) {
    if (at > buf.readerIndex()) {
      ctx.fireChannelRead(buf.readBytes(at - buf.readerIndex()));
    }
  }

  private void hold(ChannelHandlerContext ctx, ByteBuf buf) {
    if (state == State.DISCARD) {
      // What was passed on before closed the connection.
      buf.release();
      return;
    }
    if (headIsOwn) {
      held = buf;
    } else {
      // A copy, since what the codec was given of buf may still be in use.
      ByteBuf copy = ctx.alloc().heapBuffer(Math.max(1024, buf.readableBytes() * 2));
      held = copy.writeBytes(buf);
      buf.release();
    }
    if (headTimer == null && (state == State.START || head.started())) {
      headTimer =
          ctx.executor()
              .schedule(
                  () -> refuse(ctx, Refusal.TIMEOUT),
                  limits.headerTimeout().toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    if (state == State.DISCARD) {
      return;
    }
    discard();
    String text =
        REFUSED + " /" + refusal.name() + " HTTP/1.1\r\nhost: -\r\nconnection: close\r\n\r\n";
    ctx.fireChannelRead(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    ctx.fireChannelReadComplete();
  }

  private void cancelHeadTimer() {
    if (headTimer != null) {
      headTimer.cancel(false);
      headTimer = null;
    }
  }

  private void release() {
    cancelHeadTimer();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connection.watchIdle();
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    // The codec's connection would take any event it does not know for a message.
    if (!(event instanceof SslCompletionEvent)) {
      ctx.fireUserEventTriggered(event);
    }
  }
}
