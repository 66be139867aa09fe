package telegram

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Stats is what the adapter has done since it was made, for metrics and readiness.
type Stats struct {
	Updates     uint64            // taken on
	Repeated    uint64            // came again and were left alone
	Undecodable uint64            // could not be read
	Refused     uint64            // sent back by the webhook because the queue was full
	Answers     uint64            // messages sent, edited or given inline
	Undelivered uint64            // replies that Telegram did not take, or not whole
	Calls       uint64            // made to the Bot API
	Errors      map[string]uint64 // calls that failed, by reason: one of Reasons
	RateWaits   uint64            // times that Telegram asked to wait
	Reconnects  uint64            // times that polling began anew after a failure
	Panics      uint64            // messages that cost themselves
	Queue       int               // updates whose answers are not done yet
	Oldest      time.Duration     // how long the oldest of them waits
	Ready       bool              // logged in and receiving
	Fault       string            // why not, in words for the operator
}

// Reasons are the classes of failed calls.
var Reasons = []string{"cancelled", "network", "rate limited", "unauthorised", "forbidden", "conflict", "server", "refused"}

type counters struct {
	updates, repeated, undecodable, refused, answers, undelivered, calls, limited, reconnects, panics atomic.Uint64

	mu     sync.Mutex
	errors map[string]uint64
}

func newCounters() *counters {
	c := &counters{errors: make(map[string]uint64, len(Reasons))}
	for _, r := range Reasons {
		c.errors[r] = 0
	}
	return c
}

func (c *counters) failed(reason string) {
	c.mu.Lock()
	c.errors[reason]++
	c.mu.Unlock()
}

func (c *counters) stats() Stats {
	c.mu.Lock()
	errors := maps.Clone(c.errors)
	c.mu.Unlock()
	return Stats{
		Updates: c.updates.Load(), Repeated: c.repeated.Load(), Undecodable: c.undecodable.Load(), Refused: c.refused.Load(),
		Answers: c.answers.Load(), Undelivered: c.undelivered.Load(), Calls: c.calls.Load(), Errors: errors, RateWaits: c.limited.Load(),
		Reconnects: c.reconnects.Load(), Panics: c.panics.Load(),
	}
}
