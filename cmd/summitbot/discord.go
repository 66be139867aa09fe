package main

import (
	"context"
	"sync"

	"github.com/bwmarrin/discordgo"

	"summitbot/adapters/discord"
	"summitbot/config"
)

// onDiscord is how the bot serves Discord.
func onDiscord(cfg config.Discord) platform {
	ids, total := cfg.Shards.Split()
	settings := discord.Config{
		Token: cfg.Token.Reveal(), APIURL: string(cfg.API), Guild: string(cfg.Server),
		MessageContent: bool(cfg.MessageContent), Channels: cfg.Channels.List(), ShardIDs: ids, Shards: total,
	}
	var library sync.Once
	return platform{
		name:  "discord",
		token: cfg.Token,
		open: func(s service) (adapter, error) {
			library.Do(func() { discordgo.Logger = discord.Logger(s.log) })
			return discord.New(settings, s.bot, s.log)
		},
		examine: func(ctx context.Context, s service) (found []finding) {
			for _, f := range discord.Doctor(ctx, settings, s.bot) {
				found = append(found, finding{string(f.Level), f.Check, f.Text, f.Advice})
			}
			return found
		},
	}
}
