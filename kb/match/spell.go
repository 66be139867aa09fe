package match

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

// A speller finds the known word nearest to a misspelt one: by one edit (a letter dropped, added, changed, or two swapped)
// from four letters on, by two from eight. It keeps every known word with one or two letters taken out, as SymSpell does
// (Garbe 2012), so that a look-up needs no comparison with all words.
type speller struct {
	words  []string
	counts []int32
	near   []deletion
	start  []uint32 // bucket b is near[start[b]:start[b+1]]: those whose hashes end in b
}

// A deletion is a word that has a string with some hash when letters are taken out. Two strings of one hash do no harm:
// whatever is found is compared letter by letter.
type deletion struct {
	hash uint32
	word int32
}

// newSpeller makes a speller with room for about so many words.
func newSpeller(words int) *speller { return &speller{near: make([]deletion, 0, 32*words)} }

const (
	minOneEdit  = 4
	minTwoEdits = 8
	maxSpelt    = 24 // longer strings are no words
)

func (s *speller) add(w string, count int32) {
	n := int32(len(s.words))
	s.words = append(s.words, w)
	s.counts = append(s.counts, count)
	if len(w) < minOneEdit-1 || len(w) > maxSpelt {
		return
	}
	deletions(w, len(w) >= minTwoEdits-1, func(h uint32) { s.near = append(s.near, deletion{h, n}) })
}

// all lists the words added, with how often each occurs.
func (s *speller) all() ([]string, []int32) { return s.words, s.counts }

// done makes the speller ready for look-ups: it sorts what was added into buckets, about one of each.
func (s *speller) done() {
	buckets := 1 << bits.Len(uint(len(s.near)))
	s.start = make([]uint32, buckets+1)
	for _, d := range s.near {
		s.start[s.bucket(d.hash)+1]++
	}
	for b := range buckets {
		s.start[b+1] += s.start[b]
	}
	sorted, next := make([]deletion, len(s.near)), slices.Clone(s.start)
	for _, d := range s.near {
		at := &next[s.bucket(d.hash)]
		sorted[*at] = d
		*at++
	}
	s.near = sorted
}

func (s *speller) bucket(hash uint32) int { return int(hash) & (len(s.start) - 2) }

// deletions calls do with the hash of w, of w without each one byte, and if twice of w without each two.
func deletions(w string, twice bool, do func(uint32)) {
	do(hashSkip(w, -1, -1))
	for i := range len(w) {
		do(hashSkip(w, i, -1))
		if twice {
			for j := i + 1; j < len(w); j++ {
				do(hashSkip(w, i, j))
			}
		}
	}
}

func hashSkip(w string, i, j int) uint32 {
	h := uint64(fnvOffset)
	for k := 0; k < len(w); k++ {
		if k != i && k != j {
			h = (h ^ uint64(w[k])) * fnvPrime
		}
	}
	return uint32(h ^ h>>32)
}

// nearest returns the known word that w was most likely meant to be: fewest edits first, then the same first letter, then
// the commoner word. Two edits must leave the first letter.
func (s *speller) nearest(w string) (string, bool) {
	if len(w) < minOneEdit || len(w) > maxSpelt || !utf8.ValidString(w) {
		return "", false
	}
	best, bestCost, bestCount := int32(-1), 1<<30, int32(0)
	deletions(w, len(w) >= minTwoEdits, func(h uint32) {
		b := s.bucket(h)
		for _, d := range s.near[s.start[b]:s.start[b+1]] {
			if d.hash != h {
				continue
			}
			n := d.word
			to := s.words[n]
			edits := distance(w, to)
			same := to[0] == w[0]
			if edits > 2 || edits == 2 && (!same || len(w) < minTwoEdits) {
				continue
			}
			cost := edits * 2
			if !same {
				cost++
			}
			if cost < bestCost || cost == bestCost && (s.counts[n] > bestCount || s.counts[n] == bestCount && n < best) {
				best, bestCost, bestCount = n, cost, s.counts[n]
			}
		}
	})
	if best < 0 {
		return "", false
	}
	return s.words[best], true
}

// Distance counts the edits between two words in their normal form, a swap of neighbours as one; more than two are all the
// same, and so are those of strings that are too long to be words.
func Distance(a, b string) int {
	if a == b {
		return 0
	}
	if len(a) > maxSpelt || len(b) > maxSpelt {
		return 3
	}
	return distance(a, b)
}

// distance counts the edits between two words, a swap of neighbours as one (optimal string alignment); more than two are
// all the same.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	var rows [3][maxSpelt + 2]int
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[len(b)], 3)
}
