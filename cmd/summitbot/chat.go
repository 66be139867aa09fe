package main

import (
	"context"
	"log/slog"

	"summitbot/adapters/console"
)

type chatCommand struct{}

// Run talks in the terminal, whatever tokens are configured.
func (chatCommand) Run(c *call) error {
	know, err := c.knowledge("")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals, release := c.signals()
	defer release()
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	log := c.logger(slog.LevelWarn)
	return console.New(know.bot(log), console.Options{
		In:    c.stdin,
		Out:   c.stdout,
		Style: console.StyleOf(c.stdout, c.getenv),
		About: know.base.Source.About,
		Log:   log,
	}).Run(ctx)
}
