// Package discordtest is a small Discord for tests: the REST API and the gateway over real HTTP and websockets on loopback,
// as far as the bot uses them. It lets people say and press things, keeps what the bot does, refuses what Discord would
// refuse with Discord's own codes, and plays the faults that a bot meets.
//
// What is in it follows https://discord.com/developers/docs and the published schema, not the adapter under test.
package discordtest
