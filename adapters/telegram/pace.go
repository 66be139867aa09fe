package telegram

import (
	"context"
	"sync"
	"time"
)

// A pacer holds messages back so that Telegram does not have to. Chats are known by their id; 0 is none in particular.
type pacer struct {
	pace Pace
	now  func() time.Time

	mu    sync.Mutex
	all   window
	chats map[int64]*chatPace
	swept time.Time
}

// A chatPace is when a chat was written to of late.
type chatPace struct{ chat, group window }

func newPacer(p Pace) *pacer {
	return &pacer{pace: p, now: time.Now, chats: map[int64]*chatPace{}}
}

// A window remembers the last moments that something left.
type window []time.Time

// wait is how long until one more fits the rate.
func (w *window) wait(r Rate, now time.Time) time.Duration {
	if r.N <= 0 || len(*w) < r.N {
		return 0
	}
	return r.Per - now.Sub((*w)[len(*w)-r.N])
}

func (w *window) add(r Rate, now time.Time) {
	if r.N <= 0 {
		return
	}
	if len(*w) >= r.N {
		*w = append((*w)[:0], (*w)[len(*w)-r.N+1:]...)
	}
	*w = append(*w, now)
}

// take waits until a message may be written to a chat.
func (p *pacer) take(ctx context.Context, chat int64) error {
	for {
		d := p.tryTake(chat)
		if d <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// tryTake counts a message to a chat, or says how long to wait before asking again.
func (p *pacer) tryTake(chat int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.sweep(now)
	d := p.all.wait(p.pace.All, now)
	if chat == 0 {
		if d <= 0 {
			p.all.add(p.pace.All, now)
		}
		return d
	}
	c := p.of(chat)
	group := p.pace.Group
	if chat > 0 {
		group = Rate{}
	}
	d = max(d, c.chat.wait(p.pace.Chat, now), c.group.wait(group, now))
	if d <= 0 {
		p.all.add(p.pace.All, now)
		c.chat.add(p.pace.Chat, now)
		c.group.add(group, now)
	}
	return d
}

func (p *pacer) of(chat int64) *chatPace {
	c := p.chats[chat]
	if c == nil {
		c = &chatPace{}
		p.chats[chat] = c
	}
	return c
}

// sweep forgets chats that nothing has been written to for so long that no limit speaks of it.
func (p *pacer) sweep(now time.Time) {
	keep := max(p.pace.Chat.Per, p.pace.Group.Per)
	if now.Sub(p.swept) < keep {
		return
	}
	p.swept = now
	for id, c := range p.chats {
		if len(c.chat) == 0 || now.Sub(c.chat[len(c.chat)-1]) > keep {
			delete(p.chats, id)
		}
	}
}
