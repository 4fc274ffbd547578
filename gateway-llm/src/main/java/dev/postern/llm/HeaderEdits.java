package dev.postern.llm;

import dev.postern.core.http.HeaderChanges;

/**
 * What the configuration changes in the headers of calls to one provider.
 *
 * @param request in what is sent
 * @param response in what comes back
 */
record HeaderEdits(HeaderChanges request, HeaderChanges response) {}
