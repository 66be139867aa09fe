package discord

import (
	"context"
	"sync"
)

// A queue runs jobs: those of one key one after the other, those of different keys side by side, so that a channel that
// waits for a rate limit holds nobody else up. It is bounded.
type queue struct {
	most    int // jobs waiting and running
	mostKey int // of one key

	mu      sync.Mutex
	waiting map[string][]func() // by key, while a job of it runs
	jobs    int
	closed  bool
	idle    sync.WaitGroup
}

func newQueue(most, mostKey int) *queue {
	return &queue{most: most, mostKey: mostKey, waiting: make(map[string][]func())}
}

// add queues a job, which must not panic, and says whether there was room.
func (q *queue) add(key string, job func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	line, running := q.waiting[key]
	if q.closed || q.jobs >= q.most || len(line) >= q.mostKey {
		return false
	}
	q.jobs++
	if running {
		q.waiting[key] = append(line, job)
		return true
	}
	q.waiting[key] = nil
	q.idle.Add(1)
	go q.run(key, job)
	return true
}

func (q *queue) run(key string, job func()) {
	defer q.idle.Done()
	for job != nil {
		job()
		job = q.next(key)
	}
}

func (q *queue) next(key string) func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs--
	line := q.waiting[key]
	if len(line) == 0 {
		delete(q.waiting, key)
		return nil
	}
	q.waiting[key] = line[1:]
	return line[0]
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
