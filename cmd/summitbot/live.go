package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"summitbot/adapters/ops"
	"summitbot/bot"
	"summitbot/kb"
)

// A live core is a bot that may be replaced by one with another knowledge base while it answers.
type live struct{ now atomic.Pointer[bot.Bot] }

func (l *live) Reply(ctx context.Context, m bot.Message) bot.Reply { return l.now.Load().Reply(ctx, m) }
func (l *live) Commands() []bot.Command                            { return l.now.Load().Commands() }
func (l *live) Complete(command, option, typed string, limit int) []bot.Choice {
	return l.now.Load().Complete(command, option, typed, limit)
}

// A reloader keeps a live core's knowledge base in step with its files.
type reloader struct {
	live    *live
	load    func() (*knowledge, error)
	dir     string        // empty: the embedded one, which does not change
	every   time.Duration // between looks at the folder; 0 does not look
	version string        // that answers
	loaded  uint64        // trace of the files that were loaded last, taken before
	metrics *ops.Metrics
	board   *ops.Board
	keeps   bool // what is asked in vain
	log     *slog.Logger
}

// put makes a knowledge base answer.
func (r *reloader) put(k *knowledge, reload bool) {
	if !reload || k.base.Version != r.version {
		r.live.now.Store(bot.New(k.base, k.index, bot.Options{Log: r.log, Unanswered: r.keeps}))
	}
	r.version = k.base.Version
	r.metrics.Loaded(k.base, time.Now(), reload)
	r.board.Knowledge(k.base.Version)
	debug.FreeOSMemory() // loading takes about as much again as what it leaves
}

// run reloads when asked, and when the files have changed, until ctx is done.
func (r *reloader) run(ctx context.Context, asked <-chan struct{}) {
	var look <-chan time.Time
	if r.dir != "" && r.every > 0 {
		ticker := time.NewTicker(r.every)
		defer ticker.Stop()
		look = ticker.C
	}
	changing := r.loaded
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			r.loaded = trace(r.dir)
			changing = r.loaded
		case <-look:
			// Files are loaded once they have been the same for two looks, so that none is read half written.
			now := trace(r.dir)
			settled := now == changing
			changing = now
			if now == r.loaded || !settled {
				continue
			}
			r.loaded = now
		}
		r.reload()
	}
}

// maxFaults is how many faults of a broken knowledge base are logged; `summitbot kb lint` shows all.
const maxFaults = 20

// reload makes all that can fail before it changes anything, so that what answers goes on if it fails.
func (r *reloader) reload() {
	if r.dir == "" {
		r.log.Warn("there is nothing to reload: the knowledge base is the one in the program. SUMMITBOT_KB sets a folder")
		return
	}
	began := time.Now()
	k, err := r.load()
	if err != nil {
		r.metrics.LoadFailed()
		attrs := []any{"directory", r.dir, "answering", r.version}
		var faults kb.Problems
		if errors.As(err, &faults) {
			attrs = append(attrs, "faults", first(maxFaults, faults), "fault_count", len(faults))
		} else {
			attrs = append(attrs, "error", err)
		}
		r.log.Error("the knowledge base is broken and was not loaded; the one before goes on answering", attrs...)
		return
	}
	before := r.version
	r.put(k, true)
	r.log.Info("knowledge base reloaded", "version", r.version, "before", before, "entries", len(k.base.Entries),
		"took", time.Since(began).Round(time.Millisecond).String())
}

func first(n int, faults kb.Problems) []string {
	var lines []string
	for _, f := range faults[:min(n, len(faults))] {
		line, _, _ := strings.Cut(f.String(), "\n")
		lines = append(lines, line)
	}
	return lines
}

// trace changes whenever the knowledge base's files do: their names, sizes or times. It follows symbolic links, which is how
// Kubernetes replaces mounted files.
func trace(dir string) uint64 {
	h := fnv.New64a()
	entries, err := os.ReadDir(dir)
	if err != nil {
		fmt.Fprintln(h, err)
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".yaml" {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil {
			fmt.Fprintf(h, "%s %v\n", e.Name(), err)
			continue
		}
		fmt.Fprintf(h, "%s %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
	}
	return h.Sum64()
}
