package telegram

import (
	"context"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
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
	seen *lru.Cache[int64, struct{}]

	mu     sync.Mutex
	flying map[int64]time.Time // update id → when it was taken on
	less   chan struct{}       // closed and made anew whenever an update is done
}

const recentUpdates = 8192

// remember makes a memory of a fixed size.
func remember[K comparable, V any](size int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only for a size below one
	}
	return c
}

func newInbox(size int) *inbox {
	return &inbox{
		room: make(chan struct{}, size), seen: remember[int64, struct{}](recentUpdates), flying: map[int64]time.Time{},
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

// take takes an update on. Where there is no room it waits until the context ends, or not at all.
func (b *inbox) take(ctx context.Context, id int64, wait bool) intake {
	if b.seen.Contains(id) {
		return known
	}
	select {
	case b.room <- struct{}{}:
	default:
		if !wait {
			return full
		}
		select {
		case b.room <- struct{}{}:
		case <-ctx.Done():
			return full
		}
	}
	if again, _ := b.seen.ContainsOrAdd(id, struct{}{}); again { // the webhook got it on two connections at once
		<-b.room
		return known
	}
	b.mu.Lock()
	defer b.mu.Unlock()
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

// since lists the ids under way, in order, from one on and as far as they were taken on not longer ago than that.
func (b *inbox) since(from int64, young time.Duration) []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []int64
	for id, at := range b.flying {
		if id >= from && time.Since(at) < young {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
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

// drain lets the answers under way finish, for as long as the configuration allows.
func (a *Adapter) drain() {
	a.setFault("shutting down")
	ctx, cancel := context.WithTimeout(a.jobs, a.cfg.Drain)
	defer cancel()
	if !a.inbox.settle(ctx, a.cfg.Drain) {
		_, _, n := a.inbox.oldest()
		a.log.Warn("some questions could not be answered before the end", "questions", n)
		return
	}
	idle := make(chan struct{})
	go func() {
		a.acks.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
