package match

import (
	"math"
	"math/bits"
)

// A Context is what was talked about before a question. Entries are given as indices into the corpus.
type Context struct {
	Before  string // the headline of the last entry, or the last question; empty is no context
	Asked   string // the last question
	Last    string // id of the entry that was answered last; may be empty
	Not     string // id of the entry that said just now that there is no answer; may be empty
	Told    []int  // entries answered earlier
	Related []int  // entries that tell something and belong beside the last one
	Beside  []int  // entries that say there is no answer to what is asked beside the last one
}

// lean adds to each entry's score what speaks for it in what was talked about before. Logits add up as independent
// evidence does, so an entry that fits both comes first; the result is scaled back, so that confidence means the same.
func (ix *Index) lean(w *work, lean float32, c *Context) {
	b := ix.pool.Get().(*work)
	defer ix.pool.Put(b)
	ix.analyser.read(c.Asked, b)
	before := b.kinds &^ vague
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
	some := min(lean, 1)
	for k := range w.z {
		in := &ix.entries[k]
		w.z[k] = (w.z[k] + lean*b.z[k]) * leanKept / (1 + leanScale*lean)
		if known {
			w.z[k] += leanAlike * ix.alike(int(last), k)
		}
		if in.class == Told {
			w.z[k] += leanTold * some
		}
		switch {
		case asked != 0 && asked&in.tells != 0:
			w.z[k] += leanKind
		case asked == 0 && before&in.tells != 0:
			w.z[k] += leanKindBefore
		}
	}
	for _, k := range c.Beside {
		w.z[k] += leanBeside * some
	}
	for _, k := range c.Related {
		w.z[k] += leanRelated
	}
	for _, k := range c.Told {
		if k != int(last) {
			w.z[k] -= leanToldBefore
		}
	}
	if known && !again {
		w.z[last] -= leanRepeated
	}
	if k, ok := ix.byID[c.Not]; ok {
		w.z[k] -= leanSaid
	}
	w.hasLast = false
}

// What leaning does to the scores, in logits but for the first two. The weights were fitted to the regression dialogues and
// rounded (see docs/quality.md).
const (
	leanScale      = .6  // how far scores are scaled back
	leanKept       = .82 // of a score, whatever was leant
	leanLead       = 2   // what the last entry may lead by for its own headline
	leanTold       = .5  // for what is told: whoever asks on about something that was told asks for more that is
	leanAlike      = 2   // for an entry about the same people, places and things as the last one
	leanRelated    = 1.3 // for an entry that belongs beside the last one
	leanBeside     = 3   // for what is not told beside it
	leanKind       = .5  // for the kind of thing asked
	leanKindBefore = .75 // for the kind of thing asked before, where none is asked
	leanRepeated   = 1.9 // against the entry that was just answered
	leanToldBefore = 1.4 // against those before it
	leanSaid       = 1.5 // against saying again that there is no answer
)

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
