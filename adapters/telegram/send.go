package telegram

import (
	"context"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// A target is where a message goes.
type target struct {
	chat int64
}

// send sends the parts of a reply, one after another.
func (a *Adapter) send(ctx context.Context, to target, parts []part) {
	for _, p := range parts {
		if a.api.pace.take(ctx, to.chat) != nil {
			return
		}
		params := tgbotapi.Params{"chat_id": itoa(to.chat), "text": p.Text}
		if len(p.Entities) > 0 {
			params.AddInterface("entities", p.Entities)
		}
		params.AddInterface("link_preview_options", linkPreview{Disabled: true})
		if err := a.api.call(ctx, "sendMessage", params, nil); err != nil {
			a.log.Warn("a message could not be sent", "error", err)
			return
		}
		a.stats.answers.Add(1)
	}
}
