package dev.postern.core.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import org.jspecify.annotations.Nullable;

/*
 * Vert.x has no place for a handler in front of its HTTP codec that would be there in time for the
 * first bytes. This transport, the built-in one otherwise, makes one: it sees each accepted channel
 * before anybody else does.
 */
final class GuardingTransport implements Transport {
  private final Transport nio = io.vertx.core.transport.Transport.NIO.implementation();

  /** Who takes the connections of the server that is being started. */
  private volatile @Nullable Acceptor acceptor;

  /** Sets who takes the connections of the server that is started next. */
  void acceptor(@Nullable Acceptor acceptor) {
    this.acceptor = acceptor;
  }

  /** Returns this transport in the form that the builder of Vert.x takes. */
  io.vertx.core.transport.Transport forBuilder() {
    return new io.vertx.core.transport.Transport() {
      @Override
      public String name() {
        return "nio";
      }

      @Override
      public boolean available() {
        return true;
      }

      @Override
      public @Nullable Throwable unavailabilityCause() {
        return null;
      }

      @Override
      public Transport implementation() {
        return GuardingTransport.this;
      }
    };
  }

  @Override
  public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
    nio.configure(config, domainSocket, bootstrap);
    Acceptor acceptor = this.acceptor;
    if (acceptor != null) {
      bootstrap.handler(new Accepting(acceptor));
      // Whether silent connections are probed is the acceptor's to say, before this would be set.
      bootstrap.childOption(ChannelOption.SO_KEEPALIVE, null);
    }
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return nio.ioHandlerFactory();
  }

  @Override
  @SuppressWarnings("deprecation") // the signature is Vert.x's
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return nio.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
    return nio.datagramChannelFactory();
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return nio.channelFactory(domainSocket);
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return nio.serverChannelFactory(domainSocket);
  }

  private static final class Accepting extends ChannelInboundHandlerAdapter {
    private final Acceptor acceptor;

    Accepting(Acceptor acceptor) {
      this.acceptor = acceptor;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      acceptor.serving(ctx.channel());
      ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      Channel accepted = (Channel) message;
      if (acceptor.accept(accepted)) {
        ctx.fireChannelRead(message);
      } else {
        accepted.unsafe().closeForcibly();
      }
    }
  }
}
