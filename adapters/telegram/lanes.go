package telegram

import (
	"context"
	"sync"
	"time"
)

// A lane is what has to be done in order: all that happens in one chat.
type lane struct {
	kind byte  // 'c' a chat, 'u' a user somewhere else
	id   int64 // its id
}

// lanes run the jobs of one lane one after another and different lanes side by side. A lane costs a goroutine only while it
// has something to do.
type lanes struct {
	mu   sync.Mutex
	jobs map[lane][]func()
}

func (l *lanes) do(key lane, job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.jobs == nil {
		l.jobs = map[lane][]func(){}
	}
	waiting, busy := l.jobs[key]
	l.jobs[key] = append(waiting, job)
	if !busy {
		go l.run(key)
	}
}

func (l *lanes) run(key lane) {
	for {
		l.mu.Lock()
		jobs := l.jobs[key]
		if len(jobs) == 0 {
			delete(l.jobs, key)
			l.mu.Unlock()
			return
		}
		l.jobs[key] = nil
		l.mu.Unlock()
		for _, job := range jobs {
			job()
		}
	}
}

// An inbox knows which updates are being answered and which have been seen before.
type inbox struct {
	room chan struct{} // one token for each update that is under way

	mu     sync.Mutex
	flying map[int64]time.Time // update id → when it was taken on
	recent map[int64]struct{}  // the last ids, those under way included
	order  []int64             // the same from old to new, as a ring
	next   int
	less   chan struct{} // closed and made anew whenever an update is done
}

const recentUpdates = 8192

func newInbox(size int) *inbox {
	return &inbox{
		room: make(chan struct{}, size), flying: map[int64]time.Time{}, recent: map[int64]struct{}{},
		less: make(chan struct{}),
	}
}

// An intake says what became of an update.
type intake int

const (
	taken intake = iota
	known        // it came before
	full         // there is no room, or no time to wait for any
)

// take takes an update on. It waits for room until the context ends; without a context it does not wait.
func (b *inbox) take(ctx context.Context, id int64) intake {
	b.mu.Lock()
	_, seen := b.recent[id]
	b.mu.Unlock()
	if seen {
		return known
	}
	if ctx == nil {
		select {
		case b.room <- struct{}{}:
		default:
			return full
		}
	} else {
		select {
		case b.room <- struct{}{}:
		case <-ctx.Done():
			return full
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, seen := b.recent[id]; seen { // the same update on two connections of the webhook
		<-b.room
		return known
	}
	b.recent[id] = struct{}{}
	if len(b.order) < recentUpdates {
		b.order = append(b.order, id)
	} else {
		delete(b.recent, b.order[b.next])
		b.order[b.next] = id
		b.next = (b.next + 1) % recentUpdates
	}
	b.flying[id] = time.Now()
	return taken
}

func (b *inbox) done(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.flying, id)
	<-b.room
	close(b.less)
	b.less = make(chan struct{})
}

// oldest is the lowest id under way and since when, with how many there are.
func (b *inbox) oldest() (id int64, since time.Time, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, t := range b.flying {
		if n == 0 || i < id {
			id, since = i, t
		}
		n++
	}
	return id, since, n
}

// settle waits until nothing is under way, a deadline passes or the context ends, and says whether nothing is.
func (b *inbox) settle(ctx context.Context, most time.Duration) bool {
	t := time.NewTimer(most)
	defer t.Stop()
	for {
		b.mu.Lock()
		n, less := len(b.flying), b.less
		b.mu.Unlock()
		if n == 0 {
			return true
		}
		select {
		case <-less:
		case <-t.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
