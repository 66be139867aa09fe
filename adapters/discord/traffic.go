package discord

import (
	"sync"
	"time"
)

// traffic counts the messages of each channel over the last minute or two.
type traffic struct {
	most int // messages a minute, from which on a channel is busy

	mu       sync.Mutex
	minute   int64
	now, old map[string]int
}

const maxTraffic = 10_000 // channels

func newTraffic(most int) *traffic { return &traffic{most: most} }

func (t *traffic) turn() {
	minute := time.Now().Unix() / 60
	if minute == t.minute {
		return
	}
	t.old = nil
	if minute == t.minute+1 {
		t.old = t.now
	}
	t.minute, t.now = minute, make(map[string]int)
}

func (t *traffic) note(channel string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn()
	if len(t.now) < maxTraffic {
		t.now[channel]++
	}
}

func (t *traffic) busy(channel string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn()
	return t.now[channel]+t.old[channel] >= t.most
}
