package telegram

import (
	"context"
	"strconv"
	"strings"

	"summitbot/bot"
)

func itoa[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// lane is where an update is answered: in its chat.
func (u *update) lane() lane {
	switch {
	case u.Message != nil:
		return lane{'c', u.Message.Chat.ID}
	case u.EditedMessage != nil:
		return lane{'c', u.EditedMessage.Chat.ID}
	}
	return lane{'x', u.ID}
}

// receive asks the core about an update and returns what sends its reply, or nil where there is nothing to send.
func (a *Adapter) receive(ctx context.Context, u *update) func() {
	if u.Message == nil || u.Message.From == nil {
		return nil
	}
	m := u.Message
	if m.From.IsBot || !m.Chat.private() || m.Text == "" {
		return nil
	}
	ask := bot.Message{
		Platform: "telegram", Conversation: "telegram:" + itoa(m.Chat.ID), User: "telegram:" + itoa(m.From.ID),
		Locale: m.From.Language, Text: m.Text, Private: true,
	}
	if rest, ok := strings.CutPrefix(m.Text, "/"); ok {
		name, args, _ := strings.Cut(rest, " ")
		ask.Text, ask.Command, ask.Args = "", strings.ToLower(name), strings.TrimSpace(args)
	}
	reply := a.core.Reply(ctx, ask)
	if reply.Kind == bot.KindNone {
		return nil
	}
	return func() { a.send(ctx, target{chat: m.Chat.ID}, render(reply)) }
}
