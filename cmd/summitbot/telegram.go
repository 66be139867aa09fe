package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"summitbot/adapters/ops"
	"summitbot/adapters/telegram"
	"summitbot/config"
)

// onTelegram is how the bot serves Telegram.
func onTelegram(cfg config.Telegram, drain time.Duration) platform {
	settings := telegram.Config{
		APIURL: string(cfg.API), AllowedChats: cfg.Chats,
		Webhook: telegram.Webhook{
			URL: string(cfg.Webhook), Path: string(cfg.WebhookPath), Listen: string(cfg.WebhookListen),
			Certificate: string(cfg.WebhookCert),
		},
		// What was answered has to be confirmed before the process is ended.
		Drain: min(10*time.Second, drain*4/5),
	}
	if cfg.Pace == config.PaceNone {
		settings.Pace = &telegram.Pace{}
	}
	secrets := []config.Secret{cfg.Token, cfg.WebhookSecret}
	with := func(secrets []config.Secret) telegram.Config {
		settings := settings
		settings.Token, settings.Webhook.Secret = secrets[0].Reveal(), secrets[1].Reveal()
		return settings
	}
	return platform{
		name:    "telegram",
		secrets: secrets,
		open: func(s service, secrets []config.Secret) (adapter, error) {
			a, err := telegram.New(with(secrets), s.core, s.log)
			if err != nil {
				return nil, err
			}
			return telegramAdapter{a}, nil
		},
		examine: func(ctx context.Context, s service) (found []finding) {
			for _, f := range telegram.Doctor(ctx, with(secrets), s.core) {
				found = append(found, finding{string(f.Level), f.Check, f.Text, f.Advice})
			}
			return found
		},
	}
}

// A telegramAdapter tells operators what they want to see of the adapter.
type telegramAdapter struct{ *telegram.Adapter }

// Ready implements ops.Reporter.
func (a telegramAdapter) Ready() error {
	if s := a.Adapter.Stats(); !s.Ready {
		return errors.New(s.Fault)
	}
	return nil
}

// Stats implements ops.Reporter. Each failed call is counted, also one that is made again and then succeeds.
func (a telegramAdapter) Stats() ops.Stats {
	s := a.Adapter.Stats()
	out := ops.Stats{
		Queued: s.Queue, Oldest: s.Oldest, Dropped: float64(s.Refused), Unreadable: float64(s.Undecodable), Undelivered: float64(s.Undelivered),
		RateWaits: float64(s.RateWaits), Reconnects: float64(s.Reconnects), Errors: map[string]float64{},
	}
	for reason, n := range s.Errors {
		out.Errors[strings.ReplaceAll(reason, " ", "_")] += float64(n)
	}
	return out
}
