package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"summitbot/adapters/guard"
	"summitbot/adapters/ops"
	"summitbot/config"
)

type runCommand struct{}

// Run serves until a signal, or until no adapter is left that could run.
func (runCommand) Run(c *call) error {
	if len(c.faults) > 0 {
		return c.configuration()
	}
	level := newDial(c.cfg.Log.Level)
	log := newLogger(c.stderr, c.cfg.Log, level)
	for _, w := range c.report.Warnings {
		log.Warn(w)
	}
	serving := slices.DeleteFunc(c.platforms(c.cfg), func(p platform) bool { return !p.served() })
	if len(serving) == 0 {
		return misuse("run: no platform has a token. Set DISCORD_TOKEN or TELEGRAM_TOKEN, or DISCORD_TOKEN_FILE or TELEGRAM_TOKEN_FILE to a file that holds it.\n" +
			"To talk here, without any token: summitbot chat")
	}
	// Most of the heap is what was learnt, which is never garbage: letting it double before each collection, as is usual,
	// would cost much memory and gain little.
	if c.getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	// From here on, since one that nobody catches ends the process, and a large knowledge base takes its time to load.
	hints, ignore := c.hints()
	defer ignore()
	loaded := trace(string(c.cfg.Knowledge.Dir))
	know, err := c.quietly().knowledgeInForce()
	if err != nil {
		return err
	}
	var names []string
	for _, p := range serving {
		names = append(names, p.name)
	}
	signals, release := c.signals()
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	registry := prometheus.NewRegistry()
	b := build()
	metrics := ops.NewMetrics(registry, ops.Build{Version: b.version, Commit: b.commit, Date: b.date}, names)
	board := ops.NewBoard(names)
	registry.MustRegister(board)
	reload := &reloader{
		live: &live{}, load: c.quietly().knowledgeInForce, dir: string(c.cfg.Knowledge.Dir), every: c.cfg.Knowledge.Watch,
		loaded: loaded, metrics: metrics, board: board, keeps: bool(c.cfg.Log.Unanswered), log: log,
	}
	reload.put(know, false)
	core := guard.New(reload.live, guard.Options{
		User: guard.Limit(c.cfg.Limits.User), Channel: guard.Limit(c.cfg.Limits.Channel),
		Unanswered: bool(c.cfg.Log.Unanswered), Observer: metrics, Log: log,
	})
	// Operators look on while questions are drained.
	life, end := context.WithCancel(context.Background())
	defer end()
	if err := c.operations(life, ops.Options{Board: board, Metrics: registry, Config: c.report.String(), Profile: bool(c.cfg.Ops.Profile)}, log); err != nil {
		return err
	}
	secrets := make(chan struct{}, 1)
	go heed(ctx, hints, reload, secrets, level, log)

	log.Info("serving", "platforms", names, "version", b.version, "knowledge_base", know.base.Version)
	done := make(chan error, 1)
	go func() { done <- supervise(ctx, serving, service{core, log}, board, secrets) }()
	select {
	case err := <-done:
		return err
	case s := <-signals:
		board.Drain()
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

// operations serves the operations endpoint until ctx is done, or nothing where that is off.
func (c *call) operations(ctx context.Context, opt ops.Options, log *slog.Logger) error {
	address := c.cfg.Ops.Address
	if address == config.Off {
		return nil
	}
	l, err := net.Listen("tcp", string(address))
	if err != nil {
		return misuse("SUMMITBOT_OPS_ADDRESS: cannot listen: %w", err)
	}
	log.Info("operations endpoint", "address", l.Addr().String(), "pprof", opt.Profile)
	go func() {
		if err := ops.Serve(ctx, l, ops.Handler(opt), log); err != nil {
			log.Error("the operations endpoint failed", "error", err)
		}
	}()
	return nil
}

// quietly is the same call without words for somebody who waits at a terminal.
func (c *call) quietly() *call {
	quiet, app := *c, *c.app
	app.stderr = io.Discard
	quiet.app = &app
	return &quiet
}

func (c *call) knowledgeInForce() (*knowledge, error) { return c.knowledge("") }

// heed does what signals ask for, and what changed files do, until ctx is done. It sends to secrets when these are to be read
// again.
func heed(ctx context.Context, signals <-chan os.Signal, r *reloader, secrets chan<- struct{}, level *dial, log *slog.Logger) {
	knowledge := make(chan struct{}, 1)
	go r.run(ctx, knowledge)
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-signals:
			switch s {
			case syscall.SIGUSR1:
				log.Warn("log level changed", "level", level.turn().String())
			case syscall.SIGHUP:
				for _, again := range []chan<- struct{}{knowledge, secrets} {
					select {
					case again <- struct{}{}:
					default: // asked already
					}
				}
			}
		}
	}
}

// platforms lists where the bot can serve. Another platform is another line.
func platforms(cfg config.Config) []platform {
	return []platform{
		onDiscord(cfg.Discord),
		onTelegram(cfg.Telegram, cfg.Run.DrainTimeout),
	}
}
