package main

import (
	"context"
	"time"

	"summitbot/adapters/telegram"
	"summitbot/config"
)

// onTelegram is how the bot serves Telegram.
func onTelegram(cfg config.Telegram, drain time.Duration) platform {
	settings := telegram.Config{
		Token: cfg.Token.Reveal(), APIURL: string(cfg.API), AllowedChats: cfg.Chats,
		Webhook: telegram.Webhook{
			URL: string(cfg.Webhook), Path: string(cfg.WebhookPath), Listen: string(cfg.WebhookListen), Secret: cfg.WebhookSecret.Reveal(),
		},
		// What was answered has to be confirmed before the process is ended.
		Drain: min(10*time.Second, drain*4/5),
	}
	if cfg.Pace == config.PaceNone {
		settings.Pace = &telegram.Pace{}
	}
	return platform{
		name:  "telegram",
		token: cfg.Token,
		open:  func(s service) (adapter, error) { return telegram.New(settings, s.bot, s.log) },
		examine: func(ctx context.Context, s service) (found []finding) {
			for _, f := range telegram.Doctor(ctx, settings, s.bot) {
				found = append(found, finding{string(f.Level), f.Check, f.Text, f.Advice})
			}
			return found
		},
	}
}
