package match

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// A Context is what was talked about before a question. Entries are given by their ids; unknown ones are passed over.
type Context struct {
	Before string   // the headline of the last entry, or the last question; empty is no context
	Last   string   // the entry that was answered last; may be empty
	Told   []string // entries answered lately, the newest last
}

// leans says whether a question is read with what was talked about before. Nonsense asks for nothing more of that.
func (ix *Index) leans(q *Query, words []word) bool {
	return q.Lean > 0 && q.Context.Before != "" && ix.analyser.sensible(words)
}

// lean adds to each entry's score what speaks for it in what was talked about before. Logits add up as independent
// evidence does, so an entry that fits both comes first; the result is scaled back, so that confidence means the same.
func (ix *Index) lean(w *work, q *Query) {
	lean, c := float32(q.Lean), &q.Context
	b := ix.pool.Get().(*work)
	defer ix.pool.Put(b)
	ix.analyser.read(c.Before, b)
	ix.score(b)
	last, known := ix.byID[c.Last]
	asked := w.kinds &^ vague
	// To ask for a kind of thing that the last entry tells as well is no repetition.
	again := known && asked != 0 && asked&ix.entries[last].tells != 0
	if known {
		// The headline of the last entry fits that entry like no other: what matters is what else it fits.
		second := float32(math.Inf(-1))
		for k, z := range b.z {
			if k != int(last) && (again || ix.entries[k].class == Told) {
				second = max(second, z)
			}
		}
		b.z[last] = min(b.z[last], second+leanLead)
	}
	// What leans a little leans on all of this, unless it brings words of its own that nothing here is about; only what was
	// said before counts by how much it leans.
	bound := min(1, 2*lean) * ix.familiar(w.words)
	scale := 1 / (1 + leanScale*lean)
	for k := range w.z {
		w.z[k] = scale * (leanText*w.z[k] + leanBefore*lean*b.z[k])
		if known {
			w.z[k] += leanAlike * bound * ix.alike(int(last), k)
		}
		if ix.entries[k].class == Told {
			w.z[k] += leanTold * bound
		}
	}
	wording := ix.wording(cmp.Or(q.Typed, q.Text), b)
	share := bound
	for i, id := range slices.Backward(c.Told) {
		k, ok := ix.byID[id]
		if !ok || slices.Contains(c.Told[i+1:], id) {
			continue
		}
		ix.after(w, k, wording, share)
		share *= leanFade
		if id != c.Last {
			w.z[k] -= leanToldBefore
		}
	}
	if known && !again {
		w.z[last] -= leanRepeated
	}
}

// What leaning does to the scores, in logits but for those that scale. The weights were fitted to the regression dialogues
// and to follow-ups held out, and rounded (see docs/quality.md).
const (
	leanText       = .65 // times, what the question says
	leanBefore     = .45 // times, what was said before
	leanScale      = .75 // how far both are scaled back
	leanLead       = 3   // what the last entry may lead by for its own headline
	leanAlike      = 2.2 // for an entry about the same people, places and things as the last one
	leanTold       = .9  // for what is told: whoever asks on about something that was told asks for more that is
	leanNext       = 1.3 // for an entry that answers what is asked after the last one
	leanMean       = 3   // for one whose follow-ups are worded like the question, on average
	leanWord       = 2.5 // for one that has a follow-up with just these words
	leanFade       = .45 // times, for what is asked after the entry before, and so on
	leanRepeated   = 1.8 // against the entry that was just answered
	leanToldBefore = 1.9 // against those before it
)

// sensible says whether at least half of a text's words are words at all.
func (a *analyser) sensible(words []word) bool {
	n := 0
	for _, w := range words {
		if w.name >= 0 || w.corrected == "" && (a.knows(w.text) || a.lex.IsWord(w.text)) {
			n++
		}
	}
	return 2*n >= len(words)
}

// familiar is the share of a text's content words that the corpus knows; a text without any is all familiar.
func (ix *Index) familiar(words []word) float32 {
	content, known := float32(0), float32(0)
	for _, w := range words {
		if !w.content {
			continue
		}
		content++
		if _, ok := ix.vocab.id[w.stem]; ok {
			known++
		}
	}
	if content == 0 {
		return 1
	}
	return known / content
}

// alike says how far two entries are about the same names, 0 to 1, the rare ones heavier.
func (ix *Index) alike(a, b int) float32 {
	x, y := ix.entries[a].names, ix.entries[b].names
	both, all := float32(0), float32(0)
	for i := range x {
		for rest := x[i] | y[i]; rest != 0; rest &= rest - 1 {
			bit := bits.TrailingZeros64(rest)
			rarity := ix.rarity[i*64+bit]
			all += rarity
			if x[i]&y[i]&(1<<bit) != 0 {
				both += rarity
			}
		}
	}
	if all == 0 {
		return 0
	}
	return both / all
}
