package discord

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/bwmarrin/discordgo"
)

// Logger makes what the library logs part of a log. It is for the library's package variable Logger, which cmd sets once:
//
//	discordgo.Logger = discord.Logger(log)
//
// All of it is for debugging: what an operator should know the adapter says in its own words.
func Logger(log *slog.Logger) func(level, caller int, format string, args ...any) {
	levels := map[int]string{
		discordgo.LogError: "error", discordgo.LogWarning: "warning", discordgo.LogInformational: "info", discordgo.LogDebug: "debug",
	}
	return func(level, _ int, format string, args ...any) {
		if !log.Enabled(context.Background(), slog.LevelDebug) || level > discordgo.LogWarning {
			// Below a warning the library prints whole packets, the token among them.
			return
		}
		for i, a := range args {
			if err, ok := a.(error); ok {
				args[i] = withoutURL(err)
			}
		}
		log.Debug("discordgo", "level", levels[level], "message", fmt.Sprintf(format, args...))
	}
}
