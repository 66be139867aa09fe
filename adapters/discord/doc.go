// Package discord connects the bot to Discord: it turns what people type and press there into a bot.Message, and a
// bot.Reply into what Discord shows. It decides nothing about answers.
//
// The way of a question through the package, file by file:
//
//   - conn.go and screen.go stand between the gateway's socket and the library: they notice what ends a connection and keep
//     from the library what it cannot stand.
//   - shard.go keeps one gateway session alive: build, open, resume, begin anew, or give up for good (fatal.go).
//   - event.go reads an event and decides whether somebody asked the bot something.
//   - place.go finds out whether a thread is in a channel where questions are answered.
//   - queue.go lines questions up, in order within a channel and side by side otherwise.
//   - answer.go asks the core and sends what it says; interaction.go does so within the seconds that Discord allows.
//   - render.go turns a reply into an embed with buttons; words.go holds what the adapter says itself, in several languages.
//   - rest.go makes every call to Discord's REST API: rate limits, retries, and no secret in any error.
//   - command.go keeps the registered slash commands in step with the core's.
//
// The library is github.com/bwmarrin/discordgo. Where its behaviour is worked around, a comment names the reason.
package discord
