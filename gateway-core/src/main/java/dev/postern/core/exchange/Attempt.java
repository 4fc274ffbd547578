package dev.postern.core.exchange;

/**
 * One try of an exchange against one target.
 *
 * @param number counts from 1
 * @param target the name of the endpoint, provider or replica that is tried
 * @param scope owns what the try does; cancelled alone when only this try runs out of time
 */
public record Attempt(int number, String target, Scope scope) {}
