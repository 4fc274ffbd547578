/** MCP traffic. Holds no code yet; configuration that asks for MCP is refused by name. */
@NullMarked
package dev.postern.mcp;

import org.jspecify.annotations.NullMarked;
