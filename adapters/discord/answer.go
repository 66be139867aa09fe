package discord

import (
	"context"
	"time"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// sendFor is how long a reply to a message is worth sending. Discord remembers a nonce for a few minutes.
const sendFor = 2 * time.Minute

// answer replies to a message.
func (a *Adapter) answer(ctx context.Context, q question) {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	if (q.elsewhere || q.unlisted) && !a.inThread(ctx, q) {
		return
	}
	r := a.think(ctx, bot.Message{
		Platform: "discord", Conversation: conversation(q.ChannelID, q.author.ID), User: "discord:" + q.author.ID, Channel: "discord:" + q.ChannelID,
		Text: q.text, Topic: q.topic, Private: q.inPrivate,
	})
	if r.Kind == bot.KindNone || q.unasked && (r.Kind != bot.KindAnswer || r.Source == "") {
		// Unasked, the bot speaks only when it has an answer.
		return
	}
	p := a.render(r, setting{owner: q.author.ID})
	p.Nonce, p.EnforceNonce = q.ID, true
	if !q.inPrivate {
		p.Reference = &replyTo{MessageID: q.ID}
	}
	err := a.post(ctx, q.ChannelID, p)
	switch {
	case p.Reference != nil && refused(err, codeNoHistory):
		p.Reference = nil
		err = a.post(ctx, q.ChannelID, p)
	case refused(err, codeMissingPermissions):
		// Mostly the right to embed is missing.
		err = a.post(ctx, q.ChannelID, plain(p))
	}
	if err != nil {
		a.failedTo(ctx, "answer a message", err, "channel", q.ChannelID)
		return
	}
	request.Sent(ctx)
}

// think asks the core. A panic of it costs this one answer.
func (a *Adapter) think(ctx context.Context, m bot.Message) (r bot.Reply) {
	defer func() {
		if p := recover(); p != nil {
			a.panicked(ctx, "answering", p)
			r = bot.Reply{Kind: bot.KindNotice, Text: wordsIn(m.Locale).broken}
		}
	}()
	return a.core.Reply(ctx, m)
}

func (a *Adapter) post(ctx context.Context, channel string, p payload) error {
	return a.api.do(ctx, call{
		method: "POST", path: "/channels/" + channel + "/messages", name: "sending a message",
		bucket: "messages " + channel, body: p, repeatable: p.EnforceNonce,
	}, nil)
}

// conversation is one person's questions in a channel.
func conversation(channel, user string) string { return "discord:" + channel + ":" + user }

func (a *Adapter) failedTo(ctx context.Context, do string, err error, attrs ...any) {
	a.stats.refused.Add(1)
	a.log.WarnContext(ctx, "discord: could not "+do, append(attrs, "error", err)...)
}
