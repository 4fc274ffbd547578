package dev.postern.core.listener;

/**
 * What a request is answered that never becomes an exchange. The texts are part of the contract.
 */
enum Refusal {
  INVALID(400, "invalid request"),
  TIMEOUT(408, "request timeout"),
  URI_TOO_LONG(414, "uri too long"),
  HEAD_TOO_LARGE(431, "request header fields too large"),
  METHOD_NOT_ALLOWED(405, "method not allowed"),
  EXPECTATION_FAILED(417, "expectation failed"),
  NOT_IMPLEMENTED(501, "not implemented"),
  OVERLOADED(503, "overloaded"),
  VERSION(505, "http version not supported");

  final int status;
  final String text;

  Refusal(int status, String text) {
    this.status = status;
    this.text = text;
  }
}
