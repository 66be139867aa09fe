package guard

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"summitbot/bot"
)

// A Limit is how many messages may come within a time: all of them at once, and then as they trickle back. The zero value is
// no limit.
type Limit struct {
	N   int
	Per time.Duration
}

// tracked is how many people, and as many channels, are counted at a time. Whoever has been silent longest is forgotten
// first and begins anew.
const tracked = 20_000

type verdict int

const (
	within  verdict = iota
	overNow         // the first over the limit: worth a word
	over            // already told
)

// limits count messages by person and by channel.
type limits struct {
	mu            sync.Mutex
	user, channel *counts
}

func newLimits(user, channel Limit) *limits {
	return &limits{user: newCounts(user), channel: newCounts(channel)}
}

func (l *limits) allow(m bot.Message, now time.Time) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	// What a person may not say does not count against the channel, so that nobody silences it for others alone.
	if v := l.user.allow(m.User, now); v != within {
		return v
	}
	return l.channel.allow(m.Channel, now)
}

// counts are the counters of one limit.
type counts struct {
	limit Limit
	of    *simplelru.LRU[string, *count]
}

type count struct {
	bucket *rate.Limiter
	told   bool
}

func newCounts(limit Limit) *counts {
	lru, err := simplelru.NewLRU[string, *count](tracked, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &counts{limit, lru}
}

func (c *counts) allow(key string, now time.Time) verdict {
	if c.limit.N <= 0 || c.limit.Per <= 0 || key == "" {
		return within
	}
	n, ok := c.of.Get(key)
	if !ok {
		n = &count{bucket: rate.NewLimiter(rate.Limit(float64(c.limit.N)/c.limit.Per.Seconds()), c.limit.N)}
		c.of.Add(key, n)
	}
	// Told anew only after a pause: at the limit a message gets through now and then, and a notice between each two of them
	// would be a flood of ours.
	if n.told && n.bucket.TokensAt(now) >= float64(c.limit.N)/2 {
		n.told = false
	}
	switch {
	case n.bucket.AllowN(now, 1):
		return within
	case n.told:
		return over
	}
	n.told = true
	return overNow
}
