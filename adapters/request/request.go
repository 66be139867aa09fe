// Package request follows one message on its way through the bot: an id joins its log lines, and a clock says how long each
// stage of the way took. An adapter begins a request when it takes a message on and says when the reply is out; the guard
// reports the times; everything between hands the context on.
package request

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"
)

// A Stage is a part of a message's way.
type Stage string

// The stages, in their order.
const (
	Wait Stage = "wait" // from when the adapter has the message until the core is asked
	Core Stage = "core" // until the reply is found
	Send Stage = "send" // until the platform has taken it, with all waits for rate limits
)

// Stages are all there are.
var Stages = []Stage{Wait, Core, Send}

// A Request is a message on its way. It is safe for concurrent use.
type Request struct {
	id string

	mu       sync.Mutex
	began    time.Time
	asked    bool
	answered time.Time
	sent     func(took time.Duration)
}

type key struct{}

// Begin gives a context a request that begins now.
func Begin(ctx context.Context) context.Context {
	// Random, so that it says nothing about whoever sent the message.
	return context.WithValue(ctx, key{}, &Request{id: rand.Text()[:10], began: time.Now()})
}

// Of finds the context's request, and begins one where there is none.
func Of(ctx context.Context) (context.Context, *Request) {
	if r := of(ctx); r != nil {
		return ctx, r
	}
	ctx = Begin(ctx)
	return ctx, of(ctx)
}

func of(ctx context.Context) *Request {
	r, _ := ctx.Value(key{}).(*Request)
	return r
}

// Ask notes that the core is asked, and says how long that has taken. A message may ask the core several times; only the
// first ends the wait.
func (r *Request) Ask() (waited time.Duration, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, r.asked = !r.asked, true
	return time.Since(r.began), first
}

// Answer notes that the reply is found, and whom to tell how long sending it takes.
func (r *Request) Answer(sent func(took time.Duration)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered, r.sent = time.Now(), sent
}

// Sent notes that the platform has taken the reply. What the core was not asked for is not timed.
func Sent(ctx context.Context) {
	r := of(ctx)
	if r == nil {
		return
	}
	r.mu.Lock()
	tell, answered := r.sent, r.answered
	r.sent = nil
	r.mu.Unlock()
	if tell != nil {
		tell(time.Since(answered))
	}
}

// LogHandler adds the request's id to lines that are logged with its context.
func LogHandler(h slog.Handler) slog.Handler { return logHandler{h} }

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, line slog.Record) error {
	if r := of(ctx); r != nil {
		line = line.Clone()
		line.AddAttrs(slog.String("request", r.id))
	}
	return h.Handler.Handle(ctx, line)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name)}
}
