package main

import (
	"context"
	"sync"

	"github.com/bwmarrin/discordgo"

	"summitbot/adapters/discord"
	"summitbot/adapters/ops"
	"summitbot/config"
)

// onDiscord is how the bot serves Discord.
func onDiscord(cfg config.Discord) platform {
	ids, total := cfg.Shards.Split()
	settings := discord.Config{
		APIURL: string(cfg.API), Guild: string(cfg.Server),
		MessageContent: bool(cfg.MessageContent), Channels: cfg.Channels.List(), ShardIDs: ids, Shards: total,
		AllowedServers: cfg.Servers.List(), AllowedChannels: cfg.Allowed.List(),
	}
	var library sync.Once
	with := func(secrets []config.Secret) discord.Config {
		settings := settings
		settings.Token = secrets[0].Reveal()
		return settings
	}
	return platform{
		name:    "discord",
		secrets: []config.Secret{cfg.Token},
		open: func(s service, secrets []config.Secret) (adapter, error) {
			library.Do(func() { discordgo.Logger = discord.Logger(s.log) })
			a, err := discord.New(with(secrets), s.core, s.log)
			if err != nil {
				return nil, err
			}
			return discordAdapter{a}, nil
		},
		examine: func(ctx context.Context, s service) (found []finding) {
			for _, f := range discord.Doctor(ctx, with([]config.Secret{cfg.Token}), s.core) {
				found = append(found, finding{string(f.Level), f.Check, f.Text, f.Advice})
			}
			return found
		},
	}
}

// A discordAdapter tells operators what they want to see of the adapter.
type discordAdapter struct{ *discord.Adapter }

// Stats implements ops.Reporter.
func (a discordAdapter) Stats() ops.Stats {
	s := a.Adapter.Stats()
	out := ops.Stats{
		Queued: s.Queued, Oldest: s.Oldest, Dropped: float64(s.Dropped), Unreadable: float64(s.Malformed), Undelivered: float64(s.Failed),
		RateWaits: float64(s.Errors["rate_limited"]), Reconnects: float64(s.Reconnects), Errors: map[string]float64{},
	}
	for reason, n := range s.Errors {
		out.Errors[reason] = float64(n)
	}
	return out
}
