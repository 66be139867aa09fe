package main

import (
	"context"
	"fmt"
	"time"

	"summitbot/adapters/ops"
	"summitbot/config"
)

type healthCommand struct {
	Ready bool `help:"Ask whether every platform answers, and not only whether the process lives."`
}

func (healthCommand) Help() string {
	return "Asks the operations endpoint of the bot that runs on this machine, or in this container. Exits with 0 if it is well, 1 if it is not."
}

// Run asks.
func (h healthCommand) Run(c *call) error {
	if err := c.faults.Of("SUMMITBOT_OPS_ADDRESS"); err != nil {
		return misuse("%w", err)
	}
	if c.cfg.Ops.Address == config.Off {
		return misuse("healthcheck: SUMMITBOT_OPS_ADDRESS is off, so that there is nothing to ask")
	}
	path := "/healthz"
	if h.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := ops.Check(ctx, string(c.cfg.Ops.Address), path); err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	fmt.Fprintln(c.stdout, "ok")
	return nil
}
