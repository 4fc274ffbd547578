package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/*
 * Counts the frames in front of the HTTP/2 codec that cost a client nothing and the server an
 * answer: PING and SETTINGS. The codec bounds what such a flood makes it hold, but not what it makes
 * it do. Resets, continuations and empty frames are counted by the codec itself.
 */
final class Http2Guard extends ChannelInboundHandlerAdapter {
  private static final int MOST_PER_SECOND = 1_000;
  private static final int FRAME_HEAD = 9;
  private static final int SETTINGS = 4;
  private static final int PING = 6;

  // RFC 9113 §6.8: GOAWAY of 8 bytes, last stream 0, ENHANCE_YOUR_CALM.
  private static final byte[] GOAWAY = {0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11};

  /** Bytes until the next frame. */
  private long skip;

  private int headBytes;
  private int length;
  private int type;
  private long windowStart = System.nanoTime();
  private int counted;
  private boolean ended;

  /**
   * Creates a guard.
   *
   * @param skip the bytes before the first frame
   */
  Http2Guard(int skip) {
    this.skip = skip;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf buf = (ByteBuf) message;
    if (!ended) {
      count(buf);
      ended = counted > MOST_PER_SECOND;
      if (!ended) {
        ctx.fireChannelRead(buf);
        return;
      }
      ctx.writeAndFlush(ctx.alloc().buffer(GOAWAY.length).writeBytes(GOAWAY))
          .addListener(ChannelFutureListener.CLOSE);
    }
    buf.release();
  }

  private void count(ByteBuf buf) {
    int at = buf.readerIndex();
    int end = buf.writerIndex();
    while (at < end) {
      if (skip > 0) {
        long skipped = Math.min(skip, end - at);
        skip -= skipped;
        at += (int) skipped;
      } else {
        head(buf.getByte(at++) & 0xff);
      }
    }
  }

  private void head(int b) {
    switch (headBytes++) {
      case 0 -> length = b;
      case 1, 2 -> length = length << 8 | b;
      case 3 -> type = b;
      case FRAME_HEAD - 1 -> {
        headBytes = 0;
        skip = length;
        if (type == PING || type == SETTINGS) {
          counted();
        }
      }
      default -> {}
    }
  }

  private void counted() {
    long now = System.nanoTime();
    if (now - windowStart > TimeUnit.SECONDS.toNanos(1)) {
      windowStart = now;
      counted = 0;
    }
    counted++;
  }
}
