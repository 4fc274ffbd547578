package dev.postern.core.upstream;

import java.io.IOException;
import java.net.ProtocolException;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/*
 * OkHttp adds headers on the way out and acts upon what comes back. Both happen between the call
 * and this last interceptor before the network, so the call is made with a skeleton that leaves
 * OkHttp nothing to add (nor to obey: "cache-control: only-if-cached" would be answered with a 504
 * of its own), and here the skeleton is exchanged for the real request. On the way back a status
 * that would make OkHttp repeat the request or fail is kept aside and shown as 200.
 */
final class ExactRelay implements Interceptor {
  static final ExactRelay INSTANCE = new ExactRelay();

  private static final okhttp3.Headers SKELETON =
      okhttp3.Headers.of(
          "Host", "-", "Connection", "-", "Accept-Encoding", "identity", "User-Agent", "-");

  private ExactRelay() {}

  /** Returns the request to make the call with. */
  static Request skeleton(Request exact, CallProgress progress) {
    return new Request.Builder()
        .url(exact.url())
        .headers(SKELETON)
        .method(exact.method(), exact.body())
        .tag(CallProgress.class, progress)
        .build();
  }

  static CallProgress progress(Request request) {
    CallProgress progress = request.tag(CallProgress.class);
    if (progress == null) {
      throw new IllegalStateException("a call without progress");
    }
    return progress;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    CallProgress progress = progress(chain.request());
    if (progress.wantsHttp2()) {
      requireHttp2(chain.connection());
    }
    if (progress.usesPooledConnection()) {
      SilentConnection.require(chain);
    }
    Response response = chain.proceed(progress.exact());
    return provokes(response.code()) ? response.newBuilder().code(200).build() : response;
  }

  /** OkHttp cannot offer HTTP/2 alone to a TLS peer, so the peer may have chosen otherwise. */
  private static void requireHttp2(@Nullable Connection connection) throws IOException {
    if (connection != null && connection.protocol() == Protocol.HTTP_1_1) {
      throw new ProtocolException("the endpoint does not speak HTTP/2");
    }
  }

  private static boolean provokes(int status) {
    return switch (status) {
      case 401, 407, 408, 421, 503 -> true;
      default -> status >= 300 && status < 400;
    };
  }
}
