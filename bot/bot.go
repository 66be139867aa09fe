// Package bot is the platform-neutral core: a Message in, a Reply out.
//
// A message is a command, a pressed choice, or a question. A question is matched against the knowledge base, with what was
// talked about before where it leans on that (conversation.go); the outcome becomes an answer with its source, a "did you
// mean", or a plain word that the source does not tell (answer.go). Commands are declared once (command.go) for every
// platform. The core knows no platform: adapters translate events into messages and replies into markup.
package bot

import (
	"context"
	"log/slog"
	"time"

	"summitbot/kb"
	"summitbot/kb/match"
)

// Limits of what a user may send, in runes.
const maxQuestion = 1000

// A Bot answers messages. It is safe for concurrent use.
type Bot struct {
	base  *kb.Base
	index *match.Index
	log   *slog.Logger
	now   func() time.Time
	talks *conversations
	names *names
	table []Command // the commands
	keeps bool      // questions that find no good answer

	headlines headlines // of what questions complete to

	overview []*kb.Entry // what the summary is made of
}

// Options are what a Bot needs beyond its knowledge base. The zero value is useful.
type Options struct {
	Log *slog.Logger     // nil discards
	Now func() time.Time // the clock; nil is time.Now. It only ages conversations

	Unanswered bool // questions that find no good answer are kept; /privacy says so
}

// New makes a bot that answers from a knowledge base with its index.
func New(base *kb.Base, index *match.Index, opt Options) *Bot {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	b := &Bot{base: base, index: index, log: opt.Log, now: opt.Now, talks: newConversations(), names: newNames(base), headlines: newHeadlines(base), keeps: opt.Unanswered}
	b.overview = b.overviews()
	b.table = b.commandTable()
	return b
}

// Reply answers one message.
func (b *Bot) Reply(ctx context.Context, m Message) Reply {
	r := b.reply(ctx, m)
	if r.Lang == "" {
		r.Lang = "en"
	}
	return r
}
