package discord

import (
	"errors"
	"fmt"
)

// A Fatal is why the adapter stopped for good: waiting does not mend it, an operator does. Its text says how.
type Fatal struct {
	Reason string // "token", "intents", "sharding" or "protocol": for metrics and exit codes
	Help   string // what to do, in a sentence or two
}

func (f *Fatal) Error() string { return f.Help }

// Fatal says that running the adapter again is of no use.
func (f *Fatal) Fatal() bool { return true }

// portal is where nearly all of it is mended.
const portal = "https://discord.com/developers/applications"

var (
	badToken = &Fatal{"token", "Discord refused the bot's token. Open " + portal +
		", choose the application, then Bot > Token > Reset Token, and set DISCORD_TOKEN to the new token."}
	badIntents = &Fatal{"intents", "Discord refused the message-content intent. Open " + portal +
		", choose the application, then Bot > Privileged Gateway Intents, and switch Message Content Intent on; " +
		"or switch message content off in the bot's configuration, which only plain questions in listed channels need."}
	needsShards = &Fatal{"sharding", "Discord wants this bot in more shards, because it is in too many servers for what is configured. " +
		"Leave the shards out of the configuration, so that the number Discord recommends is used, or raise their total."}
	badShard = &Fatal{"sharding", "Discord refused the shard's number. " +
		"Each shard id in the configuration must be below the total, counted from 0, and every process must be given the same total."}
)

// A fate is what a close code means for the session.
type fate int

const (
	resume   fate = iota // the session lives on
	identify             // a new session is needed
	perish               // an operator is needed
)

// afterClose says what follows a close code of the gateway. A code that is not listed leaves the session alive: should it
// be gone all the same, trying to resume costs one round trip.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func afterClose(code int) (fate, *Fatal) {
	switch code {
	case 4003, 4007, 4009: // not authenticated, invalid sequence, session timed out
		return identify, nil
	case 4004:
		return perish, badToken
	case 4010:
		return perish, badShard
	case 4011:
		return perish, needsShards
	case 4012:
		return perish, &Fatal{"protocol", "Discord no longer speaks the gateway version that this release of the bot uses. Install a newer release."}
	case 4013, 4014:
		return perish, badIntents
	}
	return resume, nil
}

// fateOf says what follows the end of a connection.
func fateOf(cause error) (fate, *Fatal) {
	var closed *closeError
	var fatal *Fatal
	switch {
	case errors.As(cause, &fatal):
		return perish, fatal
	case errors.As(cause, &closed):
		return afterClose(closed.Code)
	case errors.Is(cause, errInvalid):
		return identify, nil
	}
	return resume, nil
}

var errNotReady = errors.New("not connected to Discord")

func notReady(shard int, since string) error {
	return fmt.Errorf("%w: shard %d %s", errNotReady, shard, since)
}
