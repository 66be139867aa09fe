package telegram

import "sync"

// A recent remembers the last things put into it, and forgets the oldest for a new one. It may be used concurrently.
type recent[K comparable, V any] struct {
	size int

	mu    sync.Mutex
	known map[K]V
	order []K // from old to new, as a ring that begins at next
	next  int
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, known: map[K]V{}}
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.known[key]
	return v, ok
}

// put remembers a thing and says whether it is new.
func (r *recent[K, V]) put(key K, value V) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, old := r.known[key]
	r.known[key] = value
	if old {
		return false
	}
	if len(r.order) < r.size {
		r.order = append(r.order, key)
		return true
	}
	delete(r.known, r.order[r.next])
	r.order[r.next] = key
	r.next = (r.next + 1) % r.size
	return true
}
