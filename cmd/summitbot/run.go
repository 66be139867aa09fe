package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"summitbot/config"
)

type runCommand struct{}

// Run serves until a signal, or until no adapter is left that could run.
func (runCommand) Run(c *call) error {
	if len(c.faults) > 0 {
		return misuse("the configuration is faulty:\n%w", c.faults)
	}
	log := c.logger(slog.LevelDebug)
	for _, w := range c.report.Warnings {
		log.Warn(w)
	}
	serving := slices.DeleteFunc(c.platforms(c.cfg), func(p platform) bool { return !p.token.IsSet() })
	if len(serving) == 0 {
		return misuse("run: no platform has a token. Set DISCORD_TOKEN or TELEGRAM_TOKEN, or DISCORD_TOKEN_FILE or TELEGRAM_TOKEN_FILE to a file that holds it.\n" +
			"To talk here, without any token: summitbot chat")
	}
	know, err := c.knowledge("")
	if err != nil {
		return err
	}
	var names []string
	for _, p := range serving {
		names = append(names, p.name)
	}
	signals, release := c.signals()
	defer release()
	log.Info("serving", "platforms", names, "version", build().version, "knowledge_base", know.base.Version)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- supervise(ctx, serving, service{know.bot(log), log}) }()
	select {
	case err := <-done:
		return err
	case s := <-signals:
		log.Info("stopping", "signal", s.String(), "drain_timeout", c.cfg.Run.DrainTimeout.String())
		cancel()
	}
	select {
	case err := <-done:
		log.Info("stopped")
		return err
	case <-signals:
		return errors.New("stopped at once by a second signal")
	case <-time.After(c.cfg.Run.DrainTimeout):
		return fmt.Errorf("stopped with questions unanswered: draining took more than %v", c.cfg.Run.DrainTimeout)
	}
}

// platforms lists where the bot can serve. Another platform is another line.
func platforms(cfg config.Config) []platform {
	return []platform{
		onDiscord(cfg.Discord),
		onTelegram(cfg.Telegram, cfg.Run.DrainTimeout),
	}
}
