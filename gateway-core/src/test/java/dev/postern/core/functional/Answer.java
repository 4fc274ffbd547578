package dev.postern.core.functional;

import dev.postern.core.http.Headers;

/**
 * What a client got.
 *
 * @param status the status; 0 when the connection ended without one
 * @param headers the header lines
 * @param body what came of the content
 * @param whole whether the content ended as its head promised
 * @param trailers the lines behind the content
 */
record Answer(int status, Headers headers, String body, boolean whole, Headers trailers) {
  static final Answer NONE = new Answer(0, Headers.EMPTY, "", false, Headers.EMPTY);

  /** Returns status and content, as in {@code 200 hello}, and {@code (cut)} behind a part. */
  String text() {
    return status + " " + body + (whole ? "" : " (cut)");
  }
}
