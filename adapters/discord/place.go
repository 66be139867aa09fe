package discord

import (
	"context"
	"net/http"
	"slices"
	"sync"
)

// A channel is one as far as it matters whether questions are answered there.
type channel struct {
	Type     int    `json:"type"`
	ParentID string `json:"parent_id"`
}

// threadOf is the channel that a thread is in; empty for other channels, whose parent is a mere heading.
func (c channel) threadOf() string {
	if c.Type < 10 || c.Type > 12 {
		return ""
	}
	return c.ParentID
}

// inThread says whether a question that is not where it is answered by itself is in a thread of such a channel. A message does
// not tell that.
func (a *Adapter) inThread(ctx context.Context, q question) bool {
	parent, known := a.threads.get(q.ChannelID)
	if !known {
		var c channel
		err := a.api.do(ctx, call{
			method: http.MethodGet, path: "/channels/" + q.ChannelID, name: "asking for a channel", bucket: "channel " + q.ChannelID, repeatable: true,
		}, &c)
		if err != nil {
			if q.unasked {
				// Nobody waits for an answer.
				a.log.DebugContext(ctx, "discord: could not find out where a message is", "error", err)
				return false
			}
			a.failedTo(ctx, "find out where a message is", err, "channel", q.ChannelID)
			return false
		}
		parent = c.threadOf()
		a.threads.put(q.ChannelID, parent)
	}
	return parent != "" && a.config.allows(q.GuildID, q.ChannelID, parent) && (!q.unlisted || slices.Contains(a.config.Channels, parent))
}

// threads remembers which channel a thread is in. The zero value is empty.
type threads struct {
	mu sync.Mutex
	in map[string]string
}

const maxThreads = 10_000

func (t *threads) get(id string) (parent string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	parent, ok = t.in[id]
	return parent, ok
}

func (t *threads) put(id, parent string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.in == nil || len(t.in) >= maxThreads {
		t.in = make(map[string]string)
	}
	t.in[id] = parent
}
