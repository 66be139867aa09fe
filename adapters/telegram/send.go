package telegram

import (
	"context"
	"errors"
	"log/slog"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"summitbot/adapters/request"
)

// A target is where a message goes.
type target struct {
	chat    int64
	topic   int64  // of a forum or a private chat with topics
	direct  int64  // of a channel's direct messages
	replyTo int64  // the message it answers
	inline  string // a message sent inline or as a guest, instead of a chat
}

// An outgoing is one message as it is sent. At most one of keyboard and force is set.
type outgoing struct {
	part
	keyboard *keyboard
	force    *forceReply
}

// pages are the messages that a text takes; the buttons hang under the last.
func pages(s *styled, k *keyboard) []outgoing {
	var out []outgoing
	for _, p := range s.parts(maxText) {
		out = append(out, outgoing{part: p})
	}
	if len(out) > 0 {
		out[len(out)-1].keyboard = k
	}
	return out
}

// bare is the message without anything that Telegram could find fault with.
func (o outgoing) bare() outgoing { return outgoing{part: part{Text: o.Text}} }

func (o outgoing) params(to target) tgbotapi.Params {
	p := tgbotapi.Params{"text": o.Text}
	if to.inline != "" {
		p["inline_message_id"] = to.inline
	} else {
		p["chat_id"] = itoa(to.chat)
	}
	// These encode without fail: they are structs of strings and numbers.
	p.AddInterface("link_preview_options", linkPreview{Disabled: true})
	if len(o.Entities) > 0 {
		p.AddInterface("entities", o.Entities)
	}
	switch {
	case o.keyboard != nil:
		p.AddInterface("reply_markup", o.keyboard)
	case o.force != nil:
		p.AddInterface("reply_markup", o.force)
	}
	return p
}

// send sends messages one after another and returns their ids. What cannot be sent is logged and ends it.
func (a *Adapter) send(ctx context.Context, to target, messages []outgoing) []int64 {
	var ids []int64
	for i, o := range messages {
		if i > 0 {
			to.replyTo = 0
		}
		id, err := a.post(ctx, &to, o)
		if err != nil {
			a.giveUp(ctx, "a message could not be sent", err)
			return ids
		}
		ids = append(ids, id)
	}
	request.Sent(ctx)
	return ids
}

// post sends one message. What Telegram refuses for a reason that can be helped is sent again without that reason; the target
// changes with it.
func (a *Adapter) post(ctx context.Context, to *target, o outgoing) (int64, error) {
	for helped := 0; ; helped++ {
		if moved, ok := a.moved.Get(to.chat); ok {
			*to = target{chat: moved}
		}
		p := o.params(*to)
		p.AddNonZero64("message_thread_id", to.topic)
		p.AddNonZero64("direct_messages_topic_id", to.direct)
		if to.replyTo != 0 {
			p.AddInterface("reply_parameters", replyParameters{Message: to.replyTo, AllowMissing: true})
		}
		var sent struct {
			ID int64 `json:"message_id"`
		}
		err := a.api.write(ctx, to.chat, "sendMessage", p, &sent)
		var e *Error
		switch {
		case err == nil:
			a.stats.answers.Add(1)
			return sent.ID, nil
		case !errors.As(err, &e) || helped == 4:
			return 0, err
		case e.MigrateTo != 0:
			a.migrated(to.chat, e.MigrateTo)
		case e.Code == 400 && to.replyTo != 0 && e.says("replied not found", "message to reply"):
			to.replyTo = 0
		case e.Code == 400 && to.topic != 0 && to.chat > 0 && e.says("thread not found", "topic"):
			to.topic = 0 // topics were switched off in this private chat
		case refusesMarkup(e) && (o.Entities != nil || o.keyboard != nil || o.force != nil):
			a.complain(ctx, "Telegram refused the markup of a message, which is sent plain", err)
			o = o.bare()
		default:
			return 0, err
		}
	}
}

// edit puts a message in place of an older one. Where that one is gone, it is sent anew if that is possible.
func (a *Adapter) edit(ctx context.Context, to target, id int64, o outgoing) (int64, error) {
	for helped := false; ; helped = true {
		p := o.params(to)
		p.AddNonZero64("message_id", id)
		err := a.api.write(ctx, to.chat, "editMessageText", p, nil)
		var e *Error
		switch {
		case err == nil, errors.As(err, &e) && e.says("message is not modified"):
			a.stats.answers.Add(1)
			return id, nil
		case e == nil:
			return 0, err
		case refusesMarkup(e) && !helped && (o.Entities != nil || o.keyboard != nil):
			a.complain(ctx, "Telegram refused the markup of a message, which is sent plain", err)
			o = o.bare()
		case to.inline == "" && e.MigrateTo != 0:
			a.migrated(to.chat, e.MigrateTo)
			return a.post(ctx, &to, o)
		case to.inline == "" && e.says("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"):
			return a.post(ctx, &to, o)
		default:
			return 0, err
		}
	}
}

// amend puts messages in place of older ones: as many as there are edited, the rest sent or deleted.
func (a *Adapter) amend(ctx context.Context, to target, old []int64, messages []outgoing) []int64 {
	var ids []int64
	for i, o := range messages {
		if i >= len(old) {
			return append(ids, a.send(ctx, to, messages[i:])...)
		}
		id, err := a.edit(ctx, to, old[i], o)
		if err != nil {
			a.giveUp(ctx, "a message could not be edited", err)
			return old
		}
		ids = append(ids, id)
	}
	request.Sent(ctx)
	for _, id := range old[len(messages):] {
		if err := a.api.call(ctx, "deleteMessage", tgbotapi.Params{"chat_id": itoa(to.chat), "message_id": itoa(id)}, nil); err != nil {
			a.complain(ctx, "a message could not be deleted", err)
		}
	}
	return ids
}

// refusesMarkup says whether Telegram objects to how a message looks rather than to what it says or where it goes.
func refusesMarkup(e *Error) bool {
	return e.Code == 400 && e.says("can't parse", "entit", "BUTTON_", "reply markup", "REPLY_MARKUP", "keyboard", "PLACEHOLDER_")
}

// giveUp counts and logs a reply that does not reach whoever asked.
func (a *Adapter) giveUp(ctx context.Context, what string, err error) {
	a.stats.undelivered.Add(1)
	a.complain(ctx, what, err)
}

// complain logs a call that failed. That somebody has blocked the bot, muted it or deleted what it wrote is no fault of anybody's.
func (a *Adapter) complain(ctx context.Context, what string, err error) {
	level := slog.LevelWarn
	var e *Error
	switch {
	case errors.Is(err, context.Canceled):
		level = slog.LevelDebug
	case errors.As(err, &e) && (e.Code == 403 || e.says("not enough rights", "have no rights", "CHAT_WRITE_FORBIDDEN", "CHAT_RESTRICTED", "TOPIC_CLOSED", "chat not found", "MESSAGE_ID_INVALID")):
		level = slog.LevelInfo
	}
	a.log.Log(ctx, level, what, "error", err)
}
