package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// A finding is what a platform's doctor found. Its level is "fine", "note" or "fault".
type finding struct {
	level, check, text, advice string
}

type doctorCommand struct {
	Platform string `arg:"" optional:"" enum:"discord,telegram," default:"" help:"discord or telegram. Without it, each that has a token."`
}

// Run examines the platforms and fails if any has a fault.
func (d doctorCommand) Run(c *call) error {
	if len(c.faults) > 0 {
		return c.configuration()
	}
	chosen := slices.DeleteFunc(c.platforms(c.cfg), func(p platform) bool {
		return !p.served() || p.examine == nil || d.Platform != "" && p.name != d.Platform
	})
	if len(chosen) == 0 {
		return misuse("doctor: no token is set for %s.", orElse(d.Platform, "any platform"))
	}
	know, err := c.knowledge("")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	faults := 0
	for _, p := range chosen {
		for _, f := range p.examine(ctx, service{know.bot(slog.New(slog.DiscardHandler)), slog.New(slog.DiscardHandler)}) {
			fmt.Fprintf(c.stdout, "%-5s  %s: %s: %s\n", f.level, p.name, f.check, f.text)
			if f.advice != "" {
				fmt.Fprintf(c.stdout, "       %s\n", f.advice)
			}
			if f.level == "fault" {
				faults++
			}
		}
	}
	if faults > 0 {
		return &exitError{exitFault, fmt.Errorf("%d to mend", faults)}
	}
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
