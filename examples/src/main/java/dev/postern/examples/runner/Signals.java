package dev.postern.examples.runner;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/*
 * TERM and INT: the first drains, the second ends at once. The JDK's own shutdown hooks cannot tell
 * the two apart, and would end with the number of the signal; its signal class is not part of the
 * standard API, so it is looked up, and without it a shutdown hook has to do.
 */
final class Signals {
  private static final int CUT_SHORT = 130;

  private Signals() {}

  /** Returns what is counted down by the first signal. */
  static CountDownLatch onFirst() {
    CountDownLatch ending = new CountDownLatch(1);
    AtomicBoolean seen = new AtomicBoolean();
    Runnable action =
        () -> {
          if (!seen.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(CUT_SHORT);
          }
          ending.countDown();
        };
    try {
      handle("TERM", action);
      handle("INT", action);
    } catch (ReflectiveOperationException e) {
      Runtime.getRuntime().addShutdownHook(new Thread(action));
    }
    return ending;
  }

  private static void handle(String name, Runnable action) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object proxy =
        Proxy.newProxyInstance(
            Signals.class.getClassLoader(),
            new Class<?>[] {handler},
            (self, method, args) -> {
              if (method.getName().equals("handle")) {
                action.run();
              }
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
  }
}
