package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
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
	name  string
	token config.Secret
	open  func(service) (adapter, error) // a new adapter for each attempt; an error is fatal

	examine func(context.Context, service) []finding // for doctor; nil if there is nothing to examine
}

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
// fault stays down, and neither touches the others. The board shows how they do. An error means that none is left.
func supervise(ctx context.Context, all []platform, s service, board *ops.Board) error {
	var wg sync.WaitGroup
	fatal := make([]error, len(all))
	for i, p := range all {
		wg.Go(func() {
			fatal[i] = keep(ctx, p, service{s.core, s.log.With("platform", p.name)}, board.Platform(p.name))
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("no platform can be served: %w", errors.Join(fatal...))
}

// keep runs one platform's adapter until ctx is done, which is no error, or until a fatal fault, which it returns.
func keep(ctx context.Context, p platform, s service, place *ops.Platform) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, longestWait, 2
	for {
		began := time.Now()
		err := attempt(ctx, p, s, place)
		switch {
		case ctx.Err() != nil:
			if err != nil && !errors.Is(err, context.Canceled) {
				s.log.Warn("adapter did not stop cleanly", "error", err)
			}
			place.End(ops.Stopped, nil)
			return nil
		case isFatal(err):
			place.End(ops.Down, err)
			s.log.Error("adapter stays down", "error", err)
			return fmt.Errorf("%s: %w", p.name, err)
		case err == nil:
			err = errors.New("it ended by itself")
		}
		if time.Since(began) >= steady {
			waits.Reset()
		}
		place.End(ops.Waiting, err)
		wait := waits.NextBackOff()
		s.log.Warn("adapter failed and is run again", "error", err, "wait", wait.Round(time.Millisecond).String())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// attempt runs an adapter once.
func attempt(ctx context.Context, p platform, s service, place *ops.Platform) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("panic in adapter", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = errors.New("panic in adapter")
		}
	}()
	a, err := p.open(s)
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
