package discord

import "sync"

// seen remembers the last few thousand events, since a resumed session may bring some again.
type seen struct {
	mu       sync.Mutex
	most     int
	now, old map[string]struct{}
}

func newSeen(most int) *seen {
	return &seen{most: most, now: make(map[string]struct{})}
}

// first says whether an id is new, and remembers it.
func (s *seen) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.now[id]; ok {
		return false
	}
	if _, ok := s.old[id]; ok {
		return false
	}
	if len(s.now) >= s.most {
		s.old, s.now = s.now, make(map[string]struct{}, s.most)
	}
	s.now[id] = struct{}{}
	return true
}
