//! The guarded MCP server of `docs/mcp.md`, with nginx and the MCP SDKs.

mod dance;
mod forged;
mod person;
mod place;
mod walk;
