package telegram

import (
	"context"
	"sync"
	"time"
)

// A pacer holds messages back so that Telegram does not have to. A message counts from when it leaves until so long after its
// call has ended, since nobody knows when in between it arrived. Chats are known by their id; 0 is none in particular.
type pacer struct {
	pace Pace
	turn chan struct{} // whoever waits for the limit over all chats, first come, first served

	mu    sync.Mutex
	all   window
	chats map[int64]*chatPace
	swept time.Time
}

// A chatPace is when a chat was written to of late.
type chatPace struct{ chat, group window }

func newPacer(p Pace) *pacer {
	return &pacer{pace: p, turn: make(chan struct{}, 1), chats: map[int64]*chatPace{}}
}

// A window counts the messages under way and remembers when the last ones were done.
type window struct {
	flying int
	done   []time.Time
}

// wait is how long to wait before asking again whether one more fits; 0 where it does.
func (w *window) wait(r Rate, now time.Time) time.Duration {
	for len(w.done) > 0 && now.Sub(w.done[0]) >= r.Per {
		w.done = w.done[1:]
	}
	switch {
	case r.N <= 0 || w.flying+len(w.done) < r.N:
		return 0
	case len(w.done) > 0:
		return r.Per - now.Sub(w.done[0])
	}
	return 5 * time.Millisecond // for one of those under way
}

func (w *window) end(r Rate, now time.Time) {
	w.flying--
	if r.N > 0 {
		w.done = append(w.done, now)
	}
}

// take waits until a message may be written to a chat. The call's end has to be told.
func (p *pacer) take(ctx context.Context, chat int64) (end func(), err error) {
	group := p.pace.Group
	if chat >= 0 {
		group = Rate{}
	}
	var c *chatPace
	err = p.wait(ctx, func(now time.Time) time.Duration {
		c = p.of(chat, now)
		if d := max(c.chat.wait(p.pace.Chat, now), c.group.wait(group, now)); d > 0 && chat != 0 {
			return d
		}
		c.chat.flying++
		c.group.flying++
		return 0
	})
	if err != nil {
		return nil, err
	}
	select {
	case p.turn <- struct{}{}:
		err = p.wait(ctx, func(now time.Time) time.Duration {
			d := p.all.wait(p.pace.All, now)
			if d <= 0 {
				p.all.flying++
			}
			return d
		})
		<-p.turn
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		c.chat.flying--
		c.group.flying--
		return nil, err
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		now := time.Now()
		c.chat.end(p.pace.Chat, now)
		c.group.end(group, now)
		p.all.end(p.pace.All, now)
	}, nil
}

// wait asks again and again, with the lock held, until there is nothing more to wait for.
func (p *pacer) wait(ctx context.Context, ask func(now time.Time) time.Duration) error {
	for {
		p.mu.Lock()
		d := ask(time.Now())
		p.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// of finds a chat, and forgets those that nothing has been written to for so long that no limit speaks of it.
func (p *pacer) of(chat int64, now time.Time) *chatPace {
	if keep := max(p.pace.Chat.Per, p.pace.Group.Per); now.Sub(p.swept) > keep {
		p.swept = now
		for id, c := range p.chats {
			if c.chat.flying == 0 && c.chat.wait(p.pace.Chat, now) == 0 && c.group.wait(p.pace.Group, now) == 0 && len(c.group.done) == 0 {
				delete(p.chats, id)
			}
		}
	}
	c := p.chats[chat]
	if c == nil {
		c = &chatPace{}
		p.chats[chat] = c
	}
	return c
}
