package dev.postern.core.listener;

import io.netty.channel.Channel;

/** Sees the accepted channels of one server before anybody else does. */
interface Acceptor {
  /** Takes note of the channel that accepts. */
  void serving(Channel server);

  /** Takes a connection, with an empty pipeline; returns whether it may stay. */
  boolean accept(Channel channel);
}
