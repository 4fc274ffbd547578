package dev.postern.llm;

import dev.postern.core.http.Headers;
import dev.postern.llm.provider.Provider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which header lines pass, on the way to providers and on the way back. */
final class LlmHeaders {
  static final String PREFIX = "x-gateway-";
  static final String REQUEST_ID = PREFIX + "request-id";
  static final String PROVIDER = PREFIX + "provider";
  static final String ATTEMPTS = PREFIX + "attempts";
  static final String MODEL = PREFIX + "model";

  private LlmHeaders() {}

  /** Returns what of the client's headers goes to a provider, whichever it is. */
  static Headers forProviders(Headers client, boolean decoded) {
    Headers.Builder kept = Headers.builder();
    for (int i = 0; i < client.size(); i++) {
      String name = client.name(i);
      if (!isCredential(name) && !isOwnMatter(name, decoded)) {
        kept.add(name, client.value(i));
      }
    }
    // The bytes are relayed and read along: nobody is served by a compressed answer.
    return kept.add("accept-encoding", "identity").build();
  }

  /** Returns the client's credentials, for providers that know the client. */
  static Headers credentials(Headers client) {
    Headers.Builder kept = null;
    for (int i = 0; i < client.size(); i++) {
      if (isCredential(client.name(i)) && !Headers.equalNames(client.name(i), "cookie")) {
        kept = kept == null ? Headers.builder() : kept;
        kept.add(client.name(i), client.value(i));
      }
    }
    return kept == null ? Headers.EMPTY : kept.build();
  }

  /** Returns whether a header is one vendor's own, which the provider does not know. */
  static boolean isUnknownTo(Provider provider, String name) {
    return switch (name.length()) {
      case 11 -> isVendors(provider, name, "openai-beta");
      case 14 ->
          isVendors(provider, name, "openai-project")
              || isVendors(provider, name, "anthropic-beta");
      case 17 -> isVendors(provider, name, "anthropic-version");
      case 19 ->
          isVendors(provider, name, "openai-organization")
              || isVendors(provider, name, "x-goog-user-project");
      default -> false;
    };
  }

  /** Returns what of a provider's headers goes to the client. */
  static Headers.Builder forClient(Headers provider, boolean stream) {
    Headers.Builder kept = Headers.builder();
    for (int i = 0; i < provider.size(); i++) {
      String name = provider.name(i);
      if (!isProvidersMatter(name) && !(stream && Headers.equalNames(name, "content-length"))) {
        kept.add(name, provider.value(i));
      }
    }
    return kept;
  }

  private static boolean isVendors(Provider provider, String name, String vendors) {
    return name.equalsIgnoreCase(vendors) && !provider.knowsHeader(vendors);
  }

  private static boolean isCredential(String name) {
    return switch (name.length()) {
      case 6 -> name.equalsIgnoreCase("cookie");
      case 7 -> name.equalsIgnoreCase("api-key");
      case 9 -> name.equalsIgnoreCase("x-api-key");
      case 13 -> name.equalsIgnoreCase("authorization");
      case 14 -> name.equalsIgnoreCase("x-goog-api-key");
      case 19 -> name.equalsIgnoreCase("proxy-authorization");
      default -> false;
    };
  }

  /** Headers between client and gateway, and those the gateway writes itself. */
  private static boolean isOwnMatter(String name, boolean decoded) {
    if (isGateways(name)) {
      return true;
    }
    return switch (name.length()) {
      case 14 -> name.equalsIgnoreCase("content-length");
      case 15 -> name.equalsIgnoreCase("accept-encoding");
      case 16 -> decoded && name.equalsIgnoreCase("content-encoding");
      default -> false;
    };
  }

  private static boolean isProvidersMatter(String name) {
    if (isGateways(name)) {
      return true;
    }
    return switch (name.length()) {
      case 6 -> name.equalsIgnoreCase("server");
      case 7 -> name.equalsIgnoreCase("alt-svc");
      case 10 -> name.equalsIgnoreCase("set-cookie") || name.equalsIgnoreCase("connection");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private static boolean isGateways(String name) {
    return name.length() > PREFIX.length()
        && name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }

  /** Returns whether a content type is JSON. */
  static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    if (contentType.equals("application/json")) {
      return true;
    }
    int end = contentType.indexOf(';');
    String type =
        (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  /** Returns whether a content type is that of server-sent events. */
  static boolean isEventStream(@Nullable String contentType) {
    return contentType != null
        && contentType.strip().regionMatches(true, 0, "text/event-stream", 0, 17);
  }
}
