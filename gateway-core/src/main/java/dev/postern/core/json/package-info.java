/**
 * JSON in two forms: where it lies in its bytes, to be read and edited without touching the rest
 * ({@link dev.postern.core.json.JsonScan}, {@link dev.postern.core.json.JsonSplice}), and as a
 * small immutable tree ({@link dev.postern.core.json.Json}).
 */
@NullMarked
package dev.postern.core.json;

import org.jspecify.annotations.NullMarked;
