package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"summitbot/adapters/guard"
	"summitbot/adapters/ops"
	"summitbot/config"
)

// An adapter serves one platform. Run returns nil when ctx is done and what was being answered has been sent. An error that
// waiting cannot mend has a method Fatal() bool that says so; after any other the adapter is run again.
type adapter interface {
	Run(ctx context.Context) error
	ops.Reporter
}

// A platform is where the bot can serve, if it has a token.
type platform struct {
	name    string
	secrets []config.Secret                                 // the token first
	open    func(service, []config.Secret) (adapter, error) // a new adapter for each attempt; an error is fatal
	examine func(context.Context, service) []finding        // for doctor; nil if there is nothing to examine
}

// served says whether the platform has a token.
func (p platform) served() bool { return len(p.secrets) > 0 && p.secrets[0].IsSet() }

// A service is what an adapter is given.
type service struct {
	core guard.Core
	log  *slog.Logger
}

const (
	firstWait   = time.Second // before an adapter that failed is run again; doubled, with jitter, up to longestWait
	longestWait = time.Minute
	steady      = 5 * time.Minute // an adapter that ran this long starts again with the first wait
)

// supervise runs the platforms' adapters side by side until ctx is done. One that fails is run again, one with a fatal
// fault stays down until its secrets change, and neither touches the others. The board shows how they do. Secrets are looked
// at every few seconds, and when asked. An error means that all are down.
func supervise(ctx context.Context, all []platform, s service, board *ops.Board, asked <-chan struct{}) error {
	life, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	var up atomic.Int64
	up.Store(int64(len(all)))
	var rings []*keyring
	fatal := make([]error, len(all))
	for i, p := range all {
		s := service{s.core, s.log.With("platform", p.name)}
		ring := newKeyring(p, s)
		rings = append(rings, ring)
		wg.Go(func() {
			fatal[i] = keeper{p, s, board.Platform(p.name), ring.changed, &up, end}.run(life)
		})
	}
	go watch(life, rings, asked)
	wg.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("no platform can be served: %w", errors.Join(fatal...))
}

// A keeper keeps one platform served.
type keeper struct {
	platform
	service
	place   *ops.Platform
	changed <-chan []config.Secret // receives what is to be used from now on
	up      *atomic.Int64          // platforms that are not down
	end     func()                 // ends all, for when none is up
}

// run runs the platform's adapter until ctx is done. It returns the fatal fault that it is down for, if it is.
func (k keeper) run(ctx context.Context) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, longestWait, 2
	for {
		began := time.Now()
		changed, err := k.once(ctx)
		switch {
		case ctx.Err() != nil:
			k.place.End(ops.Stopped, nil)
			return nil
		case changed:
			k.place.End(ops.Starting, nil)
			waits.Reset()
			continue
		case isFatal(err):
			k.place.End(ops.Down, err)
			k.log.Error("adapter stays down until its secrets change or the process is run again", "error", err)
			if !k.revived(ctx) {
				return fmt.Errorf("%s: %w", k.name, err)
			}
			k.place.End(ops.Starting, nil)
			waits.Reset()
			continue
		case err == nil:
			err = errors.New("it ended by itself")
		}
		if time.Since(began) >= steady {
			waits.Reset()
		}
		k.place.End(ops.Waiting, err)
		wait := waits.NextBackOff()
		k.log.Warn("adapter failed and is run again", "error", err, "wait", wait.Round(time.Millisecond).String())
		select {
		case <-ctx.Done():
			return nil
		case k.secrets = <-k.changed:
		case <-time.After(wait):
		}
	}
}

// once runs the adapter until it ends, ctx is done, or its secrets change; in the last two cases what it has taken on is
// answered first.
func (k *keeper) once(ctx context.Context) (changed bool, err error) {
	life, drain := context.WithCancel(ctx)
	defer drain()
	ended := make(chan error, 1)
	go func(p platform) { ended <- attempt(life, p, k.service, k.place) }(k.platform)
	select {
	case err = <-ended:
	case k.secrets = <-k.changed:
		changed = true
		drain()
		err = <-ended
	}
	if err != nil && life.Err() != nil && !errors.Is(err, context.Canceled) {
		k.log.Warn("adapter did not stop cleanly", "error", err)
	}
	return changed, err
}

// revived waits until a platform that is down may be served anew, and says whether that came about.
func (k *keeper) revived(ctx context.Context) bool {
	if k.up.Add(-1) == 0 {
		k.end()
	}
	select {
	case <-ctx.Done():
		return false
	case k.secrets = <-k.changed:
		k.up.Add(1)
		return ctx.Err() == nil
	}
}

// attempt runs an adapter once.
func attempt(ctx context.Context, p platform, s service, place *ops.Platform) (err error) {
	defer func() {
		if r := recover(); r != nil {
			what := fmt.Sprintf("%T", r) // the value may hold what a user typed; the stack tells where to look
			if err, ok := r.(runtime.Error); ok {
				what = err.Error()
			}
			s.log.Error("panic in adapter", "panic", what, "stack", string(debug.Stack()))
			err = errors.New("panic in adapter")
		}
	}()
	a, err := p.open(s, p.secrets)
	if err != nil {
		return &openError{err}
	}
	place.Run(a)
	return a.Run(ctx)
}

// An openError is an adapter that could not even be made, for want of sound settings.
type openError struct{ err error }

func (e *openError) Error() string { return e.err.Error() }
func (e *openError) Unwrap() error { return e.err }
func (e *openError) Fatal() bool   { return true }

func isFatal(err error) bool {
	var f interface{ Fatal() bool }
	return errors.As(err, &f) && f.Fatal()
}
