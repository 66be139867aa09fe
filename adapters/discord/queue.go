package discord

import (
	"context"
	"sync"
	"time"
)

// A queue runs jobs: those of one key one after the other, those of different keys side by side, so that a channel that
// waits for a rate limit holds nobody else up. It is bounded.
type queue struct {
	most    int // jobs waiting and running
	mostKey int // of one key

	mu      sync.Mutex
	waiting map[string][]job     // by key, while a job of it runs
	running map[string]time.Time // when the running job of a key was queued: none of its key is older
	jobs    int
	closed  bool
	idle    sync.WaitGroup
}

type job struct {
	do func()
	at time.Time // queued
}

func newQueue(most, mostKey int) *queue {
	return &queue{most: most, mostKey: mostKey, waiting: make(map[string][]job), running: make(map[string]time.Time)}
}

// add queues a job, which must not panic, and says whether there was room.
func (q *queue) add(key string, do func()) bool {
	now := job{do, time.Now()}
	q.mu.Lock()
	defer q.mu.Unlock()
	line, running := q.waiting[key]
	if q.closed || q.jobs >= q.most || len(line) >= q.mostKey {
		return false
	}
	q.jobs++
	if running {
		q.waiting[key] = append(line, now)
		return true
	}
	q.waiting[key], q.running[key] = nil, now.at
	q.idle.Add(1)
	go q.run(key, do)
	return true
}

func (q *queue) run(key string, do func()) {
	defer q.idle.Done()
	for do != nil {
		do()
		do = q.next(key)
	}
}

func (q *queue) next(key string) func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs--
	line := q.waiting[key]
	if len(line) == 0 {
		delete(q.waiting, key)
		delete(q.running, key)
		return nil
	}
	q.waiting[key], q.running[key] = line[1:], line[0].at
	return line[0].do
}

// oldest is how long the oldest job has been waiting or running.
func (q *queue) oldest() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	var longest time.Duration
	for _, at := range q.running {
		longest = max(longest, time.Since(at))
	}
	return longest
}

// len is how many jobs wait or run.
func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs
}

// drain takes no more jobs and waits for those it has while the context lasts. It says whether all came to their end.
func (q *queue) drain(ctx context.Context) bool {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	done := make(chan struct{})
	go func() { q.idle.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
